"""The page from which the screens are looked after, as a browser uses it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.displays.venue import Browser, browser, meet_of
from tests.world import Table, World


def showing(table: Table, **more: Any) -> dict[str, Any]:
    return {"kind": "scoreboard", "meetId": table.meet_id, **more}


async def made(here: Browser, table: Table, name: str = "OBS") -> dict[str, Any]:
    status, screen = await here.post("/displays/screens", {"showing": showing(table), "name": name})
    assert status == 200
    found: dict[str, Any] = screen
    return found


class TestWhoMay:
    async def test_nobody_without_the_pin(self, venue: World) -> None:
        table = await meet_of(venue)
        async with browser(venue) as here:
            assert 'name="pin"' in await (await here.get("/displays")).text()
            assert (await here.get("/displays/state")).status == 401
            assert (await here.post("/displays/screens", {"showing": showing(table)}))[0] == 401
            assert (await here.post("/displays/look/logo", b""))[0] == 401

    async def test_the_operator_all_of_them(self, venue: World) -> None:
        tables = [await meet_of(venue), await meet_of(venue)]
        async with browser(venue) as here:
            await here.sign_in()
            assert "displays.js" in await (await here.get("/displays")).text()
            state = await here.state()
            assert {meet["meetId"] for meet in state["meets"]} == {table.meet_id for table in tables}

    async def test_a_table_those_of_its_meet(self, venue: World) -> None:
        own, other = await meet_of(venue), await meet_of(venue)
        async with browser(venue) as operator:
            await operator.sign_in()
            theirs = await made(operator, other)
            async with browser(venue) as here:
                assert await here.post("/displays/enter", {"sessionToken": own.token}) == (
                    200,
                    {"address": "/displays"},
                )
                await made(here, own)
                state = await here.state()
                assert [meet["meetId"] for meet in state["meets"]] == [own.meet_id]
                assert [screen["showing"]["meetId"] for screen in state["screens"]] == [own.meet_id]
                assert len(state["keys"]) == 1
                assert (await here.post("/displays/screens", {"showing": showing(other)}))[0] == 404
                assert (await here.post(f"/displays/screens/{theirs['id']}", {"showing": showing(own)}))[0] == 404
                key_id = (await operator.state())["keys"][0]["keyId"]
                assert (await here.post(f"/displays/keys/{key_id}/revoke"))[0] == 404

    @pytest.mark.parametrize("token", ["", "ol1.x.y"])
    async def test_no_table_without_a_session(self, venue: World, token: str) -> None:
        async with browser(venue) as here:
            assert (await here.post("/displays/enter", {"sessionToken": token}))[0] == 401

    async def test_no_table_that_only_reads(self, venue: World) -> None:
        table, reader = await meet_of(venue), await venue.table()
        await reader.join(table.meet_id, "Desk", readOnly=True)
        async with browser(venue) as here:
            assert (await here.post("/displays/enter", {"sessionToken": reader.token}))[0] == 401

    async def test_no_page_of_another_origin(self, venue: World) -> None:
        table = await meet_of(venue)
        async with browser(venue) as here:
            await here.sign_in()
            here.http.headers["Origin"] = "http://elsewhere"
            for path, body in (
                ("screens", {"showing": showing(table)}),
                ("enter", {"sessionToken": table.token}),
                ("look/css", b"a {}"),
            ):
                assert (await here.post(f"/displays/{path}", body))[0] == 403


class TestScreens:
    async def test_a_link_for_obs_is_made_named_and_taken_back(self, venue: World) -> None:
        table = await meet_of(venue)
        async with browser(venue) as here:
            await here.sign_in()
            screen = await made(here, table)
            assert (screen["number"], screen["name"], screen["connected"]) == (101, "OBS", [])
            board = screen["address"].replace("/display/scoreboard?", f"/api/v1/meets/{table.meet_id}/boards/flight?")
            assert (await here.get(board)).status == 200
            (key,) = (await here.state())["keys"]
            assert (await here.post(f"/displays/keys/{key['keyId']}/revoke"))[0] == 200
            assert (await here.get(board)).status == 401
            assert (await here.post(f"/displays/keys/{key['keyId']}/revoke"))[0] == 404

    async def test_a_screen_is_named_assigned_and_forgotten(self, venue: World) -> None:
        table = await meet_of(venue)
        async with browser(venue) as here:
            await here.sign_in()
            screen = await made(here, table)
            at = f"/displays/screens/{screen['id']}"
            options = {"theme": "light", "units": "both"}
            order = {"name": "Hall", "showing": showing(table, kind="results", options=options)}
            assert (await here.post(at, order))[0] == 200
            (now,) = (await here.state())["screens"]
            assert (now["name"], now["showing"]["kind"]) == ("Hall", "results")
            assert "theme=light" in now["address"]
            status, waiting = await here.post(at, {"showing": None})
            assert (status, waiting["address"]) == (200, f"/display?id={screen['id']}")
            assert (await here.post(f"{at}/forget"))[0] == 200
            assert (await here.state())["screens"] == []
            assert (await here.post(f"{at}/identify"))[0] == 404

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"kind": "pie"}, "$.showing.kind"),
            ({"platform": 0}, "$.showing.platform"),
            ({"options": {"theme": "pink"}}, "$.showing.options.theme"),
            ({"options": {"scale": 9}}, "$.showing.options.scale"),
            ({"more": 1}, "more"),
            ({"meetId": "x"}, "$.showing.meetId"),
        ],
    )
    async def test_what_is_wrong_is_named_and_changes_nothing(self, venue: World, change: Any, named: str) -> None:
        table = await meet_of(venue)
        async with browser(venue) as here:
            await here.sign_in()
            status, answer = await here.post("/displays/screens", {"showing": {**showing(table), **change}})
            assert status == 400
            assert named in answer["error"]
            assert (await here.state())["screens"] == []

    async def test_a_meet_that_is_not_here_is_named(self, venue: World) -> None:
        async with browser(venue) as here:
            await here.sign_in()
            order = {"showing": {"kind": "results", "meetId": "111111111"}}
            assert await here.post("/displays/screens", order) == (
                404,
                {"error": "there is no such meet on this appliance"},
            )


class TestLook:
    async def test_what_is_no_picture_no_colour_and_no_text_is_refused(self, venue: World) -> None:
        async with browser(venue) as here:
            await here.sign_in()
            for path, body, named in (
                ("logo", b"<html>", "PNG, JPEG, WebP or SVG"),
                ("css", b"\xff", "UTF-8"),
                ("colours", {"accent": "red"}, "$.accent"),
            ):
                status, answer = await here.post(f"/displays/look/{path}", body)
                assert status == 400
                assert named in answer["error"]

    async def test_a_full_disk_says_so(self, venue: World) -> None:
        async with browser(venue) as here:
            await here.sign_in()
            venue.data_dir.joinpath("look").write_text("in the way")
            status, answer = await here.post("/displays/look/css", b"a {}")
            assert status == 503
            assert answer["error"]
