"""A connection over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from appliance.client.link import LinkClosed, open_websocket
from appliance.protocol.words import CloseCode


@pytest.fixture
async def echo() -> AsyncIterator[str]:
    """Says back what it hears, and hangs up on "goodbye"."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            if frame.data == "goodbye":
                await socket.close(code=CloseCode.SUPERSEDED)
            else:
                await socket.send_str(frame.data)
        return socket

    app = web.Application()
    app.router.add_get("/ws", handle)
    async with TestServer(app) as server:
        yield str(server.make_url("/ws"))


async def test_frames_go_both_ways_however_large(echo: str) -> None:
    link = await open_websocket(echo)
    for frame in (b'{"name":"\xc3\x81ine"}', b"x" * 2 * 1024 * 1024):
        await link.send(frame)
        assert await link.receive() == frame
    await link.close()


async def test_the_end_says_why(echo: str) -> None:
    link = await open_websocket(echo)
    await link.send(b"goodbye")
    with pytest.raises(LinkClosed) as closed:
        await link.receive()
    assert closed.value.close_code == CloseCode.SUPERSEDED
    await link.close()


async def test_after_closing_there_is_nothing(echo: str) -> None:
    link = await open_websocket(echo)
    await link.close()
    await link.close()
    with pytest.raises(LinkClosed):
        await link.send(b"x")
    with pytest.raises(LinkClosed):
        await link.receive()


async def test_nobody_there() -> None:
    with pytest.raises(LinkClosed):
        await open_websocket("ws://127.0.0.1:1/ws")
