"""The seam between a client and its network: how a connection is opened, and what it can do.

`ClientSession` knows nothing but these two protocols. To put faults in between, wrap an `OpenLink` into another one
that returns links which wrap its links:

    open_link = dropping(open_websocket)
    session = ClientSession(url, credentials, open_link=open_link)
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import aiohttp

# The server's frames are small, but a whole meet in one relay should still get through.
MAX_READ_BYTES = 16 * 1024 * 1024
OPEN_S = 5.0
GOODBYE_S = 1.0


class LinkClosed(Exception):
    """The connection is gone or could not be opened; ``close_code`` if the server said why."""

    def __init__(self, close_code: int | None = None) -> None:
        super().__init__(f"close code {close_code}")
        self.close_code = close_code


class Link(Protocol):
    """One open connection. It ends for good with the first `LinkClosed`; whoever opened it has to close it."""

    async def send(self, frame: bytes) -> None:
        """Send a text frame; waits while the network takes nothing. One at a time.

        Raises:
            LinkClosed: the connection is gone.
        """

    async def receive(self) -> bytes:
        """The next text frame. One at a time; may be cancelled without losing a frame.

        Raises:
            LinkClosed: the connection is gone, and all that came before has been received.
        """

    async def close(self) -> None:
        """End the connection. May be called at any time, and twice."""


class OpenLink(Protocol):
    """Opens connections."""

    async def __call__(self, url: str) -> Link:
        """A new connection to ``ws://host:port/ws``.

        Raises:
            LinkClosed: there is no way through.
        """


class WebSocketLink:
    """A `Link` over aiohttp."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._http = http
        self._socket = socket

    async def send(self, frame: bytes) -> None:
        """See `Link.send`."""
        try:
            await self._socket.send_frame(frame, aiohttp.WSMsgType.TEXT)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise LinkClosed(self._socket.close_code) from error

    async def receive(self) -> bytes:
        """See `Link.receive`."""
        frame = await self._socket.receive()
        if frame.type is aiohttp.WSMsgType.TEXT:
            data: bytes | str = frame.data
            return data if isinstance(data, bytes) else data.encode()
        raise LinkClosed(self._socket.close_code)

    async def close(self) -> None:
        """See `Link.close`."""
        try:
            # Without the bound a peer that takes nothing any more would keep us here.
            async with asyncio.timeout(2 * GOODBYE_S):
                await self._socket.close()
        except TimeoutError:
            pass
        finally:
            await self._http.close()


async def open_websocket(url: str) -> Link:
    """Open a WebSocket: no compression, no proxy, and no pings of its own, since the server's heartbeats tell more."""
    http = aiohttp.ClientSession()
    try:
        async with asyncio.timeout(OPEN_S):
            socket = await http.ws_connect(
                url,
                max_msg_size=MAX_READ_BYTES,
                compress=0,
                decode_text=False,
                timeout=aiohttp.ClientWSTimeout(ws_close=GOODBYE_S),
            )
    except (aiohttp.ClientError, OSError) as error:
        await http.close()
        raise LinkClosed from error
    except BaseException:
        await http.close()
        raise
    return WebSocketLink(http, socket)
