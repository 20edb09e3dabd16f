"""Those who take part in a measured meet: tables that type as fast as they may, readers that check what they hear.

A benchmark that loses updates measures nothing: every participant checks that the numbers of the acks and relays that
it hears go on without a gap, and the meet fails as soon as one of them does not.
"""

from __future__ import annotations

import asyncio
import secrets
from array import array
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from appliance.client.bench.wire import Wire
from appliance.client.bench.workload import ENTRIES_PER_TABLE, Change, lifting, registrations
from appliance.protocol.codec import decode_from_server, encode
from appliance.protocol.messages import (
    ClientPull,
    CreateMeet,
    Endpoint,
    FromClient,
    FromServer,
    JoinMeet,
    MeetCreated,
    MeetJoined,
    Update,
    UpdateInit,
)
from appliance.protocol.words import MAX_UPDATES_PER_MESSAGE

_Joined = MeetCreated | MeetJoined
_T = TypeVar("_T")

PATIENCE_S = 30.0
_LOOK_AGAIN_S = 0.002


class BenchmarkFailed(Exception):
    """What was measured did not do what it must; the message says what."""


class LostUpdates(BenchmarkFailed):
    """A number is missing, or came twice, or out of order."""


class _Numbered(Struct, rename="camel", gc=False):
    server_seq_num: int


class _Acked(Struct, rename="camel", gc=False):
    local_seq_num: int
    server_seq_num: int


class _Heard(Struct, rename="camel"):
    msg_type: str
    updates_relayed: list[_Numbered] = []
    update_acks: list[_Acked] = []


_decode = msgspec.json.Decoder(_Heard).decode


class BenchMeet:
    """A meet on a server under measurement, and all who take part in it.

    Args:
        port: where the server listens on this machine.
        tables: how many locations it has beside the one for readers.
    """

    def __init__(self, port: int, tables: int) -> None:
        self.port = port
        self.meet_id = ""
        self.password = secrets.token_urlsafe(12)
        self.locations = [f"Platform {number}" for number in range(1, tables + 1)]
        self.participants: list[Participant] = []
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> BenchMeet:
        return self

    async def __aexit__(self, *_: object) -> None:
        participants, self.participants = self.participants, []
        await asyncio.gather(*(participant.leave() for participant in participants))
        if self._failed.done():
            self._failed.exception()

    def fail(self, error: BenchmarkFailed) -> None:
        """End whatever waits on this meet with this error; the first one counts."""
        if not self._failed.done():
            self._failed.set_exception(error)

    async def outcome(self, wish: Awaitable[_T]) -> _T:
        """Wait for something, at most `PATIENCE_S`. Raises `BenchmarkFailed`, also when any participant fails."""
        task = asyncio.ensure_future(wish)
        ends: set[asyncio.Future[Any]] = {task, self._failed}
        await asyncio.wait(ends, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
        if self._failed.done():
            task.cancel()
            self._failed.result()
        if not task.done():
            task.cancel()
            raise BenchmarkFailed(f"the server did not answer within {PATIENCE_S:g} s")
        return task.result()

    async def during(self, seconds: float) -> None:
        """Let time pass. Raises `BenchmarkFailed` when any participant fails."""
        await asyncio.wait([self._failed], timeout=seconds)
        if self._failed.done():
            self._failed.result()

    async def all_heard(self, server_seq: int) -> None:
        """Wait until everybody has heard this number. Raises `LostUpdates` if that does not happen."""
        deadline = perf_counter() + PATIENCE_S
        while waiting := [each for each in self.participants if each.last_seq < server_seq]:
            if perf_counter() > deadline:
                heard = min(each.last_seq for each in waiting)
                raise LostUpdates(f"{len(waiting)} participants have heard only {heard} of {server_seq}")
            await self.during(_LOOK_AGAIN_S)


class Participant:
    """A reader of the meet: hears, counts and checks. The base of those who do more."""

    def __init__(self, meet: BenchMeet) -> None:
        self.last_seq = 0
        self._meet = meet
        self._answer: asyncio.Future[FromServer] | None = None
        self._wire: Wire
        self._joined: _Joined
        self._leaving = False

    async def join(self, location: str, *, read_only: bool = False) -> None:
        """Connect and take part; the first one to join creates the meet."""
        meet = self._meet
        self._wire = await Wire.connect(meet.port, self._hear)
        meet.participants.append(self)
        self._wire.ended.add_done_callback(self._ended)
        client_id = secrets.token_hex(8)
        if meet.meet_id:
            joining: FromClient = JoinMeet(
                meet_id=meet.meet_id,
                password=meet.password,
                location_name=location,
                client_id=client_id,
                read_only=read_only,
            )
        else:
            joining = CreateMeet(
                this_location_name=location,
                password=meet.password,
                endpoints=[Endpoint(location_name=name, priority=1) for name in meet.locations],
                client_id=client_id,
            )
        answer = await self.ask(joining)
        if not isinstance(answer, _Joined):
            raise BenchmarkFailed(f"not let in: {encode(answer).decode()}")
        self._joined = answer
        if isinstance(answer, MeetCreated):
            meet.meet_id = answer.meet_id

    async def ask(self, message: FromClient) -> FromServer:
        """Say something, and wait for the first answer that is no ack, relay, heartbeat or presence."""
        self._answer = asyncio.get_running_loop().create_future()
        self._wire.send(encode(message))
        return await self._meet.outcome(self._answer)

    async def leave(self) -> None:
        """Close the socket."""
        self._leaving = True
        await self._wire.close()

    # ------------------------------------------------------------ what is heard

    def heard_relays(self, numbers: Sequence[int]) -> None:
        """Updates of others, with these numbers."""

    def heard_acks(self, acks: Sequence[_Acked]) -> None:
        """Updates of its own."""
        self._meet.fail(BenchmarkFailed(f"{len(acks)} acks for somebody who sent nothing"))

    def _hear(self, frame: bytes) -> None:
        heard = _decode(frame)
        match heard.msg_type:
            case "UPDATE_RELAY":
                numbers = [relayed.server_seq_num for relayed in heard.updates_relayed]
                self._count(numbers)
                self.heard_relays(numbers)
            case "UPDATE_ACK":
                self._count([ack.server_seq_num for ack in heard.update_acks])
                self.heard_acks(heard.update_acks)
            case "HEARTBEAT" | "PRESENCE":
                return
            case _:
                self._hear_answer(frame)

    def _hear_answer(self, frame: bytes) -> None:
        answer = decode_from_server(frame)
        if isinstance(answer, _Joined):
            self.last_seq = answer.last_server_seq
        if self._answer is None or self._answer.done():
            self._meet.fail(BenchmarkFailed(f"the server says {frame[:300].decode(errors='replace')}"))
        else:
            self._answer.set_result(answer)

    def _count(self, numbers: list[int]) -> None:
        first = self.last_seq + 1
        if numbers != list(range(first, first + len(numbers))):
            self._meet.fail(LostUpdates(f"after {self.last_seq} came {numbers[:5]}"))
        self.last_seq += len(numbers)

    def _ended(self, ended: asyncio.Future[int | None]) -> None:
        if not self._leaving:
            self._meet.fail(BenchmarkFailed(f"the server closed a socket, code {ended.result()}"))


class Table(Participant):
    """Somebody who types: keeps a given number of updates in flight, and times their acks.

    Attributes:
        acked: how many updates are acknowledged.
        latencies_s: of each ack, since timing was last begun.
    """

    def __init__(self, meet: BenchMeet) -> None:
        super().__init__(meet)
        self.acked = 0
        self.latencies_s = array("d")
        self._sent_at = array("d")
        self._changes: Iterator[Change]
        self._in_flight = 0
        self._per_frame = 1
        self._idle = asyncio.Event()

    @property
    def sent(self) -> int:
        """How many updates were sent: the newest local number."""
        return len(self._sent_at)

    @property
    def first_entry_id(self) -> int:
        """Of the block that only this table gives out."""
        block = self._joined.entry_id_block
        if block is None:
            raise BenchmarkFailed("a table without entry ids")
        return block.first

    async def register(self, entries: int = ENTRIES_PER_TABLE) -> None:
        """Register its lifters, whose attempts it then types."""
        await self.type_all(registrations(self.first_entry_id, entries))
        self._changes = lifting(self.first_entry_id, entries)

    async def type_all(self, changes: Iterable[Change]) -> None:
        """Send these changes in frames as large as allowed, one after the other."""
        remaining = iter(changes)
        while batch := list(islice(remaining, MAX_UPDATES_PER_MESSAGE)):
            self._idle.clear()
            self._post([batch])
            await self._meet.outcome(self._idle.wait())

    def begin(self, in_flight: int, per_frame: int) -> None:
        """Type at full speed: so many updates are on their way at any time, at most so many in one frame."""
        self._in_flight = in_flight
        self._per_frame = per_frame
        self._idle.clear()
        self._type(in_flight)

    async def end(self) -> None:
        """Stop typing, and wait until all is acknowledged."""
        self._in_flight = 0
        await self._meet.outcome(self._idle.wait())

    def time_anew(self) -> None:
        """Forget the latencies so far."""
        self.latencies_s = array("d")

    def type_one(self) -> None:
        """Make one change now."""
        self._idle.clear()
        self._per_frame = 1
        self._type(1)

    async def flood(self, per_frame: int, seconds: float) -> None:
        """Send as fast as the socket takes it, whether or not anything is acknowledged."""
        end = perf_counter() + seconds
        self._per_frame = per_frame
        while perf_counter() < end:
            self._type(MAX_UPDATES_PER_MESSAGE)
            await self._wire.writable()
            # The acks have to be read, too, or the server would rightly cut this socket.
            await asyncio.sleep(0)

    def heard_acks(self, acks: Sequence[_Acked]) -> None:
        now = perf_counter()
        sent_at = self._sent_at
        self.latencies_s.extend([now - sent_at[ack.local_seq_num - 1] for ack in acks])
        self.acked += len(acks)
        if self._in_flight:
            self._type(len(acks))
        elif self.acked == self.sent:
            self._idle.set()

    def _type(self, updates: int) -> None:
        typed = list(islice(self._changes, updates))
        self._post([typed[at : at + self._per_frame] for at in range(0, updates, self._per_frame)])

    def _post(self, batches: Iterable[Sequence[Change]]) -> None:
        token, last_seq, now = self._joined.session_token, self.last_seq, perf_counter()
        frames: list[bytes] = []
        for batch in batches:
            first = self.sent + 1
            self._sent_at.extend([now] * len(batch))
            updates = [
                Update(update_key=key, update_value=value, local_seq_num=number, after_server_seq_num=last_seq)
                for number, (key, value) in enumerate(batch, first)
            ]
            frames.append(encode(UpdateInit(session_token=token, updates=updates)))
        self._wire.send(*frames)


class TimedReader(Participant):
    """A reader that times relays against when their updates were typed.

    Args:
        typed_at: by `perf_counter`, when the update of each server number was typed, if it is to be timed.
    """

    def __init__(self, meet: BenchMeet, typed_at: dict[int, float]) -> None:
        super().__init__(meet)
        self.latencies_s = array("d")
        self._typed_at = typed_at

    def heard_relays(self, numbers: Sequence[int]) -> None:
        now = perf_counter()
        self.latencies_s.extend([now - self._typed_at[number] for number in numbers if number in self._typed_at])


class Newcomer(Participant):
    """Somebody who was not there and wants it all.

    Attributes:
        frames: of relays, that answered the pull.
        standing: how many updates these held.
    """

    def __init__(self, meet: BenchMeet) -> None:
        super().__init__(meet)
        self.frames: list[bytes] = []
        self.standing = 0

    async def pull(self) -> float:
        """Pull from 0 and return the seconds until all is there."""
        self.frames.clear()
        self.standing = 0
        begun = perf_counter()
        await self.ask(ClientPull(session_token=self._joined.session_token, last_server_seq=0))
        return perf_counter() - begun

    def _hear(self, frame: bytes) -> None:
        heard = _decode(frame)
        if heard.msg_type == "UPDATE_RELAY":
            self.standing += len(heard.updates_relayed)
            self.frames.append(frame)
        else:
            super()._hear(frame)
