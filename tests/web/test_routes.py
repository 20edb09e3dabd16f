"""The URL table."""

from __future__ import annotations

import asyncio

import aiohttp
import msgspec

from appliance.protocol.words import CloseCode
from tests.world import World


async def test_the_meets_are_listed_newest_first_with_the_names_they_have_now(venue: World) -> None:
    assert (await venue.get("/api/v1/meets"))[1] == '{"meets": []}'
    first, second = await venue.table(), await venue.table()
    await first.create({"Platform 1": 1}, "Platform 1", meetName="Spring Cup")
    await second.create({"Platform 1": 1}, "Platform 1")
    await second.change(("meet.name", "Autumn Cup"))
    status, text = await venue.get("/api/v1/meets")
    meets = [
        {"meetId": second.meet_id, "meetName": "Autumn Cup"},
        {"meetId": first.meet_id, "meetName": "Spring Cup"},
    ]
    assert (status, msgspec.json.decode(text)) == (200, {"meets": meets})


async def test_ws_takes_websockets_only_and_compresses_nothing(venue: World) -> None:
    assert (await venue.get("/ws"))[0] == 400
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{venue.url}/ws", compress=15) as socket,
    ):
        assert socket.compress == 0


async def test_what_is_not_in_the_table_is_not_found(venue: World) -> None:
    assert (await venue.get("/no/such/page"))[0] == 404


async def test_openlifter_that_is_not_there_is_told_how_to_get(venue: World) -> None:
    status, text = await venue.get("/openlifter")
    assert (status, "OpenLifter is not installed yet" in text) == (404, True)


async def test_every_socket_is_told_when_the_appliance_goes_down(venue: World) -> None:
    nobody, table = await venue.table(), await venue.table()
    await table.create({"A": 1}, "A")
    closing = asyncio.gather(nobody.closed(), table.closed())
    await venue.stop()
    assert list(await closing) == [CloseCode.GOING_DOWN, CloseCode.GOING_DOWN]
