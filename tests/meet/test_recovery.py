"""Whatever clients hold of a log, its union stands as the log did."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.meet.log import MeetLog, Refused, Sender
from appliance.meet.records import Accepted
from appliance.meet.recovery import Answer, beyond, rebuild, taken
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.messages import EpochBegun, Held, Update

KEYS = ("meet.name", "registration.entries[1]", "registration.entries[1].name", "x.a", "x.a.b", "x.c")
PRIORITIES = {"Jury": 3, "Platform": 2, "Desk": 1}


def lineage(*begun: tuple[str, int]) -> tuple[EpochBegun, ...]:
    return tuple(EpochBegun(epoch=name * 16, after_server_seq=after) for name, after in begun)


def accepted(number: int, key: str, value: Any = None, client_id: str = "", local_seq: int = 0) -> Accepted:
    said = msgspec.json.encode({"n": number} if value is None else value)
    return Accepted(number, key, said, client_id, local_seq, "Desk")


def state_of(updates: list[Accepted]) -> State:
    state = State()
    for update in updates:
        path = keys.parse(update.key)
        assert not isinstance(path, keys.MalformedKey)
        state.apply(update, path)
    return state


def answer(
    name: str,
    updates: list[Accepted],
    last: int,
    of: tuple[EpochBegun, ...] = lineage(("a", 0)),
    answered: dict[str, int] | None = None,
) -> Answer:
    return Answer(name, name, PRIORITIES.get(name, 0), of, last, tuple(updates), answered or {})


@given(
    log_keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=40),
    ours=st.integers(0, 40),
    clients=st.lists(st.tuples(st.sampled_from(sorted(PRIORITIES)), st.integers(0, 40)), max_size=5),
)
def test_any_split_of_a_log_comes_back_as_it_stood(
    log_keys: list[str], ours: int, clients: list[tuple[str, int]]
) -> None:
    log = [accepted(number, key) for number, key in enumerate(log_keys, start=1)]
    own = log[:ours]
    # Clients hold what stands, each at the number that it had come to.
    answers = [answer(name, state_of(log[:last]).since(0), min(last, len(log))) for name, last in clients]
    rebuilt = rebuild(answer("", own, len(own), lineage(("a", 0), ("s", len(own)))), answers, trusted=True)
    newest = max([len(own), *(each.last for each in answers)])
    assert rebuilt.last == newest
    assert not rebuilt.inconsistencies
    assert not rebuilt.surplus
    found = state_of([*own, *rebuilt.updates])
    assert found.digest == state_of(log[:newest]).digest
    assert found.since(0) == state_of(log[:newest]).since(0)
    # Our own empty epoch moves along, so that who was told of it has lost nothing.
    assert rebuilt.lineage[-1].after_server_seq == newest or newest == len(own)


@given(
    log_keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=30),
    missing=st.sets(st.integers(1, 30)),
    clients=st.lists(st.integers(0, 30), min_size=1, max_size=4),
)
def test_a_log_with_holes_is_mended_from_who_has_come_furthest(
    log_keys: list[str], missing: set[int], clients: list[int]
) -> None:
    log = [accepted(number, key) for number, key in enumerate(log_keys, start=1)]
    own = [update for update in log if update.server_seq not in missing]
    answers = [answer("Desk", state_of(log).since(0), len(log))]
    answers += [answer("Jury", state_of(log[:last]).since(0), min(last, len(log))) for last in clients]
    rebuilt = rebuild(answer("", own, len(log)), answers, trusted=False)
    assert rebuilt.last == len(log)
    assert state_of(rebuilt.updates).digest == state_of(log).digest


def test_where_two_answers_differ_the_higher_priority_wins_and_it_is_told() -> None:
    desk = answer("Desk", [accepted(1, "meet.name", "Cup")], 1)
    jury = answer("Jury", [accepted(1, "meet.name", "Open")], 1)
    for answers in ([desk, jury], [jury, desk]):
        rebuilt = rebuild(answer("", [], 0, lineage(("s", 0))), answers, trusted=True)
        assert [update.value for update in rebuilt.updates] == [b'"Open"']
        (differing,) = rebuilt.inconsistencies
        assert (differing.kept.value, differing.kept_from) == (b'"Open"', "Jury")
        assert (differing.dropped.value, differing.dropped_from) == (b'"Cup"', "Desk")


def test_a_damaged_log_gives_way_to_any_client() -> None:
    own = answer("", [accepted(1, "meet.name", "C?p"), accepted(2, "x.a", 1)], 2)
    rebuilt = rebuild(own, [answer("Desk", [accepted(1, "meet.name", "Cup")], 1)], trusted=False)
    assert [update.value for update in rebuilt.updates] == [b'"Cup"', b"1"]
    assert len(rebuilt.inconsistencies) == 1


def test_the_server_that_ran_last_is_followed_and_what_it_never_had_is_surplus() -> None:
    went_on = answer("Desk", [accepted(1, "x.a"), accepted(3, "x.c")], 3, lineage(("a", 0), ("b", 2)))
    cut_off = answer("Jury", [accepted(1, "x.a"), accepted(4, "x.d", client_id="Jury", local_seq=3)], 4)
    rebuilt = rebuild(answer("", [], 0, lineage(("s", 0))), [cut_off, went_on], trusted=True)
    assert [update.server_seq for update in rebuilt.updates] == [1, 3]
    (surplus,) = rebuilt.surplus
    assert (surplus.reporter, surplus.after) == ("Jury", 2)
    assert [update.server_seq for update in surplus.updates] == [4]
    assert [begun.epoch[0] for begun in rebuilt.lineage] == ["a", "b", "s"]


def test_a_client_that_knows_only_its_epoch_is_placed_by_what_others_know() -> None:
    told = answer("Jury", [accepted(3, "x.c")], 3, lineage(("a", 0), ("b", 2)))
    untold = answer("Desk", [accepted(3, "x.c"), accepted(4, "x.d")], 4, lineage(("b", 0)))
    rebuilt = rebuild(answer("", [], 0, lineage(("s", 0))), [told, untold], trusted=True)
    assert [update.server_seq for update in rebuilt.updates] == [3, 4]
    assert not rebuilt.surplus


def test_what_a_late_comer_has_beyond_the_log_counts_as_its_own_where_nobody_knows_whose_it_is() -> None:
    late = answer("Desk", [accepted(100, "x.a"), accepted(101, "x.b", client_id="other", local_seq=4)], 150)
    assert beyond(late, lineage(("a", 0)), 150) is None
    surplus = beyond(late, lineage(("a", 0), ("s", 99)), 120)
    assert surplus is not None
    assert [(update.server_seq, update.client_id) for update in surplus.updates] == [(100, "Desk"), (101, "other")]


def test_the_memory_of_answers_is_the_most_that_anybody_saw() -> None:
    one = answer("Desk", [], 0, answered={"a": 3, "b": 1})
    other = answer("Jury", [], 0, answered={"a": 2, "c": 9})
    own = Answer("", "", 0, lineage(("s", 0)), 0, (), {"b": 7})
    assert rebuild(own, [one, other], trusted=True).answered == {"a": 3, "b": 7, "c": 9}


def test_a_local_number_is_used_once() -> None:
    twice = [accepted(1, "x.a", client_id="c", local_seq=1), accepted(2, "x.c", client_id="c", local_seq=1)]
    rebuilt = rebuild(answer("", [], 0, lineage(("s", 0))), [answer("Desk", twice, 2)], trusted=True)
    assert [update.local_seq for update in rebuilt.updates] == [1, 0]


def held(key: str, value: Any, number: int, location: str = "Desk") -> Held:
    return Held(update_key=key, update_value=value, server_seq_num=number, location_name=location)


def test_what_cannot_be_is_not_taken() -> None:
    said = [
        held("meet.name", "Cup", 1),
        held("meet[", 1, 2),
        held("registration.entries[1]", 1, 3),
        held("x.a", 1, 9),
        held("x.a", 1, 4, "Nowhere"),
    ]
    updates, refused = taken(said, 5, {"Desk", "Jury"}, "Jury")
    assert [(update.server_seq, update.location_name) for update in updates] == [(1, "Desk"), (4, "Jury")]
    assert len(refused) == 3


# ---------------------------------------------------------------- the log, afterwards


def update(key: str, value: Any, local_seq: int, after: int) -> Update:
    return Update(update_key=key, update_value=value, local_seq_num=local_seq, after_server_seq_num=after)


def sender(name: str) -> Sender:
    return Sender(name, name, PRIORITIES[name])


def test_what_was_answered_before_is_not_applied_again() -> None:
    log = MeetLog(PRIORITIES, [Accepted(5, "x.a", b"1", "Desk", 2, "Desk")], answered={"Desk": 3, "Jury": 2})
    # It stands: its number is known.
    (again,) = log.receive([update("x.a", 1, 2, 0)], sender("Desk"))
    assert again.answer == 5  # type: ignore[union-attr]
    # Its answer is lost, and it has been replaced since: both values are shown, none is applied.
    (lost,) = log.receive([update("x.a", 7, 1, 0)], sender("Jury"))
    assert lost.answer.conflict  # type: ignore[union-attr]
    assert lost.answer.server_seq == 5  # type: ignore[union-attr]
    (same,) = log.receive([update("x.a", 1, 2, 0)], sender("Jury"))
    assert same.answer == 5  # type: ignore[union-attr]
    assert log.last_server_seq == 5
    (new,) = log.receive([update("x.c", 1, 3, 5)], sender("Jury"))
    assert isinstance(new, Accepted)


def test_a_late_update_is_let_in_once_under_the_ordinary_rules() -> None:
    log = MeetLog(PRIORITIES, [Accepted(1, "x.a", b"1", "Jury", 1, "Jury")])
    late = Accepted(7, "x.c", b"2", "Desk", 4, "Desk")
    let_in = log.take_back_in(late, 0, 1, "Platform")
    assert isinstance(let_in, Accepted)
    assert let_in.server_seq == 2
    assert log.take_back_in(late, 0, 1, "Jury") is None
    assert log.last_local_seq("Desk") == 4
    # It is outranked by what was decided meanwhile.
    assert isinstance(log.take_back_in(Accepted(8, "x.a", b"9", "Desk", 5, "Desk"), 0, 1, "Desk"), Refused)
    # Who held it made its next change knowing of it; somebody else did not.
    log.settle()
    (ignorant,) = log.receive([update("x.c", 3, 5, 0)], Sender("Desk 2", "Desk", 1))
    assert not isinstance(ignorant, Accepted)
    (knowing,) = log.receive([update("x.c", 3, 1, 0)], Sender("Platform", "Desk", 1))
    assert isinstance(knowing, Accepted)


def test_what_the_disk_did_not_keep_may_be_let_in_again() -> None:
    log = MeetLog(PRIORITIES)
    late = Accepted(7, "x.c", b"2", "Desk", 4, "Desk")
    assert log.take_back_in(late, 0, 1, "Desk") is not None
    log.rewind()
    assert (log.last_server_seq, log.last_local_seq("Desk")) == (0, 0)
    assert log.take_back_in(late, 0, 1, "Desk") is not None


def test_that_its_author_was_answered_does_not_keep_a_lost_update_out() -> None:
    log = MeetLog(PRIORITIES, [Accepted(3, "x.b", b"1", "Desk", 6, "Desk")], answered={"Desk": 6})
    lost = Accepted(3, "x.a", b"9", "Desk", 4, "Desk")
    assert isinstance(log.take_back_in(lost, 2, 1, "Desk"), Accepted)
    # The disk does not keep it: it is as lost as before.
    log.rewind()
    let_in = log.take_back_in(lost, 2, 1, "Desk")
    assert isinstance(let_in, Accepted)
    log.settle()
    assert log.take_back_in(lost, 2, 1, "Jury") is None
    assert log.receive([update("x.a", 9, 4, 2)], sender("Desk"))[0].answer == let_in.server_seq  # type: ignore[union-attr]
    # What its author has changed since is not put back.
    assert log.take_back_in(Accepted(2, "x.b", b"0", "Desk", 5, "Desk"), 1, 1, "Jury") is None
