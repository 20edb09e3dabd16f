"""A WebSocket client that costs next to nothing per frame.

The load generators share two cores with the server that they measure, and must not be what is measured. So a frame
is cut out of what came in and handed on, unmasked text as every server sends it; no tasks, queues or copies between.
Fit for loopback and our own servers only.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable

_TEXT = 0x81
_CLOSE = 0x88
_PING = 0x89
_PONG = 0x8A

# The mask only protects proxies from scripts in web pages; zeros leave the payload as it is.
_NO_MASK = b"\0\0\0\0"

_FAREWELL_S = 2.0


class HandshakeRefused(Exception):
    """The server did not open a WebSocket; the message is its status line."""


class Wire(asyncio.Protocol):
    """One open WebSocket. Make one with `connect`.

    Args:
        hear: called with the payload of each text frame.

    Attributes:
        ended: done when the socket is gone, with the code by which the server closed it, None if it just broke off.
    """

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int | None] = loop.create_future()
        self._opened: asyncio.Future[None] = loop.create_future()
        self._hear = hear
        self._rest = b""
        self._code: int | None = None
        self._transport: asyncio.Transport
        self._writable = asyncio.Event()
        self._writable.set()

    @classmethod
    async def connect(cls, port: int, hear: Callable[[bytes], None]) -> Wire:
        """Open ``/ws`` of a server on this machine.

        Raises:
            HandshakeRefused: the server would not.
            OSError: there is none.
        """
        _, wire = await asyncio.get_running_loop().create_connection(lambda: cls(hear), "127.0.0.1", port)
        wire._transport.write(
            b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n\r\n" % (port, base64.b64encode(os.urandom(16)))
        )
        await wire._opened
        return wire

    def send(self, *messages: bytes) -> None:
        """Send text frames, in one write."""
        self._transport.write(b"".join(map(_frame, messages)))

    async def writable(self) -> None:
        """Wait while the server does not take what was sent."""
        await self._writable.wait()

    async def close(self) -> None:
        """Say goodbye and wait for the end."""
        if not self._transport.is_closing():
            self._transport.write(_control(_CLOSE, (1000).to_bytes(2, "big")))
            await asyncio.wait([self.ended], timeout=_FAREWELL_S)
            self._transport.abort()
        await self.ended

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a WebSocket needs a stream")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._rest + data if self._rest else data
        self._rest = b""
        if not self._opened.done():
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._rest = head
                return
            status = head.partition(b"\r\n")[0]
            if b" 101 " not in status:
                self._opened.set_exception(HandshakeRefused(status.decode("latin-1")))
                self._transport.abort()
                return
            self._opened.set_result(None)
        self._rest = self._take_frames(buffer)

    def connection_lost(self, _: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(HandshakeRefused("the connection broke off"))
        self._writable.set()
        self.ended.set_result(self._code)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # ------------------------------------------------------------ frames

    def _take_frames(self, buffer: bytes) -> bytes:
        """Hand on every whole frame; what is left of the last one is returned."""
        at, end = 0, len(buffer)
        while end - at >= 2:
            length, start = buffer[at + 1], at + 2
            if length == 126:
                start = at + 4
                length = int.from_bytes(buffer[at + 2 : start], "big")
            elif length == 127:
                start = at + 10
                length = int.from_bytes(buffer[at + 2 : start], "big")
            # Where not even the length is whole, start is beyond the end.
            if start + length > end:
                break
            first, at = buffer[at], start + length
            if first == _TEXT:
                self._hear(buffer[start:at])
            else:
                self._take_control(first, buffer[start:at])
        return buffer[at:] if at < end else b""

    def _take_control(self, first: int, payload: bytes) -> None:
        if first == _PING:
            self._transport.write(_control(_PONG, payload))
        elif first == _CLOSE:
            self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
            self._transport.write(_control(_CLOSE, payload[:2]))
            self._transport.close()


def _frame(message: bytes) -> bytes:
    length = len(message)
    if length < 126:
        return bytes((_TEXT, 0x80 | length)) + _NO_MASK + message
    if length < 1 << 16:
        return bytes((_TEXT, 0x80 | 126)) + length.to_bytes(2, "big") + _NO_MASK + message
    return bytes((_TEXT, 0x80 | 127)) + length.to_bytes(8, "big") + _NO_MASK + message


def _control(first: int, payload: bytes) -> bytes:
    return bytes((first, 0x80 | len(payload))) + _NO_MASK + payload
