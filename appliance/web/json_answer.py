"""Answers in JSON to the scripts of our own pages."""

from __future__ import annotations

import msgspec
from aiohttp import web
from aiohttp.typedefs import LooseHeaders


def json_answer(value: object, headers: LooseHeaders, status: int = 200) -> web.Response:
    """A value as JSON."""
    return web.Response(
        body=msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


def json_error(status: int, what: str, headers: LooseHeaders) -> web.Response:
    """What is wrong, in words, as ``{"error": …}``."""
    return json_answer({"error": what}, headers, status)
