"""OpenLifter under `/openlifter/`, from a build on disk to the answer on the wire."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from pytest_aiohttp.plugin import AiohttpClient
from yarl import URL

from appliance.web import openlifter
from appliance.web.openlifter_build import HOOK
from appliance.web.openlifter_install import install
from tests.web.builds import FILES, INDEX, SCRIPT, STYLE, packed, put
from tests.world import World


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where OpenLifter would be."""
    return tmp_path / "openlifter"


@pytest.fixture
async def client(place: Path, aiohttp_client: AiohttpClient) -> TestClient[web.Request, web.Application]:
    """A server of that place."""
    app = web.Application()
    app.router.add_get("/openlifter", openlifter.redirect)
    app.router.add_get("/openlifter/{path:.*}", openlifter.OpenLifter(place).serve)
    return await aiohttp_client(app)


async def get(client: TestClient[web.Request, web.Application], path: str) -> tuple[int, str]:
    """Status and text."""
    response = await client.get(URL(path, encoded=True), allow_redirects=False)
    return response.status, await response.text()


class TestPages:
    @pytest.mark.parametrize("path", ["", "lifting", "lifting/", "meet-setup", "live", "?lifting"])
    async def test_every_address_of_the_router_is_the_index_page_with_our_script(
        self, client: TestClient[web.Request, web.Application], place: Path, path: str
    ) -> None:
        put(place)
        response = await client.get(f"/openlifter/{path}")
        text = await response.text()
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert text.index(HOOK) < text.index(SCRIPT)
        assert 'id="root"' in text

    async def test_the_index_page_is_never_cached(
        self, client: TestClient[web.Request, web.Application], place: Path
    ) -> None:
        put(place)
        headers = (await client.get("/openlifter/")).headers
        assert headers["Cache-Control"] == "no-store"
        assert "ETag" not in headers

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            ("/openlifter", "/openlifter/"),
            ("/openlifter/index.html", "/openlifter/"),
            ("/openlifter/lifting/index.html", "/openlifter/lifting"),
        ],
    )
    async def test_other_ways_to_write_a_page_lead_there(
        self, client: TestClient[web.Request, web.Application], path: str, to: str
    ) -> None:
        response = await client.get(path, allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (307, to)


class TestFiles:
    async def test_files_with_a_hash_are_kept_for_ever_others_are_asked_for_again(
        self, client: TestClient[web.Request, web.Application], place: Path
    ) -> None:
        put(place)
        kept = await client.get(f"/openlifter/{SCRIPT}")
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert kept.headers["Content-Encoding"] == "gzip"
        assert await kept.text() == FILES[SCRIPT]
        asked = await client.get("/openlifter/manifest.json")
        assert asked.headers["Cache-Control"] == "no-cache"
        known = {"If-None-Match": asked.headers["ETag"]}
        assert (await client.get("/openlifter/manifest.json", headers=known)).status == 304

    @pytest.mark.parametrize(
        "path",
        [
            "service-worker.js",
            "precache-manifest.30f590127cddb33f142dcd5195ba4d19.js",
            SCRIPT + ".map",
            "static/js/none",
            "none.png",
            "../secret.txt",
            "%2e%2e/secret.txt",
            "static/..%2f..%2f..%2fsecret.txt",
            "..%2fsecret",
            "%2fetc%2fissue.net",
        ],
    )
    async def test_nothing_else_is_served(
        self, client: TestClient[web.Request, web.Application], place: Path, path: str
    ) -> None:
        put(place)
        for name in ("secret", "secret.txt"):
            (place.parent / name).write_text("secret")
        assert (await get(client, f"/openlifter/{path}"))[0] == 404

    async def test_a_zip_is_served_too(self, client: TestClient[web.Request, web.Application], place: Path) -> None:
        packed(place, top="build/")
        assert (await get(client, "/openlifter/lifting"))[0] == 200
        assert (await get(client, f"/openlifter/{STYLE}")) == (200, FILES[STYLE])


class TestPolicy:
    async def test_nothing_but_the_appliance(
        self, client: TestClient[web.Request, web.Application], place: Path
    ) -> None:
        put(place)
        response = await client.get("/openlifter/", headers={"Host": "openlifter.local:8080"})
        directives = dict(part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
        assert directives["default-src"] == "'none'"
        assert directives["connect-src"] == "'self' ws://openlifter.local:8080 wss://openlifter.local:8080"
        assert directives["worker-src"] == "'none'"
        sources = " ".join(directives.values()).replace("openlifter.local:8080", "")
        assert not {"*", "http:", "https:", "'unsafe-eval'"} & set(sources.split())
        assert "'unsafe-inline'" not in directives["script-src"]

    def test_the_build_s_own_inline_scripts_run(self) -> None:
        assert "script-src 'self' 'sha256-abc='; " in openlifter.policy(("sha256-abc=",), "box")

    @pytest.mark.parametrize("host", ["box", "box.local:8080", "10.0.0.5", "[fe80::1]:8080"])
    def test_a_host_may_open_a_socket_to_itself(self, host: str) -> None:
        assert f"connect-src 'self' ws://{host} wss://{host};" in openlifter.policy((), host)

    @pytest.mark.parametrize("host", ["", "a; script-src *", "a b", "a/b", "*", "user@box"])
    def test_what_is_no_host_does_not_get_into_it(self, host: str) -> None:
        assert "connect-src 'self';" in openlifter.policy((), host)

    def test_the_other_addresses_of_the_appliance_may_be_reached_and_nobody_else(self) -> None:
        policy = openlifter.policy((), "10.0.0.5:80", ["openlifter.local", "10.0.0.5:80", "[fd00::5]:80", "x; y"])
        sockets = "ws://10.0.0.5:80 wss://10.0.0.5:80 http://openlifter.local ws://openlifter.local"
        assert f"connect-src 'self' {sockets};" in policy


class TestWhatIsInPlace:
    async def test_when_there_is_none_the_page_says_how_to_get_one(
        self, client: TestClient[web.Request, web.Application]
    ) -> None:
        status, text = await get(client, "/openlifter/lifting")
        assert status == 404
        assert "not installed" in text
        assert "<code>openlifter-appliance install-openlifter PATH</code>" in text
        assert (await get(client, f"/openlifter/{SCRIPT}"))[0] == 404

    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            (lambda place: put(place, index=INDEX.replace("<head>", "")), "no &lt;head&gt;"),
            (lambda place: place.mkdir(), "no index.html"),
            (lambda place: place.write_text("no zip"), "not a zip"),
        ],
    )
    async def test_one_that_cannot_be_used_is_a_visible_warning(
        self, client: TestClient[web.Request, web.Application], place: Path, spoil: Callable[[Path], object], why: str
    ) -> None:
        spoil(place)
        status, text = await get(client, "/openlifter/")
        assert status == 503
        assert why in text
        assert "install-openlifter" in text
        assert (await get(client, f"/openlifter/{SCRIPT}"))[0] == 404

    async def test_the_next_page_is_of_the_build_that_was_installed_meanwhile(
        self, client: TestClient[web.Request, web.Application], place: Path, tmp_path: Path
    ) -> None:
        assert (await get(client, "/openlifter/"))[0] == 404
        install(put(tmp_path / "old", index=INDEX.replace("<title>", "<title>Old ")), place)
        assert "Old OpenLifter" in (await get(client, "/openlifter/"))[1]
        install(put(tmp_path / "new", index=INDEX.replace("<title>", "<title>New ")), place)
        assert "New OpenLifter" in (await get(client, "/openlifter/"))[1]
        shutil.rmtree(place)
        assert (await get(client, "/openlifter/"))[0] == 404
        put(place)
        assert (await get(client, "/openlifter/"))[0] == 200


async def test_the_appliance_serves_it_from_its_data_directory(venue: World) -> None:
    assert (await venue.get("/openlifter/"))[0] == 404
    put(venue.data_dir / "openlifter")
    assert (await venue.get("/openlifter/lifting"))[0] == 200
