"""What is done to a server to measure it. Each scenario makes a meet of its own and leaves no socket open."""

from __future__ import annotations

import asyncio
import statistics
import time
from array import array
from itertools import chain
from pathlib import Path
from time import perf_counter

import msgspec
from msgspec import Struct

from appliance.client.bench import flood
from appliance.client.bench.figures import Latencies
from appliance.client.bench.participants import (
    BenchmarkFailed,
    BenchMeet,
    LostUpdates,
    Newcomer,
    Participant,
    Table,
    TimedReader,
)
from appliance.client.bench.subjects import answer_of
from appliance.client.bench.workload import LARGE_MEET_KEYS, large_meet
from appliance.client.server_process import ServerProcess

WARM_UP_S = 0.3

# With readers on the same machine each small frame would wake this process, which costs the sender more than the
# frame, and two cores are not enough for both. A network card gathers for a moment, too, before it interrupts.
GATHER_S = 0.0005
UPDATES_PER_S = 50
_FLOOD_HEAD_START_S = 0.3


class Load(Struct, frozen=True):
    """So many tables at full speed, each with so many updates in flight, and so many readers."""

    tables: int
    readers: int
    per_frame: int = 1
    in_flight: int = 64

    def __str__(self) -> str:
        tables = f"{self.tables} table{'s' if self.tables > 1 else ''} × {self.in_flight} in flight"
        return f"{tables}, {self.readers} readers, {_frames(self.per_frame)}"


class Throughput(Struct, frozen=True):
    """What a load came to. ``updates_per_s`` counts what is acknowledged and has reached every reader.

    Busy is in processor cores.
    """

    updates_per_s: float
    ack: Latencies
    server_busy: float
    generator_busy: float


class Calm(Struct, frozen=True):
    """The acks of a calm client beside one that floods, and what the flood came to."""

    ack: Latencies
    flooded_per_s: float


class Resync(Struct, frozen=True):
    """A pull of a whole meet: the middle one of some."""

    seconds: float
    frames: list[bytes]


class Footprint(Struct, frozen=True):
    """Memory of a server before and after so many idle readers have come."""

    before_bytes: int
    after_bytes: int
    per_connection_bytes: float


async def throughput(subject: ServerProcess, load: Load, seconds: float) -> Throughput:
    """Tables type at full speed. Raises `BenchmarkFailed`, `LostUpdates`."""
    async with BenchMeet(subject.port, load.tables) as meet:
        tables = [Table(meet) for _ in range(load.tables)]
        for table, location in zip(tables, meet.locations, strict=True):
            await table.join(location)
        for table in tables:
            await table.register()
        readers = [Participant(meet) for _ in range(load.readers)]
        for reader in readers:
            await reader.join(meet.locations[0], read_only=True)
        await meet.all_heard(sum(table.sent for table in tables))

        gathering = asyncio.create_task(_gather()) if readers else None
        for table in tables:
            table.begin(load.in_flight, load.per_frame)
        await meet.during(WARM_UP_S)
        for table in tables:
            table.time_anew()
        arrived, begun = _arrived(tables, readers), perf_counter()
        server_cpu, own_cpu = subject.cpu_s(), time.process_time()
        await meet.during(seconds)
        took = perf_counter() - begun
        arrived = _arrived(tables, readers) - arrived
        server_cpu, own_cpu = subject.cpu_s() - server_cpu, time.process_time() - own_cpu
        acks = Latencies.of(chain.from_iterable([table.latencies_s for table in tables]))

        if gathering is not None:
            gathering.cancel()
        await asyncio.gather(*(table.end() for table in tables))
        await meet.all_heard(sum(table.sent for table in tables))
        if any(each.last_seq != sum(table.sent for table in tables) for each in meet.participants):
            raise LostUpdates("more updates were numbered than sent")
        return Throughput(round(arrived / took, 1), acks, round(server_cpu / took, 2), round(own_cpu / took, 2))


async def _gather() -> None:
    """Let frames gather for `GATHER_S` before each round of the event loop, by blocking it on purpose."""
    while True:
        time.sleep(GATHER_S)  # noqa: ASYNC251
        await asyncio.sleep(0)


def _arrived(tables: list[Table], readers: list[Participant]) -> int:
    return min([sum(table.acked for table in tables), *(reader.last_seq for reader in readers)])


async def relay(subject: ServerProcess, readers: int, seconds: float) -> Latencies:
    """`UPDATES_PER_S` single updates of one table; timed from typing it to each reader's frame."""
    async with BenchMeet(subject.port, tables=1) as meet:
        table = Table(meet)
        await table.join(meet.locations[0])
        await table.register()
        typed_at: dict[int, float] = {}
        there = [TimedReader(meet, typed_at) for _ in range(readers)]
        for reader in there:
            await reader.join(meet.locations[0], read_only=True)
        await _type_calmly(meet, table, seconds, typed_at)
        await meet.all_heard(table.sent)
        latencies = array("d", chain.from_iterable(reader.latencies_s for reader in there))
        if len(latencies) != readers * len(typed_at):
            raise LostUpdates(f"{len(latencies)} relays of {len(typed_at)} updates to {readers} readers")
        return Latencies.of(latencies)


async def calm_beside_flood(subject: ServerProcess, per_frame: int, seconds: float) -> Calm:
    """One table types `UPDATES_PER_S`, another sends as fast as its socket takes it."""
    async with BenchMeet(subject.port, tables=2) as meet:
        table = Table(meet)
        await table.join(meet.locations[0])
        await table.register()
        flooding = asyncio.create_task(_flood(meet, per_frame, seconds + 2 * _FLOOD_HEAD_START_S))
        try:
            quiet = meet.participants[0].last_seq
            while table.last_seq < quiet + 1000 and not flooding.done():
                await meet.during(0.01)
            await meet.during(_FLOOD_HEAD_START_S)
            table.time_anew()
            before, begun = table.last_seq, perf_counter()
            await _type_calmly(meet, table, seconds, {})
            took, heard = perf_counter() - begun, table.last_seq - before
            flooded = await flooding
        finally:
            flooding.cancel()
            await asyncio.gather(flooding, return_exceptions=True)
        if flooded.acked == 0:
            raise BenchmarkFailed("nothing of the flood was acknowledged")
        return Calm(Latencies.of(table.latencies_s), round((heard - len(table.latencies_s)) / took, 1))


async def _flood(meet: BenchMeet, per_frame: int, seconds: float) -> flood.Flooded:
    options = {
        "--port": meet.port,
        "--meet": meet.meet_id,
        "--password": meet.password,
        "--location": meet.locations[1],
        "--per-frame": per_frame,
        "--seconds": seconds,
    }
    said = await answer_of([flood.MODULE, *(f"{name}={value}" for name, value in options.items())])
    return msgspec.json.decode(said, type=flood.Flooded)


async def _type_calmly(meet: BenchMeet, table: Table, seconds: float, typed_at: dict[int, float]) -> None:
    """``typed_at`` is told of each update under the number that it gets where nobody else types."""
    begun = perf_counter()
    for number in range(int(seconds * UPDATES_PER_S)):
        await meet.during(max(0.0, begun + number / UPDATES_PER_S - perf_counter()))
        typed_at[table.sent + 1] = perf_counter()
        table.type_one()
    await table.end()


async def resync_of_large_meet(subject: ServerProcess, times: int) -> Resync:
    """Fill a large meet, then let newcomers pull all of it."""
    async with BenchMeet(subject.port, tables=1) as meet:
        table = Table(meet)
        await table.join(meet.locations[0])
        await table.type_all(large_meet(table.first_entry_id))
        return await _pulls(meet, times)


async def resync_of_replay(subject: ServerProcess, times: int) -> Resync:
    """Let newcomers pull what a bare server was given to replay."""
    async with BenchMeet(subject.port, tables=1) as meet:
        await Participant(meet).join(meet.locations[0])
        return await _pulls(meet, times)


async def _pulls(meet: BenchMeet, times: int) -> Resync:
    seconds: list[float] = []
    for _ in range(times):
        newcomer = Newcomer(meet)
        await newcomer.join(meet.locations[0], read_only=True)
        seconds.append(await newcomer.pull())
        if newcomer.standing != LARGE_MEET_KEYS:
            raise LostUpdates(f"a newcomer got {newcomer.standing} of {LARGE_MEET_KEYS} keys")
    return Resync(statistics.median(seconds), newcomer.frames)


def write_replay(resync: Resync, path: Path) -> None:
    """Keep the frames of a pull for a bare server to replay: one a line, since JSON has no line breaks."""
    path.write_bytes(b"\n".join(resync.frames) + b"\n")


async def footprint(subject: ServerProcess, readers: int) -> Footprint:
    """Memory with idle readers. One of each kind has been there before, so that only the connections count."""
    async with BenchMeet(subject.port, tables=1) as meet:
        table = Table(meet)
        await table.join(meet.locations[0])
        await table.register()
        await Participant(meet).join(meet.locations[0], read_only=True)
        before = subject.resident_bytes()
        for _ in range(readers):
            await Participant(meet).join(meet.locations[0], read_only=True)
        after = subject.resident_bytes()
        return Footprint(before, after, (after - before) / readers)


def _frames(per_frame: int) -> str:
    return "1 per frame" if per_frame == 1 else f"up to {per_frame} per frame"
