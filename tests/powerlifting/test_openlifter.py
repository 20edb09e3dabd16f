"""OpenLifter's state, read whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.model import Attempts, Entry, Lifting, Meet
from appliance.powerlifting.openlifter import entries_of, entry_of, lifting_of, meet_of
from appliance.powerlifting.words import Equipment, Event, Formula, Lift, LiftStatus, Sex
from tests.powerlifting.recorded import MEETS, read, recorded

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("id", "day", "name", "sex", "events", "divisions", "squatKg", "squatStatus", "bodyweightKg", "lot", "guest")


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_a_saved_meet_is_read_field_by_field(name: str) -> None:
    state = read(f"{name}.openlifter")
    meet, entries = meet_of(state), entries_of(state)
    assert (meet.name, meet.date, meet.formula, meet.in_kg) == tuple(
        state["meet"][each] for each in ("name", "date", "formula", "inKg")
    )
    assert [plate.weight_kg for plate in meet.plates] == [plate["weightKg"] for plate in state["meet"]["plates"]]
    assert len(entries) == len(state["registration"]["entries"])
    for entry, said in zip(entries, state["registration"]["entries"], strict=True):
        assert (entry.id, entry.name, entry.sex, list(entry.events)) == (
            said["id"],
            said["name"],
            said["sex"],
            said["events"],
        )
        assert list(entry.squat.kg) == said["squatKg"]
        assert list(entry.deadlift.status) == said["deadliftStatus"]


def test_what_is_missing_is_as_openlifter_begins() -> None:
    assert entry_of({"id": 7}) == Entry(id=7)
    assert meet_of({}) == meet_of({"meet": None})
    assert (meet_of({}).formula, meet_of({}).bar_kg[Lift.S]) == (Formula.WILKS, 25.0)
    assert lifting_of({}) == Lifting()
    assert entries_of({"registration": {"entries": [{"id": 1}, {}, None, {"id": "2"}]}}) == [Entry(id=1)]


def test_a_platform_has_a_countable_number_of_plates() -> None:
    (kind,) = meet_of({"meet": {"plates": [{"weightKg": 0, "pairCount": 2**53 - 1, "color": "#FF0000"}]}}).plates
    assert kind.pair_count == 100


def test_what_no_openlifter_writes_is_read_as_the_default() -> None:
    entry = entry_of(
        {
            "id": 1,
            "sex": "X",
            "equipment": 3,
            "events": ["SBD", "ZZ", 4],
            "squatKg": [100, "x", None],
            "squatStatus": [1, 7],
        }
    )
    assert entry is not None
    assert (entry.sex, entry.equipment, entry.events) == (Sex.M, Equipment.SLEEVES, (Event.SBD,))
    good, none = LiftStatus.GOOD, LiftStatus.NOT_TAKEN
    assert entry.squat == Attempts((100.0, 0.0, 0.0, 0.0, 0.0), (good, none, none, none, none))
    assert lifting_of({"overrideAttempt": 9, "overrideEntryId": "a"}) == Lifting()


def test_a_number_beyond_what_javascript_counts_is_read_as_the_default() -> None:
    entry = entry_of({"id": 1, "age": 2**60, "bodyweightKg": 1e300, "squatKg": [1e17, 100]})
    assert entry is not None
    assert (entry.age, entry.bodyweight_kg, entry.squat.kg[:2]) == (0, 0.0, (0.0, 100.0))


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), JSON)
def test_no_state_breaks_it(entry: dict[str, Any], other: Any) -> None:
    assert entry_of(entry) is None or isinstance(entry_of(entry), Entry)
    assert isinstance(meet_of(other), Meet)
    assert isinstance(meet_of({"meet": entry}), Meet)
    assert isinstance(lifting_of(entry), Lifting)
    assert isinstance(entries_of({"registration": {"entries": other}}), list)
