"""A WebSocket with an outbox, over a real socket. What the tables do on it is `test_connection`'s."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMessage, WSMsgType, web
from aiohttp.test_utils import TestServer

from appliance.live.outbox import OUTBOX_BYTES, Newest
from appliance.live.wire import Wire
from appliance.protocol.words import CloseCode

PATIENCE_S = 10.0


class Venue:
    """A server whose sockets are wires; `hung_up` holds the one that ended last."""

    def __init__(self) -> None:
        self.opened: asyncio.Queue[Wire] = asyncio.Queue()
        self.heard: asyncio.Queue[object] = asyncio.Queue()
        self.hung_up = asyncio.Event()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        wire = Wire(request, 1024)

        async def hear(message: WSMessage) -> None:
            self.heard.put_nowait(message.data)

        try:
            return await wire.run(lambda: self.opened.put_nowait(wire), hear)
        finally:
            self.hung_up.set()


Call = Callable[[], Awaitable[tuple[Wire, aiohttp.ClientWebSocketResponse]]]


@asynccontextmanager
async def calling() -> AsyncIterator[tuple[Venue, Call]]:
    venue = Venue()
    app = web.Application()
    app.router.add_get("/", venue.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as http, asyncio.timeout(PATIENCE_S):

        async def call() -> tuple[Wire, aiohttp.ClientWebSocketResponse]:
            socket = await http.ws_connect(server.make_url("/"), max_msg_size=0)
            return await venue.opened.get(), socket

        yield venue, call


async def test_what_is_put_in_arrives_in_order_and_only_the_newest_of_its_kind() -> None:
    async with calling() as (_, call):
        wire, socket = await call()
        wire.send(b"1")
        wire.send_newest(Newest.HEARTBEAT, b"old")
        wire.send_newest(Newest.HEARTBEAT, b"new")
        wire.send_stream(iter([b"2", b"3"]))
        assert [(await socket.receive()).data for _ in range(4)] == ["1", "new", "2", "3"]


async def test_what_is_said_is_heard_one_by_one() -> None:
    async with calling() as (venue, call):
        _, socket = await call()
        await socket.send_str("hello")
        await socket.send_str("again")
        assert [await venue.heard.get() for _ in range(2)] == [b"hello", b"again"]


async def test_closing_sends_first_what_waits_and_says_why() -> None:
    async with calling() as (venue, call):
        wire, socket = await call()
        wire.send(b"last words")
        wire.close(CloseCode.GOING_DOWN)
        assert wire.ended
        assert (await socket.receive()).data == "last words"
        closing = await socket.receive()
        assert (closing.type, closing.data) == (WSMsgType.CLOSE, CloseCode.GOING_DOWN)
        await venue.hung_up.wait()


async def test_who_takes_nothing_is_hung_up_on() -> None:
    async with calling() as (venue, call):
        wire, _ = await call()
        half = b"x" * (OUTBOX_BYTES // 2)
        for _ in range(3):
            wire.send(half)
        assert wire.ended
        await venue.hung_up.wait()


async def test_a_frame_that_is_too_large_ends_it() -> None:
    async with calling() as (venue, call):
        _, socket = await call()
        await socket.send_str("x" * 2000)
        assert (await socket.receive()).data == 1009
        await venue.hung_up.wait()
