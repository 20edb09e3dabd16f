"""A WebSocket with an outbox: what is put in is sent in order, until either side closes. The aiohttp shell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from appliance.live.outbox import Newest, Outbox
from appliance.protocol.words import CloseCode
from appliance.service.logging import get_logger

# With pings, a half-open socket is noticed within half of this again.
PING_S = 20.0

# How long a closing socket gets to take what waits for it, and then to say goodbye.
FLUSH_S = 2.0
GOODBYE_S = 2.0

_log = get_logger(__name__)


class Wire:
    """One socket, from its opening to its end.

    Args:
        request: the request that asks for it.
        max_read_bytes: a frame that is larger closes it (1009).

    Attributes:
        address: where it comes from.
        loop: that it runs in.
    """

    def __init__(self, request: web.Request, max_read_bytes: int) -> None:
        self.address = request.remote or "unknown"
        self.loop = asyncio.get_running_loop()
        self._request = request
        self._socket = web.WebSocketResponse(
            heartbeat=PING_S, timeout=GOODBYE_S, max_msg_size=max_read_bytes, compress=False, decode_text=False
        )
        self._outbox = Outbox()
        self._something_to_send = asyncio.Event()
        self._ended: asyncio.Future[int | None] = self.loop.create_future()

    async def run(
        self, opened: Callable[[], None], heard: Callable[[WSMessage], Awaitable[None]]
    ) -> web.WebSocketResponse:
        """Run the socket until either side closes it.

        Args:
            opened: called when the socket is there.
            heard: takes each text or binary frame; the next one is read when it returns.
        """
        await self._socket.prepare(self._request)
        opened()
        reading = asyncio.create_task(self._read(heard), name="read")
        sending = asyncio.create_task(self._send(), name="send")
        try:
            ends: set[asyncio.Future[Any]] = {reading, sending, self._ended}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await self._say_goodbye(reading, sending)
        finally:
            for task in (reading, sending):
                task.cancel()
            results = await asyncio.gather(reading, sending, return_exceptions=True)
            for result in results:
                if isinstance(result, Exception) and not isinstance(result, ConnectionError):
                    _log.error("socket_failed", cause=result, address=self.address)
        return self._socket

    @property
    def ended(self) -> bool:
        """Whether it is closed, or will be soon."""
        return self._ended.done()

    @property
    def waiting_bytes(self) -> int:
        """What waits to be sent."""
        return self._outbox.waiting_bytes

    def close(self, code: int) -> None:
        """Close the socket soon; what waits to be sent goes first where the other side still takes it."""
        if not self._ended.done():
            self._ended.set_result(code)

    def send(self, frame: bytes) -> None:
        """Queue a frame that must arrive; if too much waits, the socket is closed instead."""
        self._outbox.put(frame)
        self._wake_sender()

    def send_newest(self, kind: Newest, frame: bytes) -> None:
        """Queue a frame that supersedes an older one of its kind."""
        self._outbox.put_newest(kind, frame)
        self._wake_sender()

    def send_stream(self, frames: Iterator[bytes]) -> None:
        """Queue frames that are made while they are sent."""
        self._outbox.put_stream(frames)
        self._wake_sender()

    def _wake_sender(self) -> None:
        if self._outbox.overflowed and not self._ended.done():
            _log.warning("socket_too_slow", address=self.address)
            self.close(CloseCode.TOO_SLOW)
        self._something_to_send.set()

    async def _send(self) -> None:
        while True:
            frame = self._outbox.take()
            if frame is not None:
                await self._socket.send_frame(frame, WSMsgType.TEXT)
            elif self._ended.done():
                return
            else:
                self._something_to_send.clear()
                await self._something_to_send.wait()

    async def _read(self, heard: Callable[[WSMessage], Awaitable[None]]) -> None:
        async for frame in self._socket:
            await heard(frame)

    async def _say_goodbye(self, reading: asyncio.Task[None], sending: asyncio.Task[None]) -> None:
        reading.cancel()
        code = self._ended.result() if self._ended.done() else None
        if not self._ended.done():
            self._ended.set_result(None)
        if code is not None and code != CloseCode.TOO_SLOW:
            self._something_to_send.set()
            await asyncio.wait({sending}, timeout=FLUSH_S)
        sending.cancel()
        await asyncio.gather(reading, sending, return_exceptions=True)
        if not self._socket.closed:
            await self._socket.close(code=code or CloseCode.GOING_DOWN, drain=False)
        transport = self._request.transport
        if isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size():
            # A peer that takes nothing any more would keep the socket open for ever.
            transport.abort()
