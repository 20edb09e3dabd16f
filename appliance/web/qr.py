"""A QR code as a picture, for whoever would have to type an address otherwise."""

from __future__ import annotations

import io

import segno
from aiohttp import web

from appliance.web.assets import Asset

# A symbol of version 15 has 77 modules a side: the most that a phone reads from a screen across a table.
MAX_TEXT_BYTES = 400
QUIET_ZONE_MODULES = 4

_TEXT = "text"


async def qr_svg(request: web.Request) -> web.StreamResponse:
    """``GET /api/v1/qr.svg?text=…``: the text, at most `MAX_TEXT_BYTES` of UTF-8, as a QR code in SVG.

    The picture has no size of its own and fills what it is put into. It is the same for ever.
    """
    given = request.query.getall(_TEXT, [])
    if len(given) != 1 or not given[0]:
        raise _bad_request("the address must have exactly one ?text=…, and it must not be empty")
    try:
        encoded = given[0].encode()
    except UnicodeEncodeError:
        raise _bad_request("text is not UTF-8") from None
    if len(encoded) > MAX_TEXT_BYTES:
        raise _bad_request(f"text has {len(encoded)} bytes, {MAX_TEXT_BYTES} are allowed")
    return Asset.of("qr.svg", svg_of(given[0]), immutable=True).answer(request)


def svg_of(text: str) -> bytes:
    """The QR code of a text of at most `MAX_TEXT_BYTES`: black on white, with the quiet zone that readers need."""
    picture = io.BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(picture, kind="svg", border=QUIET_ZONE_MODULES, light="#fff", omitsize=True, xmldecl=False, nl=False)
    return picture.getvalue()


def _bad_request(problem: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=f"No QR code: {problem}.\n")
