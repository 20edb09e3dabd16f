"""Files in memory: types, compression, and what need not be sent again."""

from __future__ import annotations

import gzip

import pytest
from aiohttp import web
from multidict import CIMultiDictProxy
from pytest_aiohttp.plugin import AiohttpClient

from appliance.web.assets import Asset, content_type_of, takes_gzip

TEXT = b"let lifters = [];\n" * 200


async def answered(
    aiohttp_client: AiohttpClient, asset: Asset, method: str = "GET", **headers: str
) -> tuple[int, CIMultiDictProxy[str], bytes]:
    """Status, headers and body as they come over the wire."""
    app = web.Application()

    async def answer(request: web.Request) -> web.Response:
        return asset.answer(request)

    app.router.add_get("/", answer)
    client = await aiohttp_client(app, auto_decompress=False)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.request(method, "/", headers={"Accept-Encoding": "identity", **sent}) as response:
        return response.status, response.headers, await response.read()


async def test_a_script_is_sent_with_its_type_and_as_it_is(aiohttp_client: AiohttpClient) -> None:
    status, headers, body = await answered(aiohttp_client, Asset.of("main.js", TEXT, immutable=False))
    assert (status, body) == (200, TEXT)
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Encoding" not in headers


async def test_what_never_changes_is_kept_for_ever(aiohttp_client: AiohttpClient) -> None:
    _, headers, _ = await answered(aiohttp_client, Asset.of("main.2f72e0c3.js", TEXT, immutable=True))
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_text_is_compressed_for_a_browser_that_takes_it(aiohttp_client: AiohttpClient) -> None:
    asset = Asset.of("main.js", TEXT, immutable=False)
    _, headers, body = await answered(aiohttp_client, asset, Accept_Encoding="gzip, deflate, br")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert len(body) < len(TEXT) / 10
    assert gzip.decompress(body) == TEXT


@pytest.mark.parametrize(("name", "content"), [("logo.png", TEXT), ("short.js", b"1"), ("noise.js", bytes(range(256)))])
def test_what_compression_does_not_help_is_left_alone(name: str, content: bytes) -> None:
    assert Asset.of(name, content, immutable=False).compressed is None


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_what_the_browser_has_is_not_sent_again(aiohttp_client: AiohttpClient, encoding: str) -> None:
    asset = Asset.of("main.js", TEXT, immutable=False)
    _, headers, _ = await answered(aiohttp_client, asset, Accept_Encoding=encoding)
    status, _, body = await answered(aiohttp_client, asset, If_None_Match=f'"other", {headers["ETag"]}')
    assert (status, body) == (304, b"")
    changed = Asset.of("main.js", TEXT + b";", immutable=False)
    assert (await answered(aiohttp_client, changed, If_None_Match=headers["ETag"]))[0] == 200


async def test_head_tells_the_size_and_sends_nothing(aiohttp_client: AiohttpClient) -> None:
    status, headers, body = await answered(aiohttp_client, Asset.of("main.js", TEXT, immutable=False), "HEAD")
    assert (status, headers["Content-Length"], body) == (200, str(len(TEXT)), b"")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a/index.html", "text/html; charset=utf-8"),
        ("main.CSS", "text/css; charset=utf-8"),
        ("module.mjs", "text/javascript; charset=utf-8"),
        ("manifest.json", "application/json"),
        ("openlifter.svg", "image/svg+xml"),
        ("favicon.ico", "image/x-icon"),
        ("font.woff2", "font/woff2"),
        ("photo.png", "image/png"),
        ("main.js.LICENSE.txt", "text/plain; charset=utf-8"),
        ("unknown", "application/octet-stream"),
    ],
)
def test_content_types(name: str, content_type: str) -> None:
    assert content_type_of(name) == content_type


@pytest.mark.parametrize(
    ("header", "takes"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("", False), ("br", False), ("gzip; q=0, br", False)],
)
def test_who_takes_gzip(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes
