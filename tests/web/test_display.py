"""A display's page, its line and the look."""

from __future__ import annotations

import asyncio

import pytest

from appliance.displays.showing import DisplayKind
from tests.displays.test_look import PNG
from tests.displays.venue import browser, key_of, meet_of
from tests.world import World


async def test_a_screen_without_an_address_gets_a_number(venue: World) -> None:
    async with browser(venue) as here:
        answer = await here.get("/display", allow_redirects=False)
        assert answer.status == 302
        where = answer.headers["Location"]
        assert where.startswith("/display?id=101-")
        page = await here.get(where)
        text = await page.text()
        assert page.status == 200
        assert "/static/displays/main.js" in text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert (await here.get("/display", allow_redirects=False)).headers["Location"].startswith("/display?id=102-")


@pytest.mark.parametrize("kind", list(DisplayKind))
async def test_each_kind_has_its_page(venue: World, kind: DisplayKind) -> None:
    async with browser(venue) as here:
        assert (await here.get(f"/display/{kind}?meet=123456789")).status == 200


async def test_any_other_kind_is_named_with_those_that_there_are(venue: World) -> None:
    async with browser(venue) as here:
        answer = await here.get("/display/pie")
        assert answer.status == 404
        assert "scoreboard" in await answer.text()


async def test_what_is_not_an_id_is_no_screen(venue: World) -> None:
    async with browser(venue) as here:
        line = await here.socket("/display/line?id=nobody")
        await line.socket.send_str('{"address": "/display"}')
        assert (await line.closed())[0] == 4404


async def test_a_line_that_asks_for_no_socket_is_refused(venue: World) -> None:
    async with browser(venue) as here:
        assert (await here.get("/display/line?id=101-abcdef")).status == 400


async def test_a_screen_is_told_what_to_show_over_its_line(venue: World) -> None:
    table = await meet_of(venue)
    async with browser(venue) as here:
        await here.sign_in()
        where = (await here.get("/display", allow_redirects=False)).headers["Location"]
        screen = where.partition("id=")[2]
        line = await here.socket(f"/display/line?id={screen}")
        await line.socket.send_json({"address": where})
        showing = {"kind": "loading", "meetId": table.meet_id}
        async with asyncio.timeout(10):
            while not (await here.state())["screens"][0]["connected"]:
                await asyncio.sleep(0.01)
        assert (await here.post(f"/displays/screens/{screen}", {"showing": showing}))[0] == 200
        order = await line.hear()
        assert order["do"] == "show"
        assert order["address"].startswith("/display/loading?")
        board = order["address"].replace("/display/loading?", f"/api/v1/meets/{table.meet_id}/boards/platform?")
        assert (await here.get(board)).status == 200
        for order_name in ("identify", "reload"):
            await here.post(f"/displays/screens/{screen}/{order_name}")
            assert (await line.hear())["do"] == order_name


async def test_the_look_is_served_without_anything_that_could_run(venue: World) -> None:
    async with browser(venue) as here:
        assert (await (await here.get("/api/v1/look")).json())["logo"] is None
        assert (await here.get("/display/logo")).status == 404
        assert await (await here.get("/display/look.css")).text() == ""
        await here.sign_in()
        assert (await here.post("/displays/look/colours", {"accent": "#123456"}))[0] == 200
        assert (await here.post("/displays/look/logo", PNG))[0] == 200
        css = await here.get("/display/look.css")
        assert "--accent: #123456" in await css.text()
        assert css.headers["Content-Type"].startswith("text/css")
        address = (await (await here.get("/api/v1/look")).json())["logo"]
        logo = await here.get(address)
        assert (logo.headers["Content-Type"], await logo.read()) == ("image/png", PNG)
        assert "sandbox" in logo.headers["Content-Security-Policy"]


async def test_a_key_is_good_after_a_restart_too(venue: World) -> None:
    table = await meet_of(venue)
    meet_id, key = table.meet_id, key_of(venue, table.meet_id)
    await venue.restart()
    async with browser(venue) as here:
        assert (await here.get(f"/api/v1/meets/{meet_id}/boards/platform?key={key}")).status == 200
