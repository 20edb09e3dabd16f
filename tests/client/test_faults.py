"""A network that fails on purpose."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from appliance.client.faults import CHAOS, Chaos, ChaosLevel, Network
from appliance.client.link import Link, LinkClosed


class Wire:
    """A link that gives back what is sent."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def send(self, frame: bytes) -> None:
        self.frames.put_nowait(frame)

    async def receive(self) -> bytes:
        frame = await self.frames.get()
        if frame is None:
            raise LinkClosed
        return frame

    async def close(self) -> None:
        self.frames.put_nowait(None)


async def open_wire(url: str) -> Link:
    return Wire()


def network(chaos: Chaos, seed: int = 1) -> Network:
    return Network(chaos, Random(seed), open_wire)


async def echoed(link: Link, count: int) -> list[bytes]:
    for number in range(count):
        await link.send(b"%d" % number)
    await link.close()
    heard = []
    while True:
        try:
            heard.append(await link.receive())
        except LinkClosed:
            return heard


async def test_a_whole_network_brings_each_frame_once() -> None:
    link = await network(CHAOS[ChaosLevel.OFF]).cable()("ws://venue")
    assert await echoed(link, 5) == [b"0", b"1", b"2", b"3", b"4"]


async def test_frames_come_twice_and_late_but_in_order_and_none_is_lost() -> None:
    here = network(Chaos(twice=0.3, late=0.5, late_s=0.001))
    heard = await echoed(await here.cable()("ws://venue"), 20)
    assert sorted(heard, key=int) == heard
    assert len(set(heard)) == 20
    assert len(heard) == 20 + here.injected.twice
    assert here.injected.twice > 0
    assert here.injected.late > 0


async def test_a_frame_that_was_given_up_on_while_late_comes_next_time() -> None:
    link = await network(Chaos(late=1.0, late_s=0.05)).cable()("ws://venue")
    await link.send(b"lift")
    receiving = asyncio.create_task(link.receive())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    receiving.cancel()
    assert await link.receive() == b"lift"


async def test_a_pulled_cable_ends_the_connection_and_lets_none_through() -> None:
    cable = network(Chaos()).cable()
    link = await cable("ws://venue")
    await cable.pull()
    with pytest.raises(LinkClosed):
        await link.receive()
    with pytest.raises(LinkClosed):
        await cable("ws://venue")
    cable.plug_in()
    await cable("ws://venue")


async def test_a_storm_breaks_all_connections_at_once() -> None:
    here = network(Chaos())
    links = [await here.cable()("ws://venue") for _ in range(3)]
    await here.storm()
    for link in links:
        with pytest.raises(LinkClosed):
            await link.receive()


async def test_calm_ends_all_trouble() -> None:
    here = network(Chaos(twice=1.0))
    cable = here.cable()
    await cable.pull()
    here.calm()
    assert await echoed(await cable("ws://venue"), 3) == [b"0", b"1", b"2"]
