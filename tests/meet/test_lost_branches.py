"""However often a server falls back, and whoever returns when: what was acknowledged last on a key stands then."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.meet.log import MeetLog, Sender
from appliance.meet.records import Accepted
from appliance.meet.recovery import Answer, beyond, rebuild
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.lineage import end_of
from appliance.protocol.messages import EpochBegun, Update

NAMES = ("Jury", "Platform", "Desk")
PRIORITIES = {"Jury": 3, "Platform": 2, "Desk": 1}


class Table:
    """One client: what stands at it, and what it was told was accepted. Every key has one author."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = State()
        self.lineage: tuple[EpochBegun, ...] = ()
        self.last = 0
        self.local_seq = 0
        self.answered: dict[str, int] = {}
        self.acked: dict[str, object] = {}
        self.inbox: list[Accepted] = []
        self.connected = False

    def apply(self, update: Accepted) -> None:
        path = keys.parse(update.key)
        assert not isinstance(path, keys.MalformedKey)
        self.state.apply(update, path)
        self.last = update.server_seq
        self.answered[update.client_id] = max(update.local_seq, self.answered.get(update.client_id, 0))

    def hear(self, frames: int | None = None) -> None:
        heard = self.inbox[:frames]
        del self.inbox[: len(heard)]
        for update in heard:
            self.apply(update)

    def holds(self) -> Answer:
        answered = {**self.answered, self.name: self.local_seq}
        updates = tuple(self.state.since(0))
        return Answer(self.name, self.name, PRIORITIES[self.name], self.lineage, self.last, updates, answered)


class Venue:
    """A server that loses the end of its disk, and three tables."""

    def __init__(self) -> None:
        self.tables = {name: Table(name) for name in NAMES}
        self.disk: list[Accepted] = []
        self.answered: dict[str, int] = {}
        self.epochs = itertools.count(1)
        self.lineage: tuple[EpochBegun, ...] = (self.new_epoch(0),)
        self.start()

    def new_epoch(self, after: int) -> EpochBegun:
        return EpochBegun(epoch=f"{next(self.epochs):016x}", after_server_seq=after)

    def start(self) -> None:
        self.log = MeetLog(PRIORITIES, self.disk, answered=self.answered)

    def write(self, name: str, key: int) -> None:
        table = self.tables[name]
        if not table.connected:
            return
        table.hear()
        table.local_seq += 1
        update = Update(
            update_key=f"x.{name}.k{key}",
            update_value=table.local_seq,
            local_seq_num=table.local_seq,
            after_server_seq_num=table.last,
        )
        (decision,) = self.log.receive([update], Sender(name, name, PRIORITIES[name]))
        assert isinstance(decision, Accepted)
        self.keep([decision], name)
        table.acked[update.update_key] = table.local_seq
        table.apply(decision)

    def keep(self, accepted: list[Accepted], author: str = "") -> None:
        self.log.settle()
        self.disk += accepted
        for table in self.tables.values():
            if table.connected and table.name != author:
                table.inbox += accepted

    def fall_back(self, lost: int) -> None:
        for table in self.tables.values():
            table.connected = False
            table.inbox.clear()
        self.disk = self.disk[: max(0, len(self.disk) - lost)]
        last = self.disk[-1].server_seq if self.disk else 0
        known = [begun for begun in self.lineage if begun.after_server_seq < last] or [self.lineage[0]]
        self.lineage = (*known, self.new_epoch(last))
        self.answered = {}
        self.start()

    def come_back(self, names: list[str]) -> None:
        tables = [table for name in names if not (table := self.tables[name]).connected]
        here = [table for table in self.tables.values() if table.connected]
        ahead = [table for table in tables if self.knows_more(table)]
        if ahead and self.log.last_server_seq == self.lineage[-1].after_server_seq:
            for table in here:
                table.hear()
            self.recover([table.holds() for table in [*here, *tables]])
            tables += here
        else:
            for table in ahead:
                self.let_in(table.holds())
        for table in tables:
            table.inbox.clear()
            table.state = State()
            table.lineage, table.connected = self.lineage, True
            for update in self.log.since(0):
                table.apply(update)
            table.last = self.log.last_server_seq

    def knows_more(self, table: Table) -> bool:
        epoch = table.lineage[-1].epoch if table.lineage else None
        return table.last > end_of(self.lineage, self.log.last_server_seq, epoch)

    def recover(self, answers: list[Answer]) -> None:
        ours = {name: self.log.last_local_seq(name) for name in NAMES}
        own = Answer("", "", 0, self.lineage, self.log.last_server_seq, tuple(self.disk), ours)
        rebuilt = rebuild(own, answers, trusted=True)
        self.disk += rebuilt.updates
        self.answered = rebuilt.answered
        self.lineage = (*rebuilt.lineage, self.new_epoch(rebuilt.last))
        self.start()
        for surplus in rebuilt.surplus:
            self.take_in(surplus.updates, surplus.after, surplus.reporter)

    def let_in(self, answer: Answer) -> None:
        surplus = beyond(answer, self.lineage, self.log.last_server_seq)
        if surplus is not None:
            self.take_in(surplus.updates, surplus.after, surplus.reporter)
        self.log.answered_up_to(answer.client_id, answer.answered[answer.client_id])

    def take_in(self, updates: tuple[Accepted, ...], after: int, reporter: str) -> None:
        decisions = [self.log.take_back_in(held, after, PRIORITIES[held.location_name], reporter) for held in updates]
        self.keep([decision for decision in decisions if isinstance(decision, Accepted)])


NAME = st.sampled_from(NAMES)
STEP = st.one_of(
    st.tuples(st.just("write"), NAME, st.integers(0, 2)),
    st.tuples(st.just("hear"), NAME, st.integers(1, 3)),
    st.tuples(st.just("fall back"), st.integers(0, 8)),
    st.tuples(st.just("come back"), st.lists(NAME, min_size=1, unique=True)),
)


@given(st.lists(STEP, max_size=60))
@settings(max_examples=300)
def test_what_was_acknowledged_last_stands_when_all_have_come_back(steps: list[Any]) -> None:
    venue = Venue()
    venue.come_back(list(NAMES))
    for step in steps:
        match step:
            case ("write", name, key):
                venue.write(name, key)
            case ("hear", name, frames):
                venue.tables[name].hear(frames)
            case ("fall back", lost):
                venue.fall_back(lost)
            case ("come back", names):
                venue.come_back(names)
    for name in NAMES:
        venue.come_back([name])
    standing = {update.key: msgspec.json.decode(update.value) for update in venue.log.since(0)}
    for table in venue.tables.values():
        assert {key: standing.get(key) for key in table.acked} == table.acked
