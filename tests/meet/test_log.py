"""Section 5: numbers, repeats, gaps, conflicts; and the engine against the simplest possible one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from appliance.meet.log import Decision, Gap, MeetLog, Refused, Repeat, Sender, UnreadableLog
from appliance.meet.records import Accepted, Rejected
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.codec import decode_from_client
from appliance.protocol.digest import EMPTY_DIGEST
from appliance.protocol.messages import Update, UpdateInit
from appliance.protocol.words import MAX_VALUE_BYTES
from tests.meet.naive import NaiveLog, plain

PRIORITIES = {"Desk": 10, "Scale": 20, "Platform": 30, "Platform 2": 30}
DESK, SCALE, PLATFORM, PLATFORM_2 = (Sender(name, name, priority) for name, priority in PRIORITIES.items())


def update(local_seq: int, key: str, value: Any = 1, after: int = 0) -> Update:
    return Update(update_key=key, update_value=value, local_seq_num=local_seq, after_server_seq_num=after)


class Meet:
    """A log and, for each sender, the next local number."""

    def __init__(self) -> None:
        self.log = MeetLog(PRIORITIES)
        self.next: dict[str, int] = {}

    def change(self, sender: Sender, key: str, value: Any = 1, after: int | None = None) -> Decision:
        local_seq = self.next.get(sender.client_id, 1)
        self.next[sender.client_id] = local_seq + 1
        known = self.log.last_server_seq if after is None else after
        (decision,) = self.log.receive([update(local_seq, key, value, known)], sender)
        self.log.settle()
        return decision


@pytest.fixture
def meet() -> Meet:
    return Meet()


def refused(decision: Decision) -> Refused:
    assert isinstance(decision, Refused)
    return decision


class TestNumbers:
    def test_accepted_updates_are_numbered_from_1_without_gaps(self, meet: Meet) -> None:
        decisions = [meet.change(sender, "meet.name", sender.client_id) for sender in (DESK, SCALE, DESK)]
        assert [d.server_seq for d in decisions if isinstance(d, Accepted)] == [1, 2, 3]

    def test_one_sent_again_gets_its_first_answer(self, meet: Meet) -> None:
        meet.change(PLATFORM, "meet.name", "a")
        lost = refused(meet.change(DESK, "meet.name", "b", after=0))
        meet.change(DESK, "meet.city", "c")
        again = meet.log.receive([update(1, "meet.name", "b"), update(2, "meet.other", "d")], DESK)
        assert again == [Repeat(1, lost.rejected), Repeat(2, 2)]
        assert meet.log.last_server_seq == 2

    def test_one_that_skips_a_number_is_a_gap_and_so_is_all_after_it(self, meet: Meet) -> None:
        decisions = meet.log.receive([update(n, "meet.name") for n in (1, 3, 4)], DESK)
        assert decisions[1:] == [Gap(3, expected=2), Gap(4, expected=2)]
        assert meet.log.last_local_seq(DESK.client_id) == 1

    def test_a_rejected_update_uses_its_number_up(self, meet: Meet) -> None:
        refused(meet.change(DESK, "no.such[", 1))
        assert isinstance(meet.change(DESK, "meet.name"), Accepted)


class TestImpossibleUpdates:
    @pytest.mark.parametrize(
        ("key", "value", "reason"),
        [
            ("meet", {}, "meet.<property>"),
            ("registration.entries[1].name", "Ann", "no such entry"),
            ("registration.entries[1]", "Ann", "an object, or null"),
            ("registration.entries[1]", {"id": 2}, "id"),
            ("registration.entries[1]", {"id": "1"}, "id"),
            ("registration.entries[1].id", 7, "cannot be changed"),
            ("registration.entries[1]", {"id": True}, "id"),
            ("x", 10**309, "too large"),
            ("registration.entries[1]", {"bodyweightKg": -(10**309)}, "too large"),
            ("x", "x" * MAX_VALUE_BYTES, "bytes"),
            ("x", [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], "deeper than 32"),
        ],
    )
    def test_they_are_rejected_without_conflict_and_change_nothing(
        self, meet: Meet, key: str, value: Any, reason: str
    ) -> None:
        rejection = refused(meet.change(DESK, key, value))
        assert reason in rejection.rejected.reason
        assert not rejection.rejected.conflict
        assert rejection.relay_from == 0
        assert meet.log.digest == EMPTY_DIGEST

    def test_a_value_may_be_as_deep_as_the_limit(self, meet: Meet) -> None:
        value: Any = [1] * 100
        for _ in range(31):
            value = [value]
        assert isinstance(meet.change(DESK, "x", value), Accepted)

    def test_one_may_be_as_deep_as_could_be_decoded(self, meet: Meet) -> None:
        """Deciding happens deeper on the stack than decoding, and no value may end it."""
        limit = sys.getrecursionlimit()
        messages = [decode_from_client(nested(levels)) for levels in range(limit - 300, limit)]
        deepest = [message.updates[0].update_value for message in messages if isinstance(message, UpdateInit)][-20:]
        assert deepest
        for value in deepest:
            rejection = refused(deeper(10, partial(meet.change, DESK, "x", value)))
            assert "deeper than 32" in rejection.rejected.reason

    def test_digits_in_a_text_are_no_number(self, meet: Meet) -> None:
        assert isinstance(meet.change(DESK, "x", "9" * 400), Accepted)


def deeper(frames: int, call: Callable[[], Decision]) -> Decision:
    return deeper(frames - 1, call) if frames else call()


def nested(levels: int) -> bytes:
    value = "[" * levels + "]" * levels
    return (
        '{"msgType":"UPDATE_INIT","sessionToken":"t","updates":[{"updateKey":"x","localSeqNum":1,'
        f'"afterServerSeqNum":0,"updateValue":{value}}}]}}'
    ).encode()


class TestConflicts:
    def test_a_higher_priority_overrules_and_names_what(self, meet: Meet) -> None:
        meet.change(DESK, "meet.name", "a")
        accepted = meet.change(PLATFORM, "meet.name", "b", after=0)
        assert isinstance(accepted, Accepted)
        assert (accepted.server_seq, accepted.overrules, accepted.overruled_location) == (2, 1, "Desk")

    def test_an_outranked_update_is_refused_and_told_what_stands(self, meet: Meet) -> None:
        meet.change(PLATFORM, "meet.name", "a")
        rejection = refused(meet.change(PLATFORM_2, "meet.name", "b", after=0))
        assert rejection.relay_from == 1
        rejected = rejection.rejected
        assert (rejected.conflict, rejected.server_seq, rejected.location_name) == (True, 1, "Platform")

    def test_later_updates_of_the_client_that_has_not_heard_meet_the_same_fate(self, meet: Meet) -> None:
        meet.change(PLATFORM, "registration.entries[1]", {"name": "a"})
        for key, value in (("registration.entries[1]", None), ("registration.entries[1].name", "b")):
            assert refused(meet.change(DESK, key, value, after=0)).rejected.conflict
        assert isinstance(meet.change(DESK, "registration.entries[1].name", "b", after=1), Accepted)

    def test_it_is_told_again_from_the_earliest_number_in_conflict(self, meet: Meet) -> None:
        meet.change(PLATFORM, "registration.entries[1]", {"name": "a"})
        meet.change(PLATFORM, "registration.entries[1].name", "b")
        rejection = refused(meet.change(DESK, "registration.entries[1]", None, after=0))
        assert (rejection.relay_from, rejection.rejected.server_seq) == (1, 2)

    def test_no_priority_brings_a_deleted_entry_back_through_a_property(self, meet: Meet) -> None:
        meet.change(DESK, "registration.entries[1]", {})
        meet.change(DESK, "registration.entries[1]", None)
        rejection = refused(meet.change(PLATFORM, "registration.entries[1].name", "b", after=1))
        assert rejection.rejected.conflict
        assert rejection.relay_from == 2
        for sender, after in ((PLATFORM, 2), (DESK, 1)):
            known = refused(meet.change(sender, "registration.entries[1].name", "b", after=after))
            assert (known.rejected.conflict, known.rejected.server_seq, known.relay_from) == (False, 2, 0)
        assert isinstance(meet.change(PLATFORM, "registration.entries[1]", {}, after=1), Accepted)


class TestTheDisk:
    def test_what_was_not_kept_is_forgotten(self, meet: Meet) -> None:
        meet.change(PLATFORM, "meet.name", "a")
        digest = meet.log.digest
        unkept = [update(1, "meet.name", "b"), update(2, "meet.city", "c")]
        assert [plain(d)[0] for d in meet.log.receive(unkept, DESK)] == ["rejected", "accepted"]
        meet.log.rewind()
        assert (meet.log.last_server_seq, meet.log.digest) == (1, digest)
        assert meet.log.last_local_seq("Desk") == 0
        assert [plain(d)[0] for d in meet.log.receive(unkept, DESK)] == ["rejected", "accepted"]

    def test_one_read_back_from_disk_gives_the_same_answers_and_decides_on(self, meet: Meet) -> None:
        made = [
            meet.change(PLATFORM, "registration.entries[1]", {}),
            meet.change(DESK, "registration.entries[1]", None, after=0),
            meet.change(DESK, "registration.entries[2].name", "b"),
            meet.change(DESK, "meet.name", "c"),
        ]
        accepted = [each for each in made if isinstance(each, Accepted)]
        rejected = [each.rejected for each in made if isinstance(each, Refused)]
        restored = MeetLog(PRIORITIES, accepted, rejected)
        assert (restored.last_server_seq, restored.digest) == (meet.log.last_server_seq, meet.log.digest)
        assert restored.last_local_seq("Desk") == 3
        assert restored.last_local_seq("Platform") == 1
        assert restored.last_local_seq("nobody") == 0
        again = [update(local_seq, "meet.name") for local_seq in (1, 2, 3, 4)]
        *repeats, new = restored.receive(again, DESK)
        assert repeats == [Repeat(1, rejected[0]), Repeat(2, rejected[1]), Repeat(3, 2)]
        assert isinstance(new, Accepted)
        assert new.server_seq == 3

    def test_only_what_is_not_settled_is_forgotten(self, meet: Meet) -> None:
        meet.change(DESK, "meet.name", "a")
        meet.log.rewind()
        assert meet.log.last_server_seq == meet.log.last_local_seq("Desk") == 1

    def test_a_log_of_another_program_is_unreadable(self) -> None:
        with pytest.raises(UnreadableLog, match="update 1"):
            MeetLog(PRIORITIES, [Accepted(1, "meet", b"1", "a", 1, "Desk")])


# ---------------------------------------------------------------- against the naive log

KEYS = [
    "meet.name",
    "registration.entries[1]",
    "registration.entries[1].name",
    "registration.entries[1].squatKg[0]",
    "registration.entries[1].squatKg",
    "x",
    "x.a",
]
CLIENTS = st.integers(0, 4)


def value_for(key: str, value: int | None) -> Any:
    return {"v": value} if key.endswith("entries[1]") and value is not None else value


def apply_all(state: State, updates: list[Accepted]) -> State:
    for each in updates:
        path = keys.parse(each.key)
        assert not isinstance(path, keys.MalformedKey)
        state.apply(each, path)
    return state


class LogAgainstNaiveLog(RuleBasedStateMachine):
    """Two to five clients with priorities of chance make changes, drop, resend and reorder them; what they hear is
    doubled and out of order; the disk refuses, the server restarts or dies before the disk has answered. The engine
    must decide as the naive log does, every time, and all who heard as much hold the same."""

    @initialize(priorities=st.lists(st.integers(0, 2), min_size=2, max_size=5))
    def begin(self, priorities: list[int]) -> None:
        self.senders = [Sender(f"client {n}", f"place {n}", p) for n, p in enumerate(priorities)]
        self.priorities = {sender.location_name: sender.priority for sender in self.senders}
        self.naive = NaiveLog(self.priorities)
        self.log = MeetLog(self.priorities)
        self.made: list[list[Update]] = [[] for _ in self.senders]
        self.knows = [0 for _ in self.senders]
        self.holds = [State() for _ in self.senders]
        self.disk: list[Accepted] = []
        self.rejections: list[Rejected] = []

    def _client(self, chosen: int) -> int:
        return chosen % len(self.senders)

    @rule(client=CLIENTS, key=st.sampled_from(KEYS), value=st.none() | st.integers(0, 2))
    def make(self, client: int, key: str, value: int | None) -> None:
        n = self._client(client)
        self.made[n].append(update(len(self.made[n]) + 1, key, value_for(key, value), self.knows[n]))

    @rule(
        client=CLIENTS,
        relays=st.none() | st.integers(1, 4),
        doubled=st.integers(0, 3),
        order=st.none() | st.randoms(use_true_random=False),
    )
    def hear(self, client: int, relays: int | None, doubled: int, order: Random | None) -> None:
        """Some relays, or all that stands by a pull."""
        n = self._client(client)
        knew = self.knows[n]
        self.knows[n] = min(knew + relays, len(self.disk)) if relays else len(self.disk)
        news = self.disk[knew : self.knows[n]] if relays else self.log.since(knew)
        arriving = [*news, *news[:doubled]]
        if order is not None:
            order.shuffle(arriving)
        apply_all(self.holds[n], arriving)
        replayed = apply_all(State(), self.disk[: self.knows[n]])
        assert self.holds[n].digest == replayed.digest
        assert self.holds[n].since(0) == replayed.since(0)
        assert self.holds[n].materialise() == replayed.materialise()

    @rule(
        client=CLIENTS,
        skipped=st.sampled_from([0, 0, 0, 0, -1, -3, 1]),
        count=st.integers(1, 6),
        shuffled=st.none() | st.randoms(use_true_random=False),
        disk=st.sampled_from(["keeps", "keeps", "keeps", "refuses", "dies"]),
    )
    def send(self, client: int, skipped: int, count: int, shuffled: Random | None, disk: str) -> None:
        """From the first that was not answered on, or some again, or with some lost; now and then out of order."""
        n = self._client(client)
        answered = self.log.last_local_seq(self.senders[n].client_id)
        stretch = self.made[n][max(0, answered + skipped) :][:count]
        if shuffled is not None:
            shuffled.shuffle(stretch)
        decisions = self.log.receive(stretch, self.senders[n])
        if disk == "refuses":
            self.log.rewind()
            return
        if disk == "dies":
            self.restart()
            return
        sender = self.senders[n]
        expected = [self.naive.receive(each, sender.client_id, sender.location_name) for each in stretch]
        assert [plain(decision) for decision in decisions] == [_in_plain(each) for each in expected]
        self.log.settle()
        self.disk += [decision for decision in decisions if isinstance(decision, Accepted)]
        self.rejections += [decision.rejected for decision in decisions if isinstance(decision, Refused)]

    @rule()
    def restart(self) -> None:
        self.log = MeetLog(self.priorities, self.disk, self.rejections)

    @invariant()
    def numbers_are_contiguous(self) -> None:
        if hasattr(self, "disk"):
            assert [each.server_seq for each in self.disk] == list(range(1, self.log.last_server_seq + 1))

    @invariant()
    def every_update_of_a_client_is_decided_once_and_in_order(self) -> None:
        for sender in getattr(self, "senders", ()):
            answers: list[Accepted | Rejected] = [*self.disk, *self.rejections]
            decided = [each.local_seq for each in answers if each.client_id == sender.client_id]
            assert sorted(decided) == list(range(1, self.log.last_local_seq(sender.client_id) + 1))

    @invariant()
    def whoever_replays_the_log_holds_the_same(self) -> None:
        if not hasattr(self, "disk"):
            return
        replayed = apply_all(State(), self.disk)
        assert replayed.digest == self.log.digest
        assert replayed.materialise() == self.log.state.materialise()
        assert [each.server_seq for each in self.log.since(0)] == [each.number for each in self.naive.standing()]


def _in_plain(expected: tuple[Any, ...]) -> tuple[Any, ...]:
    if expected[:2] == ("repeat", "accepted"):
        return expected[:3]
    return expected


TestLogAgainstNaiveLog = LogAgainstNaiveLog.TestCase
TestLogAgainstNaiveLog.settings = settings(
    max_examples=2000 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.none() | st.integers(0, 2)), max_size=20), st.integers(0, 20))
def test_deciding_again_after_a_rewind_is_as_if_nothing_had_happened(
    changes: list[tuple[str, int | None]], cut: int
) -> None:
    updates = [update(n, key, value_for(key, value)) for n, (key, value) in enumerate(changes, 1)]
    whole, rewound = MeetLog(PRIORITIES), MeetLog(PRIORITIES)
    decided = whole.receive(updates, DESK)
    kept = rewound.receive(updates[:cut], DESK)
    rewound.settle()
    rewound.receive(updates[cut:], DESK)
    rewound.rewind()
    assert kept + rewound.receive(updates[cut:], DESK) == decided
    assert rewound.digest == whole.digest
    assert rewound.state.materialise() == whole.state.materialise()
