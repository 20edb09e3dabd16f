"""The cheap WebSocket client hears exactly what was sent, however it was cut, and is heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import WSMsgType, web
from hypothesis import given
from hypothesis import strategies as st

from appliance.client.bench.wire import HandshakeRefused, Wire
from tests.client.bench.listening import listening

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
SIZES = (0, 1, 125, 126, 127, 65_535, 65_536, 300_000)


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Sends back what it gets, a pong as its payload; "ping" is answered by a ping, "close" by closing with 4408."""
    socket = web.WebSocketResponse(compress=False, max_msg_size=0, autoping=False)
    await socket.prepare(request)
    async for frame in socket:
        if frame.data == "close":
            await socket.close(code=4408)
        elif frame.data == "ping":
            await socket.ping(b"there?")
        elif frame.type is WSMsgType.PONG:
            await socket.send_str(bytes(frame.data).decode())
        else:
            await socket.send_str(frame.data)
    return socket


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where the echo listens."""
    async with listening(echo) as found:
        yield found


class Ear:
    """Collects frames, and says when there are enough."""

    def __init__(self, enough: int) -> None:
        self.frames: list[bytes] = []
        self.full = asyncio.Event()
        self._enough = enough

    def hear(self, frame: bytes) -> None:
        self.frames.append(frame)
        if len(self.frames) == self._enough:
            self.full.set()


async def test_frames_of_every_size_come_back_whole_and_in_order(port: int) -> None:
    ear = Ear(len(SIZES))
    wire = await Wire.connect(port, ear.hear)
    sent = [b"x" * size for size in SIZES]
    wire.send(*sent)
    await asyncio.wait_for(ear.full.wait(), 5)
    assert ear.frames == sent
    await wire.close()


async def test_a_ping_is_answered_and_heard_by_nobody(port: int) -> None:
    ear = Ear(1)
    wire = await Wire.connect(port, ear.hear)
    wire.send(b"ping")
    await asyncio.wait_for(ear.full.wait(), 5)
    assert ear.frames == [b"there?"]
    await wire.close()


async def test_the_code_by_which_the_server_closes_is_known(port: int) -> None:
    wire = await Wire.connect(port, Ear(1).hear)
    wire.send(b"close")
    assert await asyncio.wait_for(wire.ended, 5) == 4408
    await wire.close()


async def test_who_refuses_a_websocket_is_named_by_its_status() -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=503)

    async with listening(refuse) as port:
        with pytest.raises(HandshakeRefused, match="503"):
            await Wire.connect(port, Ear(1).hear)


@given(
    st.lists(st.binary(max_size=200) | st.sampled_from([b"y" * 126, b"z" * 70_000]), max_size=6),
    st.lists(st.integers(0, 1000), max_size=12),
)
def test_it_does_not_matter_where_the_stream_is_cut(messages: list[bytes], cuts: list[int]) -> None:
    async def feed() -> list[bytes]:
        ear = Ear(0)
        wire = Wire(ear.hear)
        stream = HEAD + b"".join(map(_server_frame, messages))
        at = 0
        for cut in sorted(cuts):
            wire.data_received(stream[at:cut])
            at = max(at, min(cut, len(stream)))
        wire.data_received(stream[at:])
        return ear.frames

    assert asyncio.run(feed()) == messages


def _server_frame(message: bytes) -> bytes:
    head = bytes((0x80 | WSMsgType.TEXT,))
    length = len(message)
    if length < 126:
        return head + bytes((length,)) + message
    if length < 1 << 16:
        return head + b"\x7e" + length.to_bytes(2, "big") + message
    return head + b"\x7f" + length.to_bytes(8, "big") + message
