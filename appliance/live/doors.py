"""The door that sockets come in by: it can be closed for a moment, and those who are inside shown out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from appliance.protocol.words import CloseCode

# Each socket has some seconds for its goodbye, all at the same time.
PATIENCE_S = 10.0

Answer = TypeVar("Answer", covariant=True)


class Guest(Protocol[Answer]):
    """A socket, as the door sees it."""

    async def serve(self) -> Answer:
        """Run to its end."""

    def close(self, code: CloseCode) -> None:
        """End soon."""

    @property
    def waiting_bytes(self) -> int:
        """What waits to be sent."""


class Doors:
    """Knows every socket that is being served.

    Attributes:
        let_in: how many there were so far.
    """

    def __init__(self) -> None:
        self.let_in = 0
        self._inside: set[Guest[object]] = set()
        self._open = asyncio.Event()
        self._open.set()
        self._empty = asyncio.Event()
        self._empty.set()

    async def serve(self, guest: Guest[Answer]) -> Answer:
        """Serve a socket, as soon as the door is open."""
        await self._open.wait()
        self._inside.add(guest)
        self.let_in += 1
        self._empty.clear()
        try:
            return await guest.serve()
        finally:
            self._inside.discard(guest)
            if not self._inside:
                self._empty.set()

    @property
    def open(self) -> bool:
        """Whether somebody who comes is let in at once."""
        return self._open.is_set()

    @property
    def inside(self) -> int:
        """How many sockets are being served."""
        return len(self._inside)

    @property
    def waiting_bytes(self) -> int:
        """What waits to be sent on all of them."""
        return sum(guest.waiting_bytes for guest in self._inside)

    def show_out(self, code: CloseCode) -> None:
        """Close every socket."""
        for guest in tuple(self._inside):
            guest.close(code)

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Nobody is inside, and who comes waits outside until the end of the context.

        Those who were inside are told to reconnect (1001).

        Raises:
            TimeoutError: somebody does not leave; the door is open again.
        """
        self._open.clear()
        try:
            self.show_out(CloseCode.GOING_DOWN)
            async with asyncio.timeout(PATIENCE_S):
                await self._empty.wait()
            yield
        finally:
            self._open.set()
