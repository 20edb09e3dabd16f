"""Work that is ended although whoever waits for it gives up."""

from __future__ import annotations

import asyncio

import pytest

from appliance.service.unbroken import Unbroken


async def test_giving_up_does_not_end_it() -> None:
    unbroken, begun, go_on, ended = Unbroken(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    waiting = asyncio.create_task(unbroken.run(work()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await ended.wait()


async def test_who_waits_hears_what_came_of_it() -> None:
    async def well() -> int:
        return 7

    async def badly() -> int:
        raise KeyError("gone")

    assert await Unbroken().run(well()) == 7
    with pytest.raises(KeyError, match="gone"):
        await Unbroken().run(badly())
