"""A page that tells the operator, in plain words, why there is nothing else here. It needs no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from aiohttp import hdrs, web

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2126; --quiet: #59636e; --paper: #f5f6f8; --card: #fff; --line: #d9dee3;
  --accent: #b3122f; --code: #f0f2f5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9edf1; --quiet: #a3adb8; --paper: #14181c; --card: #1e2429;
  --line: #343c44; --accent: #ff6b7f; --code: #14181c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper);
  color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { width: min(40rem, 100%); background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  border-top: .375rem solid var(--accent); padding: clamp(1.25rem, 4vw, 2.5rem); }
h1 { margin: 0 0 1rem; font-size: 1.625rem; line-height: 1.25; text-wrap: balance; }
p { margin: 0 0 1rem; } main > :last-child { margin-bottom: 0; }
.problem { padding: .75rem 1rem; border-left: .25rem solid var(--accent); background: var(--code);
  overflow-wrap: anywhere; }
code { display: block; margin-top: .5rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--code);
  border: 1px solid var(--line); font: .9375rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere;
  user-select: all; }
footer { color: var(--quiet); font-size: .875rem; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'self'; base-uri 'none'"


def page(
    status: int, title: str, paragraphs: Sequence[str | tuple[str, str]], *, problem: str | None = None
) -> web.Response:
    """The page.

    Args:
        status: the HTTP status.
        title: what is the matter.
        paragraphs: plain text each; a pair is text and the command that it speaks of.
        problem: what exactly is wrong, shown below the first paragraph.
    """
    parts = [f"<p>{_paragraph(paragraph)}</p>" for paragraph in paragraphs]
    if problem is not None:
        parts.insert(1, f'<p class="problem" role="alert">{escape(problem)}</p>')
    html = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n" + "\n".join(parts) + "\n"
        "<footer>OpenLifter appliance</footer></main></body></html>\n"
    )
    headers = {
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_SECURITY_POLICY: _POLICY,
        hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
    }
    return web.Response(text=html, status=status, content_type="text/html", headers=headers)


def _paragraph(paragraph: str | tuple[str, str]) -> str:
    if isinstance(paragraph, str):
        return escape(paragraph)
    text, command = paragraph
    return f"{escape(text)}<code>{escape(command)}</code>"
