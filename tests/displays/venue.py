"""A meet on a real appliance, and displays that look at it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from appliance.access.display_keys import display_key, new_key_id
from tests.world import PATIENCE_S, Table, World

LIFTER = {"id": 1, "name": "Ann", "events": ["SBD"], "bodyweightKg": 60, "squatKg": [100, 0, 0, 0, 0]}


class Browser:
    """A browser at the appliance, with its cookies."""

    def __init__(self, venue: World) -> None:
        self.venue = venue
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": venue.url})

    async def get(self, path: str, **more: Any) -> aiohttp.ClientResponse:
        return await self.http.get(self.venue.url + path, **more)

    async def post(self, path: str, body: object = None) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else msgspec.json.encode(body if body is not None else {})
        async with self.http.post(self.venue.url + path, data=data) as answer:
            return answer.status, await answer.json()

    async def sign_in(self) -> None:
        form = {"pin": self.venue.operator_pin, "to": "/displays"}
        await self.http.post(f"{self.venue.url}/operator/sign-in", data=form, allow_redirects=False)

    async def state(self) -> dict[str, Any]:
        answer = await self.get("/displays/state")
        assert answer.status == 200
        state: dict[str, Any] = await answer.json()
        return state

    async def socket(self, path: str) -> Socket:
        return Socket(await self.http.ws_connect(self.venue.url + path))


class Socket:
    """A WebSocket of a display."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def hear(self) -> dict[str, Any]:
        """The next message that is no heartbeat."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self.socket.receive()
                assert frame.type is aiohttp.WSMsgType.TEXT, f"closed: {frame}"
                message: dict[str, Any] = msgspec.json.decode(frame.data)
                if "beat" not in message:
                    return message

    async def closed(self) -> tuple[int | None, str]:
        """Read to the end; returns the close code and the reason."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self.socket.receive()
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return self.socket.close_code, str(frame.extra or "")


@asynccontextmanager
async def browser(venue: World) -> AsyncIterator[Browser]:
    """A browser that nobody has signed in with."""
    here = Browser(venue)
    try:
        yield here
    finally:
        await here.http.close()


async def meet_of(venue: World) -> Table:
    """A meet with one lifter."""
    table = await venue.table()
    await table.create({"Platform 1": 10, "Desk": 1}, "Platform 1")
    await table.change(("meet.name", "Club meet"), ("registration.entries[1]", LIFTER))
    return table


def key_of(venue: World, meet_id: str) -> str:
    """A key of a meet."""
    assert venue.appliance is not None
    recovery_key = venue.appliance.meets.recovery_key(meet_id)
    assert recovery_key is not None
    return display_key(new_key_id(), meet_id, recovery_key)
