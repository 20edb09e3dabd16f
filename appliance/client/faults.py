"""A network that fails on purpose: cables pulled, frames late or twice, everybody thrown out at once.

It stands between clients and the real network as `link.OpenLink`s that wrap the real ones. What it does follows from
its seed, as far as the timing of the machine allows. Frames keep their order and are never lost singly, as on TCP:
what is lost is lost with its connection.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import StrEnum
from random import Random

from msgspec import Struct

from appliance.client.link import Link, LinkClosed, OpenLink, open_websocket


class Chaos(Struct, frozen=True):
    """How bad the network is. Mean times between events are in seconds, 0 for never.

    Attributes:
        cut_every_s, outage_s: each cable is pulled that often, and for at most so long.
        storm_every_s: all connections break at the same time.
        late, late_s: the share of frames that are late, and by how much at most.
        twice: the share of frames that come twice.
        restart_every_s: the server is killed and started again, where that is possible.
    """

    cut_every_s: float = 0.0
    outage_s: float = 0.0
    storm_every_s: float = 0.0
    late: float = 0.0
    late_s: float = 0.0
    twice: float = 0.0
    restart_every_s: float = 0.0


class ChaosLevel(StrEnum):
    """Names for the command line."""

    OFF = "off"
    LIGHT = "light"
    HEAVY = "heavy"


CHAOS = {
    ChaosLevel.OFF: Chaos(),
    ChaosLevel.LIGHT: Chaos(cut_every_s=10.0, outage_s=2.0, late=0.02, late_s=0.05, twice=0.01),
    ChaosLevel.HEAVY: Chaos(
        cut_every_s=1.5,
        outage_s=0.5,
        storm_every_s=2.0,
        late=0.05,
        late_s=0.02,
        twice=0.05,
        restart_every_s=2.0,
    ),
}


class Injected(Struct):
    """What was done to the clients so far."""

    cuts: int = 0
    storms: int = 0
    late: int = 0
    twice: int = 0
    restarts: int = 0


class Network:
    """The cables of a venue. Run `run` beside the clients; `calm` ends all trouble.

    Args:
        chaos: how bad it is.
        random: where chance comes from.
        open_link: the real network.
    """

    def __init__(self, chaos: Chaos, random: Random, open_link: OpenLink = open_websocket) -> None:
        self.injected = Injected()
        self._chaos = chaos
        self._random = random
        self._open_link = open_link
        self._cables: list[Cable] = []

    def cable(self) -> Cable:
        """A cable for one more client: give it to `ClientSession` as ``open_link``."""
        cable = Cable(self._open_link, self._chaos, Random(self._random.random()), self.injected)
        self._cables.append(cable)
        return cable

    async def run(self) -> None:
        """Pull cables and make storms, until cancelled."""
        async with asyncio.TaskGroup() as trouble:
            for cable in self._cables:
                trouble.create_task(self._pull_now_and_then(cable))
            if self._chaos.storm_every_s:
                trouble.create_task(self._storm_now_and_then())

    def calm(self) -> None:
        """Plug everything in; from here on frames come once and in time."""
        for cable in self._cables:
            cable.plug_in()
            cable.frames_fail = False

    async def storm(self) -> None:
        """Break all connections at once."""
        self.injected.storms += 1
        await asyncio.gather(*(cable.break_connection() for cable in self._cables))

    async def _pull_now_and_then(self, cable: Cable) -> None:
        while self._chaos.cut_every_s:
            await asyncio.sleep(self._random.expovariate(1 / self._chaos.cut_every_s))
            self.injected.cuts += 1
            await cable.pull()
            await asyncio.sleep(self._random.uniform(0, self._chaos.outage_s))
            cable.plug_in()

    async def _storm_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(self._random.expovariate(1 / self._chaos.storm_every_s))
            await self.storm()


class Cable:
    """One client's way to the server: an `OpenLink`.

    Attributes:
        frames_fail: whether single frames are late or come twice.
    """

    def __init__(self, open_link: OpenLink, chaos: Chaos, random: Random, injected: Injected) -> None:
        self.frames_fail = True
        self._open_link = open_link
        self._chaos = chaos
        self._random = random
        self._injected = injected
        self._plugged_in = True
        self._link: _FaultyLink | None = None

    async def __call__(self, url: str) -> Link:
        """Open a connection, unless the cable is out."""
        if not self._plugged_in:
            raise LinkClosed
        self._link = _FaultyLink(await self._open_link(url), self)
        return self._link

    async def pull(self) -> None:
        """Break the connection, and let none through until `plug_in`."""
        self._plugged_in = False
        await self.break_connection()

    def plug_in(self) -> None:
        """Let connections through again."""
        self._plugged_in = True

    async def break_connection(self) -> None:
        """Break the connection that there is; the next one may come at once."""
        if self._link is not None:
            await self._link.close()

    async def be_late(self) -> None:
        """Hold a frame, and all behind it, up for a while, now and then."""
        if self.frames_fail and self._random.random() < self._chaos.late:
            self._injected.late += 1
            await asyncio.sleep(self._random.uniform(0, self._chaos.late_s))

    def comes_twice(self) -> bool:
        """Whether a frame comes twice."""
        if self.frames_fail and self._random.random() < self._chaos.twice:
            self._injected.twice += 1
            return True
        return False


class _FaultyLink:
    """A `Link` on which frames are late or come twice."""

    def __init__(self, inner: Link, cable: Cable) -> None:
        self._inner = inner
        self._cable = cable
        self._received: deque[bytes] = deque()

    async def send(self, frame: bytes) -> None:
        await self._cable.be_late()
        await self._inner.send(frame)
        if self._cable.comes_twice():
            await self._inner.send(frame)

    async def receive(self) -> bytes:
        if not self._received:
            frame = await self._inner.receive()
            self._received.append(frame)
            if self._cable.comes_twice():
                self._received.append(frame)
        # A frame that is given up on meanwhile stays for the next call.
        await self._cable.be_late()
        return self._received.popleft()

    async def close(self) -> None:
        await self._inner.close()
