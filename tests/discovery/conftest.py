"""Multicast DNS on loopback only: nothing of it leaves this computer."""

from __future__ import annotations

import asyncio
import fcntl
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery.interfaces import Interface

LOOPBACK = [Interface("lo", 1, False, ("127.0.0.1",))]
PATIENCE_S = 10.0

Join: TypeAlias = Callable[[], AsyncZeroconf]


@pytest.fixture
def air() -> Iterator[None]:
    """The names on loopback, for one test at a time: others run beside it in other processes."""
    with (Path(tempfile.gettempdir()) / "openlifter-tests-mdns.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
async def join(air: None) -> AsyncIterator[Join]:
    """Makes computers on this network."""
    networks: list[AsyncZeroconf] = []

    def joined() -> AsyncZeroconf:
        # Each with an address of its own, or an answer to one might reach another.
        networks.append(AsyncZeroconf(interfaces=[f"127.0.0.{len(networks) + 2}"]))
        return networks[-1]

    yield joined
    await asyncio.gather(*(network.async_close() for network in networks))


async def until(what: Callable[[], bool]) -> None:
    """Look until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not what():
            await asyncio.sleep(0.02)
