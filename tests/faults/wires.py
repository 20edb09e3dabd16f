"""One table's wire to the server, which fails in one direction, in both, or without one end noticing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from appliance.client.link import Link, LinkClosed, OpenLink

_T = TypeVar("_T")


class Wire:
    """An `OpenLink` that wraps another.

    As on TCP, frames that do not get through wait until they do, or die with their connection.
    """

    def __init__(self, open_link: OpenLink) -> None:
        self._open_link = open_link
        self._plugged_in = True
        self._speaks = _set()
        self._hears = _set()
        self._sound = _set()
        self._link: _Frail | None = None
        self._forgotten: list[Link] = []

    async def __call__(self, url: str) -> Link:
        """Open a connection; that takes both directions."""
        if not (self._plugged_in and self._speaks.is_set() and self._hears.is_set()):
            raise LinkClosed
        self._link = _Frail(await self._open_link(url), self._speaks, self._hears)
        self._sound.set()
        return self._link

    async def cut(self) -> None:
        """Break the connection, and let none through."""
        self._plugged_in = False
        if self._link is not None:
            await self._link.inner.close()

    def mute(self) -> None:
        """Nothing gets through to the server."""
        self._speaks.clear()

    def deafen(self) -> None:
        """Nothing gets through from the server."""
        self._hears.clear()

    async def die_unnoticed_here(self) -> None:
        """The connection is gone, and only the server knows."""
        if self._link is not None and not self._link.gone:
            self._sound.clear()
            self._link.unnoticed = True
            await self._link.inner.close()

    async def die_unnoticed_there(self) -> None:
        """The connection is gone, and only the table knows."""
        if self._link is not None and not self._link.gone:
            self._forgotten.append(self._link.inner)
            self._link.forget()

    def heal(self) -> None:
        """Everything gets through again. A connection that died unnoticed stays dead."""
        self._plugged_in = True
        self._speaks.set()
        self._hears.set()

    async def sound(self) -> None:
        """Wait until no connection is left of which the table does not know that it is dead."""
        await self._sound.wait()

    async def close(self) -> None:
        """Close what only the server still believes in."""
        for link in self._forgotten:
            await link.close()


class _Frail:
    """A `Link` that may die from within.

    Attributes:
        unnoticed: the connection below is gone, and nothing must tell.
        gone: the table knows that it is over.
    """

    def __init__(self, inner: Link, speaks: asyncio.Event, hears: asyncio.Event) -> None:
        self.inner = inner
        self.unnoticed = False
        self._speaks = speaks
        self._hears = hears
        self._given_up = asyncio.Event()
        self._forgotten = False

    @property
    def gone(self) -> bool:
        return self._given_up.is_set()

    def forget(self) -> None:
        """The table learns that its connection is gone, but the one below stays."""
        self._forgotten = True
        self._given_up.set()

    async def send(self, frame: bytes) -> None:
        await self._unless_given_up(self._speaks.wait())
        try:
            await self.inner.send(frame)
        except LinkClosed:
            if not self.unnoticed:
                raise

    async def receive(self) -> bytes:
        await self._unless_given_up(self._hears.wait())
        try:
            return await self._unless_given_up(self.inner.receive())
        except LinkClosed:
            if not self.unnoticed:
                raise
            await self._given_up.wait()
            raise

    async def _unless_given_up(self, happening: Coroutine[Any, Any, _T]) -> _T:
        """What happens, or `LinkClosed` where the table learns first that the connection is gone."""
        task = asyncio.ensure_future(happening)
        gone = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise LinkClosed
        finally:
            gone.cancel()
            task.cancel()
            await asyncio.gather(task, gone, return_exceptions=True)

    async def close(self) -> None:
        self._given_up.set()
        if not self._forgotten:
            await self.inner.close()


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event
