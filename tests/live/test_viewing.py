"""The socket of a display."""

from __future__ import annotations

import asyncio

from appliance.protocol.words import CloseCode
from tests.displays.venue import browser, key_of, meet_of
from tests.world import PATIENCE_S, World


async def test_it_shows_one_board_until_it_closes(venue: World) -> None:
    table = await meet_of(venue)
    assert venue.appliance is not None
    feed = venue.appliance.meets.feed(table.meet_id)
    assert feed is not None
    async with browser(venue) as here:
        path = f"/api/v1/meets/{table.meet_id}/boards/platform?platform=1&key={key_of(venue, table.meet_id)}"
        socket = await here.socket(path)
        assert (await socket.hear())["board"]["current"]["lifter"]["name"] == "Ann"
        assert feed.viewers == 1
        await socket.socket.close()
        async with asyncio.timeout(PATIENCE_S):
            while feed.viewers:
                await asyncio.sleep(0.01)


async def test_what_a_display_says_changes_nothing(venue: World) -> None:
    table = await meet_of(venue)
    async with browser(venue) as here:
        path = f"/api/v1/meets/{table.meet_id}/boards/platform?key={key_of(venue, table.meet_id)}"
        socket = await here.socket(path)
        await socket.hear()
        await socket.socket.send_str('{"msgType": "UPDATE_INIT", "updates": []}')
        await table.change(("registration.entries[1].name", "Beth"))
        assert (await socket.hear())["board"]["current"]["lifter"]["name"] == "Beth"


async def test_when_the_appliance_goes_down_it_says_so(venue: World) -> None:
    table = await meet_of(venue)
    async with browser(venue) as here:
        path = f"/api/v1/meets/{table.meet_id}/boards/order?key={key_of(venue, table.meet_id)}"
        socket = await here.socket(path)
        await socket.hear()
        stopping = asyncio.create_task(venue.stop())
        assert (await socket.closed())[0] == CloseCode.GOING_DOWN
        await stopping
