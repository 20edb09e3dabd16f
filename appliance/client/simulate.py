"""A recorded meet, typed in again: from all its locations at once, through the public protocol, over a bad network.

Each location is a client of its own and does its recorded steps in their order, at their times. People look before
they type: a step that was built on another location's step is done only when that one has arrived here. Nothing else
is coordinated, so at the end every place must hold the meet that OpenLifter itself ended in.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from random import Random
from typing import Any

from msgspec import Struct

from appliance.client.core import ClientCore
from appliance.client.credentials import Create, Join
from appliance.client.events import Acked, Diverged, Rejected, SessionEnded, Status
from appliance.client.faults import Chaos, Injected, Network
from appliance.client.recording import Recording, Step, laid_over
from appliance.client.server_process import ServerProcess
from appliance.client.session import ClientSession
from appliance.protocol.messages import Endpoint

PASSWORD_BYTES = 9
MAX_DIFFERENCES = 20

# How long the places may take to agree after the last step, with the network whole again.
AGREE_S = 60.0

NEWCOMER = "a newcomer"


class SimulationFailed(Exception):
    """A client could not go on: the meet was not replayed to its end."""


class Place(Struct, frozen=True):
    """How one location ended."""

    location: str
    applied: int
    digest: str
    as_recorded: bool


class Verdict(Struct, frozen=True):
    """How a simulation ended.

    Attributes:
        differences: where a place's state is not the recorded one, at most `MAX_DIFFERENCES`.
        diverged: how often a client noticed that its state was not the server's, and repaired it.
        elapsed_s: from the first step to the moment at which all places agreed.
    """

    meet: str
    seed: int
    steps: int
    updates: int
    places: list[Place]
    differences: list[str]
    rejected: list[str]
    diverged: int
    injected: Injected
    elapsed_s: float

    @property
    def all_equal(self) -> bool:
        """Every place has the same state, by number and digest."""
        return len({(place.applied, place.digest) for place in self.places}) == 1

    @property
    def passed(self) -> bool:
        """Everything arrived everywhere, and is what was recorded."""
        return self.all_equal and all(place.as_recorded for place in self.places) and not self.rejected


class Progress(Struct, frozen=True):
    """How far a simulation is: for showing it."""

    done: int
    steps: int
    clock_s: float
    live: int
    places: int
    injected: Injected


class Simulation:
    """One replay of one recording.

    Args:
        recording: what to type.
        url: of the appliance, ``http://host:port``.
        chaos: how bad the network is.
        seed: of all chance.
        speed: recorded seconds a second; 0 for as fast as it goes.
        server: the server, where it is ours to kill and start again.
        password: of the meet, for those who want to look in.
    """

    def __init__(
        self,
        recording: Recording,
        url: str,
        chaos: Chaos,
        seed: int,
        speed: float,
        server: ServerProcess | None = None,
        password: str | None = None,
    ) -> None:
        self._recording = recording
        self._url = websocket_url(url)
        self._seed = seed
        self._speed = speed
        self._chaos = chaos
        self._server = server
        self._random = Random(seed)
        self._network = Network(chaos, self._random)
        self._loop = asyncio.get_running_loop()
        self._calm = asyncio.Event()
        self._begun = 0.0
        self._done = 0
        self._sessions: dict[str, ClientSession] = {}
        # The server number under which the last update of a step was accepted, once it was.
        self._accepted: dict[int, asyncio.Future[int]] = {
            step.number: self._loop.create_future() for step in recording.steps
        }
        self._awaited: dict[tuple[str, int], int] = {}
        self._rejected: list[str] = []
        self._diverged = 0
        self.password = password or secrets.token_urlsafe(PASSWORD_BYTES)
        self.meet_id = ""

    def progress(self) -> Progress:
        """How far it is."""
        return Progress(
            done=self._done,
            steps=len(self._recording.steps),
            clock_s=(self._loop.time() - self._begun) * (self._speed or 1.0),
            live=sum(session.core.settled for session in self._sessions.values()),
            places=len(self._recording.locations),
            injected=self._network.injected,
        )

    async def run(self) -> Verdict:
        """Replay it to the end.

        Raises:
            SimulationFailed: a client's session ended for good.
        """
        async with AsyncExitStack() as stack:
            await self._let_everybody_in(stack)
            self._begun = self._loop.time()
            try:
                async with asyncio.TaskGroup() as group:
                    beside = [group.create_task(self._listen(*each)) for each in self._sessions.items()]
                    trouble = group.create_task(self._network.run())
                    restarting = group.create_task(self._restart_server())
                    typing = [group.create_task(self._type(location)) for location in self._sessions]
                    await asyncio.wait(typing)
                    trouble.cancel()
                    self._calm.set()
                    # Not cancelled: between being killed and started there is no server.
                    await asyncio.wait({trouble, restarting})
                    self._network.calm()
                    await self._until_all_agree()
                    for task in beside:
                        task.cancel()
                await self._enter(stack, NEWCOMER, self._newcomer())
            except* SimulationFailed as failures:
                raise SimulationFailed(str(failures.exceptions[0])) from None
            return self._verdict(self._loop.time() - self._begun)

    async def _let_everybody_in(self, stack: AsyncExitStack) -> None:
        """The first location creates the meet; a platform outranks a scale, and a scale the desk."""
        first, *others = self._recording.locations
        endpoints = tuple(
            Endpoint(location_name=location, priority=_priority(location)) for location in self._recording.locations
        )
        create = Create(first, self.password, endpoints, meet_name=self._recording.name)
        creator = await self._enter(stack, first, create)
        self.meet_id = creator.core.meet_id
        for location in others:
            await self._enter(stack, location, Join(self.meet_id, location, password=self.password))

    async def _enter(self, stack: AsyncExitStack, location: str, credentials: Create | Join) -> ClientSession:
        session = ClientSession(self._url, credentials, open_link=self._network.cable(), random=self._random)
        await stack.enter_async_context(session)
        self._sessions[location] = session
        await session.wait_for(lambda core: core.status in (Status.LIVE, Status.ENDED))
        if session.core.status is Status.ENDED:
            raise SimulationFailed(f"{location} was not let in")
        return session

    def _newcomer(self) -> Join:
        """Somebody who comes when all is over, and knows only what the server tells."""
        return Join(self.meet_id, self._recording.locations[0], password=self.password, read_only=True)

    # ------------------------------------------------------------ while it runs

    async def _type(self, location: str) -> None:
        session = self._sessions[location]
        for step in (step for step in self._recording.steps if step.location == location):
            await self._until_due(step)
            for need in step.needs:
                await session.wait_for(_has_applied(await self._accepted[need]))
            # The answer can be there before `set` returns.
            self._awaited[location, session.core.next_local_seq + len(step.changes) - 1] = step.number
            for change in step.changes:
                await session.set(change.key, change.value)
            self._done += 1

    async def _until_due(self, step: Step) -> None:
        if self._speed:
            await asyncio.sleep(self._begun + step.at_s / self._speed - self._loop.time())

    async def _listen(self, location: str, session: ClientSession) -> None:
        async for event in session.events():
            match event:
                case Acked(update, server_seq):
                    self._answered(location, update.local_seq, server_seq)
                case Rejected(update, _, reason):
                    self._rejected.append(f"{location}: {update.key}: {reason}")
                    self._answered(location, update.local_seq, 0)
                case Diverged():
                    self._diverged += 1
                case SessionEnded(why, detail):
                    raise SimulationFailed(f"{location}: {why} {detail}")

    def _answered(self, location: str, local_seq: int, server_seq: int) -> None:
        step = self._awaited.pop((location, local_seq), None)
        if step is not None:
            self._accepted[step].set_result(server_seq)

    async def _restart_server(self) -> None:
        while self._server is not None and self._chaos.restart_every_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._random.expovariate(1 / self._chaos.restart_every_s)):
                    await self._calm.wait()
                return
            self._network.injected.restarts += 1
            await self._server.kill()
            await self._server.start()

    async def _until_all_agree(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(AGREE_S):
                for session in self._sessions.values():
                    await session.wait_for(lambda core: core.settled)
                newest = max(session.core.applied for session in self._sessions.values())
                for session in self._sessions.values():
                    await session.wait_for(_has_applied(newest))

    # ------------------------------------------------------------ the verdict

    def _verdict(self, elapsed_s: float) -> Verdict:
        expected = self._recording.expected
        places: list[Place] = []
        found: list[str] = []
        for location, session in self._sessions.items():
            state = laid_over(self._recording.initial, session.core.canonical(), self._recording.locations)
            differences = list(differing(expected, state))
            found += [f"{location}: {difference}" for difference in differences]
            places.append(Place(location, session.core.applied, session.core.digest, not differences))
        return Verdict(
            meet=self._recording.name,
            seed=self._seed,
            steps=len(self._recording.steps),
            updates=sum(len(step.changes) for step in self._recording.steps),
            places=places,
            differences=found[:MAX_DIFFERENCES],
            rejected=self._rejected,
            diverged=self._diverged,
            injected=self._network.injected,
            elapsed_s=elapsed_s,
        )


def websocket_url(url: str) -> str:
    """Where the live protocol is spoken, for any URL of an appliance: ``http://host:8080`` or ``ws://host:8080/ws``."""
    address = url.rstrip("/").removesuffix("/ws")
    return address.replace("http", "ws", 1) + "/ws"


def differing(expected: Any, found: Any, at: str = "") -> Iterator[str]:
    """Where two JSON values differ, one line for each place."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted(expected.keys() | found.keys()):
            yield from differing(expected.get(name), found.get(name), f"{at}.{name}" if at else name)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differing(one, other, f"{at}[{index}]")
    elif expected != found:
        yield f"{at} is {found!r}, recorded was {expected!r}"


def _has_applied(server_seq: int) -> Callable[[ClientCore], bool]:
    return lambda core: core.applied >= server_seq


def _priority(location: str) -> int:
    for kind, priority in (("platform", 30), ("weigh", 20), ("desk", 10)):
        if kind in location:
            return priority
    return 5
