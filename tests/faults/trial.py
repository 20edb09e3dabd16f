"""One fault plan, carried out: a real server process, five real clients that write all the time, and the reckoning."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import msgspec
from msgspec import Struct

from appliance.client.core import ClientCore
from appliance.client.credentials import Create, Join
from appliance.client.events import Acked, Diverged, Rejected, SessionEnded, Status
from appliance.client.faults import Chaos, Network
from appliance.client.server_process import ServerDied, ServerProcess
from appliance.client.session import ClientSession, SessionOver
from appliance.protocol.messages import Endpoint
from appliance.storage.data_dir import database_in, snapshots_in
from appliance.storage.database import connection_of, open_database
from appliance.storage.loading import check, load_meets
from tests.faults.jumping_clock import JumpingClock
from tests.faults.plan import TABLES, Fault, Kind, Plan
from tests.faults.wal import lose_the_end
from tests.faults.wires import Wire

PASSWORD = "correct horse"
LATE_S = 0.02
IN_FLIGHT = 60
GIVE_UP_S = 240.0
DAMAGED_BYTES = 64
FOUGHT_FOR = "x.all"

_ENDPOINTS = tuple(Endpoint(location_name=name, priority=10 * (len(TABLES) - n)) for n, name in enumerate(TABLES))


class Outcome(Struct, frozen=True):
    """How a plan went.

    Attributes:
        injected: what went wrong, in order; a fault that found nothing to damage is the kill that it began with.
        lost: how many acknowledged updates are missing, or give way to older ones, on keys that only one table writes.
        diverged: how often a client noticed, and repaired, that its state was not the server's.
        converged_s: from the last start of the server's process until all tables agree and nothing is pending.
        problems: why the plan failed; empty if it passed.
    """

    plan: Plan
    injected: tuple[str, ...]
    acked: int
    rejected: int
    lost: int
    diverged: int
    converged_s: float
    problems: tuple[str, ...]


class _Server(ServerProcess):
    """One that can also be frozen."""

    def __init__(self, data_dir: Path, environment: dict[str, str]) -> None:
        arguments = ["-m", "appliance", "serve", "--host", "127.0.0.1", "--data-dir", str(data_dir)]
        super().__init__("appliance", [*arguments, "--no-discovery", "--log-format", "json"], environment)

    def freeze(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running.send_signal(signal.SIGCONT)


class _Table:
    """One table: its client, its wire, and what it was told."""

    def __init__(self, name: str, wire: Wire, random: Random) -> None:
        self.name = name
        self.wire = wire
        self.random = random
        self.session: ClientSession
        self.made: dict[int, tuple[str, object]] = {}
        self.acked: set[int] = set()
        self.rejected: dict[int, str] = {}

    @property
    def core(self) -> ClientCore:
        return self.session.core

    async def work(self, updates: int) -> None:
        """Make changes: most on new keys of its own, some on its old ones, some on what all tables fight for."""
        own = f"x.{self.name.replace(' ', '')}"
        for number in range(updates):
            chance = self.random.random()
            key = f"{own}.n{number}"
            if chance < 0.1:
                key = f"{FOUGHT_FOR}.k{self.random.randrange(10)}"
            elif chance < 0.4:
                key = f"{own}.again{self.random.randrange(20)}"
            value = f"{self.name} {number}"
            self.made[self.core.next_local_seq] = key, value
            await self.session.set(key, value)
            await self.session.wait_for(lambda core: len(core.pending) < IN_FLIGHT)


class _Trial:
    def __init__(self, plan: Plan, directory: Path, stack: AsyncExitStack) -> None:
        self._plan = plan
        self._random = Random(plan.seed)
        self._data_dir = directory / "data"
        self._copy = directory / "copy"
        self._files = directory / "clients"
        self._files.mkdir()
        self._clock: JumpingClock | None = None
        if any(fault.kind is Kind.CLOCK for fault in plan.faults):
            self._clock = JumpingClock(directory)
        self._server = _Server(self._data_dir, self._clock.environment if self._clock else {})
        self._network = Network(Chaos(late=plan.late, late_s=LATE_S, twice=plan.twice), Random(plan.seed))
        self._stack = stack
        self._tables: list[_Table] = []
        self._answered = asyncio.Event()
        self._healing: list[asyncio.Task[None]] = []
        self.injected: list[str] = []
        self.diverged = 0
        self.converged_s = float("nan")
        self.problems: list[str] = []

    # ------------------------------------------------------------ the meet

    async def run(self) -> None:
        await self._server.start()
        self._stack.push_async_callback(self._server.kill)
        for name in TABLES:
            await self._sit_down(name)
        share = self._plan.updates // len(TABLES)
        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(self._listen(table)) for table in self._tables]
            working = [group.create_task(table.work(share)) for table in self._tables]
            *faults, last = self._plan.faults
            for fault in faults:
                await self._until_answered(fault.after)
                await self._inject(fault)
            await self._until_answered(last.after)
            await self._calm()
            await self._inject(last)
            await asyncio.wait(working)
            await self._agree()
            self.converged_s = perf_counter() - self._server.begun_s
            for task in listening:
                task.cancel()
        await self._reckon()

    async def _sit_down(self, name: str) -> None:
        """The first one creates the meet."""
        wire = Wire(self._network.cable())
        self._stack.push_async_callback(wire.close)
        table = _Table(name, wire, Random(f"{self._plan.seed} {name}"))
        credentials: Create | Join = Create(name, PASSWORD, _ENDPOINTS, "Club meet", name)
        if self._tables:
            credentials = Join(self._tables[0].core.meet_id, name, PASSWORD, name)
        url = self._server.url.replace("http", "ws") + "/ws"
        table.session = ClientSession(url, credentials, self._files / name, open_link=wire, random=table.random)
        await self._stack.enter_async_context(table.session)
        await table.session.wait_for(lambda core: core.status is Status.LIVE)
        self._tables.append(table)

    async def _listen(self, table: _Table) -> None:
        async for event in table.session.events():
            match event:
                case Acked(update):
                    table.acked.add(update.local_seq)
                case Rejected(update, reason=reason):
                    table.rejected[update.local_seq] = reason
                case Diverged():
                    self.diverged += 1
                case SessionEnded(why, detail):
                    raise _Failed(f"{table.name} ended: {why} {detail}")
            self._answered.set()

    async def _until_answered(self, count: int) -> None:
        while sum(len(table.acked) + len(table.rejected) for table in self._tables) < count:
            self._answered.clear()
            await self._answered.wait()

    # ------------------------------------------------------------ what goes wrong

    async def _inject(self, fault: Fault) -> None:
        self.injected.append(str(fault.kind))
        wire = next((table.wire for table in self._tables if table.name == fault.table), None)
        if wire is not None:
            await self._break(wire, fault)
        elif fault.kind is Kind.FROZEN:
            self._server.freeze()
            await asyncio.sleep(fault.lasts_s)
            self._server.thaw()
        elif fault.kind is Kind.CLOCK:
            assert self._clock is not None
            self._clock.jump(fault.years)
        else:
            if fault.kind is Kind.COPIED:
                await self._server.stop()
            else:
                await self._server.kill()
            if not self._tamper(fault):
                self.injected[-1] = str(Kind.KILLED)
            await self._server.start()

    async def _break(self, wire: Wire, fault: Fault) -> None:
        match fault.kind:
            case Kind.CUT:
                await wire.cut()
            case Kind.MUTE:
                wire.mute()
            case Kind.DEAF:
                wire.deafen()
            case Kind.HALF_OPEN_HERE:
                await wire.die_unnoticed_here()
            case Kind.HALF_OPEN_THERE:
                await wire.die_unnoticed_there()
        self._healing.append(asyncio.create_task(_heal(wire, fault.lasts_s)))

    def _tamper(self, fault: Fault) -> bool:
        """Do what the fault does to a data directory at rest; False if nothing is there for it."""
        database = database_in(self._data_dir)
        match fault.kind:
            case Kind.COPIED:
                shutil.rmtree(self._copy, ignore_errors=True)
                shutil.copytree(self._data_dir, self._copy)
            case Kind.OLD_COPY:
                shutil.rmtree(self._data_dir)
                shutil.copytree(self._copy, self._data_dir)
            case Kind.OLD_SNAPSHOT:
                snapshots = sorted(snapshots_in(self._data_dir).glob("*.sqlite3"))
                if not snapshots:
                    return False
                for file in self._data_dir.glob(database.name + "*"):
                    file.unlink()
                shutil.copy(snapshots[0], database)
            case Kind.EMPTIED:
                shutil.rmtree(self._data_dir)
                self._data_dir.mkdir(mode=0o700)
            case Kind.POWER_CUT:
                return lose_the_end(database, fault.where)
            case Kind.TRUNCATED:
                os.truncate(database, int(fault.where * database.stat().st_size))
            case Kind.BITS_FLIPPED:
                content = bytearray(database.read_bytes())
                first = int(fault.where * len(content))
                content[first : first + DAMAGED_BYTES] = (
                    byte ^ 0xFF for byte in content[first : first + DAMAGED_BYTES]
                )
                database.write_bytes(content)
        return True

    async def _calm(self) -> None:
        """From here on the network is whole, and everybody is there."""
        self._network.calm()
        await asyncio.gather(*self._healing)
        for table in self._tables:
            await table.wire.sound()
            await table.session.wait_for(lambda core: core.status is Status.LIVE)

    # ------------------------------------------------------------ the end

    async def _agree(self) -> None:
        """Nothing is pending anywhere, and all tables hold the same."""
        while True:
            for table in self._tables:
                await table.session.settled()
            stands = [(table.core.epoch, table.core.applied, table.core.digest) for table in self._tables]
            if len(set(stands)) == 1:
                return
            moves = [
                asyncio.create_task(table.session.wait_for(_stands_elsewhere(*stand)))
                for table, stand in zip(self._tables, stands, strict=True)
            ]
            await asyncio.wait(moves, return_when=asyncio.FIRST_COMPLETED)
            for move in moves:
                move.cancel()
            await asyncio.gather(*moves, return_exceptions=True)

    async def _reckon(self) -> None:
        first, *others = self._tables
        meet = first.core.canonical()
        self.problems += [
            f"{table.name} shows something else than {first.name}" for table in others if table.core.canonical() != meet
        ]
        display = Join(first.core.meet_id, TABLES[0], PASSWORD, "display", read_only=True)
        async with ClientSession(self._server.url.replace("http", "ws") + "/ws", display) as newcomer:
            await newcomer.wait_for(lambda core: core.status is Status.LIVE)
            if newcomer.core.canonical() != meet:
                self.problems.append("a newcomer is told something else than the tables hold")
        for table in self._tables:
            if set(table.made) != table.acked | table.rejected.keys():
                self.problems.append(f"{table.name}: not every update has an answer")
            self.problems += [
                f"{table.name}: {table.made[local_seq][0]}: rejected: {reason}"
                for local_seq, reason in table.rejected.items()
                if not table.made[local_seq][0].startswith(FOUGHT_FOR)
            ]
        acked = {table.made[local_seq] for table in self._tables for local_seq in table.acked}
        for name, value in meet["x"].get("all", {}).items():
            if (f"{FOUGHT_FOR}.{name}", value) not in acked:
                self.problems.append(f"{FOUGHT_FOR}.{name} is {value!r}, which nobody was acknowledged")
        if lost := self.lost():
            self.problems.append(f"{lost} acknowledged updates are lost")
        await self._server.stop()
        self.problems += self._on_disk(meet)

    def lost(self) -> int:
        """How many keys do not hold what was acknowledged last on them, of those that only one table writes."""
        meet = self._tables[0].core.canonical() if self._tables else {}
        expected = {
            key: value
            for table in self._tables
            for local_seq, (key, value) in table.made.items()
            if local_seq in table.acked and not key.startswith(FOUGHT_FOR)
        }
        return sum(_at(meet, key) != value for key, value in expected.items())

    def _on_disk(self, meet: dict[str, Any]) -> list[str]:
        """What is wrong there: an update that counts twice, or a file that is not whole."""
        database = open_database(database_in(self._data_dir))
        try:
            problems = [f"on disk: {problem.what}" for problem in check(connection_of(database))]
            # A CREATE_MEET that came twice has made two.
            meet_id = self._tables[0].core.meet_id
            (stored,) = (stored for stored in load_meets(connection_of(database)) if stored.meet.meet_id == meet_id)
        finally:
            database.close()
        times = Counter((update.client_id, update.local_seq) for update in stored.updates if update.client_id)
        problems += [f"on disk {count} times: update {which}" for which, count in times.items() if count > 1]
        newest = {update.key: msgspec.json.decode(update.value) for update in stored.updates}
        problems += [f"on disk {key} is {value!r}" for key, value in newest.items() if _at(meet, key) != value]
        return problems

    def counts(self) -> tuple[int, int]:
        """How many updates were acknowledged, and how many rejected."""
        return sum(len(table.acked) for table in self._tables), sum(len(table.rejected) for table in self._tables)

    def standing(self) -> str:
        """Where everybody is: for one who has to find out why a plan does not come to its end."""
        return "; ".join(
            f"{table.name} {table.core.status} at {table.core.applied} of {table.core.epoch}, "
            f"{len(table.core.pending)} pending"
            for table in self._tables
        )

    def log(self) -> str:
        return self._server.log()


class _Failed(Exception):
    pass


async def carry_out(plan: Plan, directory: Path, *, give_up_s: float = GIVE_UP_S) -> Outcome:
    """Carry out a plan in an empty directory, and say how it went. Whatever happens, no process is left."""
    async with AsyncExitStack() as stack:
        trial = _Trial(plan, directory, stack)
        try:
            async with asyncio.timeout(give_up_s):
                await trial.run()
        except* TimeoutError:
            trial.problems.append(f"no end after {give_up_s:.0f} s: {trial.standing()}")
        except* (_Failed, SessionOver, ServerDied) as failures:
            trial.problems += [str(failure) for failure in _leaves(failures)]
        acked, rejected = trial.counts()
        if trial.problems:
            (directory / "server.log").write_text(trial.log())
        return Outcome(
            plan=plan,
            injected=tuple(trial.injected),
            acked=acked,
            rejected=rejected,
            lost=trial.lost(),
            diverged=trial.diverged,
            converged_s=trial.converged_s,
            problems=tuple(trial.problems),
        )


async def _heal(wire: Wire, after_s: float) -> None:
    await asyncio.sleep(after_s)
    wire.heal()


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for each in group.exceptions
        for leaf in (_leaves(each) if isinstance(each, BaseExceptionGroup) else [each])
    ]


def _stands_elsewhere(epoch: str | None, applied: int, digest: str) -> Callable[[ClientCore], bool]:
    return lambda core: (core.epoch, core.applied, core.digest) != (epoch, applied, digest)


def _at(meet: dict[str, Any], key: str) -> object:
    value: Any = meet
    for name in key.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
