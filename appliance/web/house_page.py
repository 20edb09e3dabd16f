"""The frame of the pages that anybody on the network may open: the landing page and the network doctor."""

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


def house_page(title: str, body: str) -> web.Response:
    """A page of the house; ``body`` is HTML."""
    text = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title>"
        '<link rel="stylesheet" href="/static/style/house.css"></head>\n'
        f"<body>{body}</body></html>\n"
    )
    return web.Response(text=text, content_type="text/html", headers=HEADERS)
