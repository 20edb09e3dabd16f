"""Doors that close for a moment."""

from __future__ import annotations

import asyncio

import pytest

from appliance.live import doors as doors_module
from appliance.live.doors import Doors
from appliance.protocol.words import CloseCode


class Guest:
    """Stays until it is told to go, or for ever."""

    waiting_bytes = 3

    def __init__(self, *, stubborn: bool = False) -> None:
        self.inside = asyncio.Event()
        self.told: list[CloseCode] = []
        self._stubborn = stubborn
        self._gone = asyncio.Event()

    async def serve(self) -> str:
        self.inside.set()
        await self._gone.wait()
        return "served"

    def close(self, code: CloseCode) -> None:
        self.told.append(code)
        if not self._stubborn:
            self._gone.set()


async def test_while_they_are_closed_nobody_is_inside_and_who_comes_waits() -> None:
    doors, early, late = Doors(), Guest(), Guest()
    first = asyncio.create_task(doors.serve(early))
    await early.inside.wait()
    async with doors.closed():
        assert early.told == [CloseCode.GOING_DOWN]
        assert (doors.open, doors.inside, doors.waiting_bytes) == (False, 0, 0)
        assert first.done()
        second = asyncio.create_task(doors.serve(late))
        await asyncio.sleep(0)
        assert not late.inside.is_set()
    await late.inside.wait()
    assert (doors.open, doors.inside, doors.waiting_bytes, doors.let_in) == (True, 1, 3, 2)
    doors.show_out(CloseCode.GOING_DOWN)
    assert [await first, await second] == ["served", "served"]


async def test_who_does_not_leave_keeps_nobody_out_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors_module, "PATIENCE_S", 0.01)
    doors, stubborn = Doors(), Guest(stubborn=True)
    staying = asyncio.create_task(doors.serve(stubborn))
    await stubborn.inside.wait()
    with pytest.raises(TimeoutError):
        async with doors.closed():
            raise AssertionError("somebody is inside")
    late = Guest()
    serving = asyncio.create_task(doors.serve(late))
    await late.inside.wait()
    late.close(CloseCode.GOING_DOWN)
    assert await serving == "served"
    staying.cancel()
