"""QR codes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from appliance.web.qr import MAX_TEXT_BYTES, qr_svg, svg_of
from tests.world import World

Client = TestClient[web.Request, web.Application]
LINK = "http://192.168.1.20:8080/openlifter/live?meet=123456789"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
async def client(aiohttp_client: AiohttpClient) -> Client:
    """A server of nothing else."""
    app = web.Application()
    app.router.add_get("/qr.svg", qr_svg)
    return await aiohttp_client(app)


def dark_rows(svg: bytes) -> list[str]:
    """The path that draws the dark modules, as segno writes it: relative moves and horizontal strokes."""
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    return [path.attrib["d"] for path in root.iter(f"{SVG}path") if "stroke" in path.attrib]


async def test_a_link_becomes_a_picture_that_fills_its_place_and_is_kept_for_ever(client: Client) -> None:
    response = await client.get("/qr.svg", params={"text": LINK})
    body = await response.read()
    assert response.status == 200
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]
    root = ElementTree.fromstring(body)
    assert "width" not in root.attrib
    # Version 4 holds these 56 bytes at level M: 33 modules, and 4 of quiet zone on either side.
    assert root.attrib["viewBox"] == "0 0 41 41"
    again = await client.get("/qr.svg", params={"text": LINK}, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status == 304


def test_the_picture_depends_on_the_text_alone() -> None:
    assert svg_of(LINK) == svg_of(LINK)
    assert dark_rows(svg_of(LINK)) != dark_rows(svg_of(LINK + "0"))


@pytest.mark.parametrize("text", ["a" * MAX_TEXT_BYTES, "ü" * (MAX_TEXT_BYTES // 2), "1", "<svg onload='x'>&"])
async def test_every_text_that_is_not_too_long_is_taken(client: Client, text: str) -> None:
    response = await client.get("/qr.svg", params={"text": text})
    assert response.status == 200
    assert dark_rows(await response.read())


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "exactly one ?text="),
        ("text=", "must not be empty"),
        ("text=a&text=b", "exactly one"),
        ("text=" + "a" * (MAX_TEXT_BYTES + 1), f"{MAX_TEXT_BYTES + 1} bytes, {MAX_TEXT_BYTES} are allowed"),
        ("text=" + "%C3%BC" * MAX_TEXT_BYTES, "800 bytes"),
    ],
)
async def test_what_cannot_be_drawn_is_refused_with_the_reason(client: Client, query: str, problem: str) -> None:
    response = await client.get(URL(f"/qr.svg?{query}", encoded=True))
    assert response.status == 400
    assert problem in await response.text()


async def test_the_appliance_serves_it(venue: World) -> None:
    assert (await venue.get("/api/v1/qr.svg?text=hello"))[0] == 200
