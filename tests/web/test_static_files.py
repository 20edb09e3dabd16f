"""Our own files under `/static/`."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from appliance.web.static_files import StaticFiles
from tests.world import World


@pytest.fixture
async def client(tmp_path: Path, aiohttp_client: AiohttpClient) -> TestClient[web.Request, web.Application]:
    """A server of one folder, with a secret beside it."""
    (tmp_path / "secret.txt").write_text("secret")
    folder = tmp_path / "static"
    (folder / "openlifter").mkdir(parents=True)
    (folder / "openlifter" / "hook.js").write_text("hook()")
    (folder / ".hidden").write_text("secret")
    app = web.Application()
    app.router.add_get("/static/{path:.+}", StaticFiles(folder).serve)
    return await aiohttp_client(app)


async def test_a_file_is_sent_and_asked_for_again_each_time(
    client: TestClient[web.Request, web.Application], tmp_path: Path
) -> None:
    response = await client.get("/static/openlifter/hook.js")
    assert (response.status, await response.text()) == (200, "hook()")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": response.headers["ETag"]}
    assert (await client.get("/static/openlifter/hook.js", headers=known)).status == 304
    (tmp_path / "static" / "openlifter" / "hook.js").write_text("another()")
    assert await (await client.get("/static/openlifter/hook.js", headers=known)).text() == "another()"


@pytest.mark.parametrize(
    "path", ["none.js", "../secret.txt", "%2e%2e/secret.txt", "openlifter/..%2f..%2fsecret.txt", ".hidden", "%00"]
)
async def test_nothing_else_is(client: TestClient[web.Request, web.Application], path: str) -> None:
    response = await client.get(URL(f"/static/{path}", encoded=True))
    assert response.status == 404


async def test_an_absolute_path_is_not_followed(
    client: TestClient[web.Request, web.Application], tmp_path: Path
) -> None:
    assert (await client.get(URL(f"/static/{tmp_path}/secret.txt", encoded=True))).status == 404


async def test_the_appliance_serves_those_of_the_package(venue: World) -> None:
    assert (await venue.get("/static/none.js"))[0] == 404
