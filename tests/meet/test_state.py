"""What stands: sections 3 and 8."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.codec import encode_value
from tests.meet.naive import prefix

KEYS = [
    "meet.name",
    "registration.entries[1]",
    "registration.entries[1].name",
    "registration.entries[1].squatKg",
    "registration.entries[1].squatKg[0]",
    "registration.entries[1].squatKg[4]",
    "registration.entries[10]",
    "registration.entries[10].name",
    "lifting[A].day",
    "x",
    "x.a",
    "x.a.b",
    "x[a]",
]


def path(key: str) -> keys.Path:
    parsed = keys.parse(key)
    assert not isinstance(parsed, keys.MalformedKey)
    return parsed


def update(number: int, key: str, value: Any = 1) -> Accepted:
    return Accepted(number, key, encode_value(value), "client", number, "A")


def applied(*updates: Accepted) -> State:
    state = State()
    for each in updates:
        state.apply(each, path(each.key))
    return state


def numbers(state: State) -> list[int]:
    return [each.server_seq for each in state.since(0)]


def numbered(changes: list[tuple[str, Any]]) -> list[Accepted]:
    return [update(number, key, value) for number, (key, value) in enumerate(changes, 1)]


logs = st.lists(st.tuples(st.sampled_from(KEYS), st.none() | st.integers(0, 9)), max_size=25).map(numbered)
values = (
    st.none()
    | st.integers(0, 9)
    | st.fixed_dictionaries({}, optional={"a": st.integers(0, 9) | st.just({"b": 1, "c": 2}), "name": st.just("Ann")})
    | st.lists(st.integers(1, 9), min_size=5, max_size=5)
    | st.just({"squatKg": [1, 2, 3, 4, 5]})
)


def set_one_by_one(updates: list[Accepted]) -> dict[str, Any]:
    """The standing updates set in a nested dictionary, as a person would do it."""
    meet: dict[str, Any] = {}
    entries: dict[str, Any] = {}
    lifting: dict[str, Any] = {}
    for each in updates:
        value = json.loads(each.value)
        match path(each.key):
            case ("registration", "entries", *names):
                set_in(entries, names, value)
            case ("lifting", *names):
                set_in(lifting, names, value)
            case names:
                set_in(meet, list(names), value)
    if any(each.key.startswith("registration") for each in updates):
        meet["registration"] = {"entries": [entries[i] for i in sorted(entries, key=lambda i: int(i[1:-1]))]}
    if any(each.key.startswith("lifting") for each in updates):
        meet["lifting"] = {location[1:-1]: table for location, table in lifting.items()}
    return meet


def set_in(inside: dict[str, Any], names: list[str], value: Any) -> None:
    match names:
        case [name]:
            inside[name] = value
            if value is None:
                del inside[name]
        case ["squatKg", index]:
            if not isinstance(inside.get("squatKg"), list):
                inside["squatKg"] = [0, 0, 0, 0, 0]
            inside["squatKg"][int(index[1:-1])] = value or 0
        case [name, *below]:
            if not isinstance(inside.get(name), dict):
                if value is None and names[-2] != "squatKg":
                    return
                inside[name] = {}
            set_in(inside[name], below, value)


class TestStanding:
    def test_an_update_stands_until_its_key_is_set_again(self) -> None:
        assert numbers(applied(update(1, "meet.name"), update(2, "meet.city"), update(3, "meet.name"))) == [2, 3]

    def test_writing_a_whole_entry_replaces_its_childrens_updates(self) -> None:
        state = applied(update(1, "registration.entries[1]", {}), update(2, "registration.entries[1].name"))
        assert numbers(state) == [1, 2]
        state.apply(update(3, "registration.entries[1]", None), path("registration.entries[1]"))
        assert numbers(state) == [3]

    @given(logs)
    def test_it_is_what_no_later_update_to_the_key_or_a_prefix_replaced(self, log: list[Accepted]) -> None:
        state = applied(*log)
        standing = [
            each
            for each in log
            if not any(later.server_seq > each.server_seq and prefix(later.key, each.key) for later in log)
        ]
        assert state.since(0) == standing
        assert len(state) == len(standing)
        assert state.last_server_seq == len(log)

    @given(logs, st.randoms(use_true_random=False))
    def test_the_order_of_arrival_does_not_matter(self, log: list[Accepted], random: Random) -> None:
        in_order = applied(*log)
        shuffled = log.copy()
        random.shuffle(shuffled)
        state = applied(*shuffled)
        assert state.since(0) == in_order.since(0)
        assert state.digest == in_order.digest
        assert state.materialise() == in_order.materialise()

    @given(logs)
    def test_applying_again_changes_nothing(self, log: list[Accepted]) -> None:
        state = applied(*log)
        for each in log:
            assert state.apply(each, path(each.key)) is None
        assert state.since(0) == applied(*log).since(0)

    @given(logs, st.integers(0, 25))
    def test_since_gives_the_standing_ones_above_a_number(self, log: list[Accepted], number: int) -> None:
        state = applied(*log)
        assert state.since(number) == [each for each in state.since(0) if each.server_seq > number]

    @given(logs, st.sampled_from(KEYS))
    def test_overlapping_are_the_standing_ones_above_and_below_a_key(self, log: list[Accepted], key: str) -> None:
        state = applied(*log)
        found = sorted(each.server_seq for each in state.overlapping(path(key)))
        assert found == [each.server_seq for each in state.since(0) if keys.overlap(path(each.key), path(key))]

    @given(logs, st.sampled_from(KEYS))
    def test_at_is_what_stands_at_exactly_a_key(self, log: list[Accepted], key: str) -> None:
        state = applied(*log)
        found = state.at(path(key))
        assert ([found] if found else []) == [each for each in state.since(0) if each.key == key]


class TestTakingBack:
    @given(logs, logs)
    def test_taking_back_restores_everything(self, log: list[Accepted], more: list[Accepted]) -> None:
        state, before = applied(*log), applied(*log)
        undone = []
        for each in more:
            again = Accepted(len(log) + each.server_seq, each.key, each.value, "", 0, "A")
            undo = state.apply(again, path(again.key))
            assert undo is not None
            undone.append(undo)
        for undo in reversed(undone):
            state.take_back(undo)
        assert state.since(0) == before.since(0)
        assert state.digest == before.digest
        assert state.last_server_seq == before.last_server_seq
        assert state.materialise() == before.materialise()

    def test_only_the_newest_can_be_taken_back(self) -> None:
        state = State()
        first = state.apply(update(1, "x.a"), path("x.a"))
        state.apply(update(2, "x.b"), path("x.b"))
        assert first is not None
        with pytest.raises(ValueError, match="newest"):
            state.take_back(first)


class TestMaterialising:
    def test_children_lie_over_their_entry(self) -> None:
        state = applied(
            update(1, "registration.entries[7]", {"id": 7, "name": "", "squatKg": [0, 0, 0, 0, 0]}),
            update(2, "registration.entries[7].name", "Ann"),
            update(3, "registration.entries[7].squatKg[1]", 182.5),
        )
        assert state.materialise() == {
            "registration": {"entries": [{"id": 7, "name": "Ann", "squatKg": [0, 182.5, 0, 0, 0]}]}
        }

    def test_entries_are_in_the_order_of_their_ids(self) -> None:
        state = applied(*(update(n, f"registration.entries[{i}]", {"id": i}) for n, i in enumerate((10, 9, 105000), 1)))
        assert [entry["id"] for entry in state.materialise()["registration"]["entries"]] == [9, 10, 105000]

    def test_what_is_deleted_is_absent_and_a_deleted_attempt_is_none(self) -> None:
        state = applied(
            update(1, "registration.entries[1]", {"id": 1}),
            update(2, "registration.entries[2]", {"id": 2, "instagram": "ann"}),
            update(3, "registration.entries[1]", None),
            update(4, "registration.entries[2].instagram", None),
            update(5, "registration.entries[2].benchKg[2]", 100),
            update(6, "registration.entries[2].benchKg[1]", None),
            update(7, "meet.name", None),
        )
        assert state.materialise() == {"registration": {"entries": [{"id": 2, "benchKg": [0, 0, 100, 0, 0]}]}}

    def test_lifting_is_by_location_and_a_selector_elsewhere_keeps_its_brackets(self) -> None:
        state = applied(update(1, "lifting[Platform 1].day", 2), update(2, "x.squatKg[left]", 3))
        assert state.materialise() == {"lifting": {"Platform 1": {"day": 2}}, "x": {"squatKg": {"[left]": 3}}}

    def test_an_attempt_lies_over_those_that_the_whole_entry_brought(self) -> None:
        state = applied(
            update(1, "registration.entries[1]", {"id": 1, "squatKg": [100, 0, 0, 0, 0]}),
            update(2, "registration.entries[1].squatKg[1]", 110),
        )
        assert state.materialise() == {"registration": {"entries": [{"id": 1, "squatKg": [100, 110, 0, 0, 0]}]}}

    def test_a_property_lies_over_what_was_set_together_with_its_neighbours(self) -> None:
        state = applied(update(1, "x.stream", {"left": {"colour": 1, "size": 2}}), update(2, "x.stream.left.size", 3))
        assert state.materialise() == {"x": {"stream": {"left": {"colour": 1, "size": 3}}}}

    def test_a_table_of_which_nothing_is_left_is_absent(self) -> None:
        assert applied(update(1, "lifting[A].overrideAttempt", None)).materialise() == {"lifting": {}}

    def test_values_are_fresh_copies(self) -> None:
        state = applied(update(1, "meet.plates", [1]))
        state.materialise()["meet"]["plates"].append(2)
        assert state.materialise() == {"meet": {"plates": [1]}}

    @given(st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=12).map(numbered))
    def test_it_is_what_setting_one_after_the_other_gives(self, log: list[Accepted]) -> None:
        state = applied(*log)
        assert state.materialise() == set_one_by_one(state.since(0))


class TestReadingAPart:
    @given(st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=12).map(numbered))
    def test_a_part_is_what_the_whole_has_there(self, updates: list[Accepted]) -> None:
        state = applied(*updates)
        whole = state.materialise()
        entries = [entry for entry_id in state.entry_ids() if (entry := state.entry(entry_id)) is not None]
        assert entries == whole.get("registration", {}).get("entries", [])
        assert state.section("meet") == whole.get("meet")
        for location, shown in whole.get("lifting", {}).items():
            assert state.shown_at(location)[0] == shown

    def test_what_a_location_shows_comes_with_the_number_of_its_newest_update(self) -> None:
        state = applied(
            update(1, "lifting[P1].flight", "B"), update(2, "lifting[P1].lift", "S"), update(3, "meet.name")
        )
        assert state.shown_at("P1") == ({"flight": "B", "lift": "S"}, 2)
        assert state.shown_at("P2") == (None, 0)

    def test_there_is_nothing_in_an_empty_meet(self) -> None:
        assert State().entry_ids() == []
        assert State().entry(1) is State().section("meet") is None
