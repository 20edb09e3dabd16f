"""The frame of all pages of the house, and the headers of those that anybody on the network may open."""

from __future__ import annotations

from html import escape

from aiohttp import hdrs, web

HEADERS = {
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.CONTENT_SECURITY_POLICY: (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
    hdrs.REFERRER_POLICY: "same-origin",
}


STYLE = "/static/style/house.css"


def house_page(title: str, body: str) -> web.Response:
    """A page of the house for everybody; ``body`` is HTML."""
    return web.Response(text=frame(title, body, STYLE), content_type="text/html", headers=HEADERS)


def frame(title: str, body: str, *styles: str) -> str:
    """A whole page; ``body`` is HTML, ``styles`` are the addresses of its style sheets."""
    sheets = "".join(f'<link rel="stylesheet" href="{style}">' for style in styles)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>{sheets}</head>\n"
        f"<body>{body}</body></html>\n"
    )


def data(state: bytes) -> str:
    """The element ``#state``, from which a page's script reads this JSON."""
    # Inside a script element only "<" could end the data.
    escaped = state.decode().replace("<", "\\u003c")
    return f'<script type="application/json" id="state">{escaped}</script>'
