"""Who lifts when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.model import Attempts, Entry, Lifting
from appliance.powerlifting.openlifter import lifting_of
from appliance.powerlifting.order import flight_order, in_flight, lifting_order
from appliance.powerlifting.words import Lift, LiftStatus
from tests.powerlifting.recorded import MEETS, moments, recorded
from tests.powerlifting.vectors import vectors

SQUATS = Lifting()


def lifter(number: int, *attempts: tuple[float, int], **more: Any) -> Entry:
    """One with these squats, each a weight and a status."""
    room = 5 - len(attempts)
    kg = tuple(weight for weight, _ in attempts) + (0.0,) * room
    status = tuple(LiftStatus(each) for _, each in attempts) + (LiftStatus.NOT_TAKEN,) * room
    return Entry(id=number, squat=Attempts(kg, status), **more)


def order(*flight: Entry, **lifting: Any) -> tuple[int, ...]:
    return lifting_order(flight, Lifting(**lifting)).order


@recorded
@pytest.mark.parametrize("meet", MEETS)
def test_it_is_openlifters_order_after_every_action(meet: str) -> None:
    answers: dict[int, list[Any]] = {}
    for line in vectors(f"{meet}.lifting-order.jsonl"):
        answers.setdefault(line["n"], []).append(line)
    compared = 0
    for number, entries in moments(meet):
        for answer in answers.get(number, ()):
            lifting, expected = lifting_of(answer["lifting"]), answer["order"]
            flight = in_flight(entries, lifting)
            found = lifting_order(flight, lifting)
            assert [entry.id for entry in flight] == answer["entriesInFlight"]
            assert list(found.order) == expected["orderedEntryIds"]
            assert found.attempt == expected["attemptOneIndexed"]
            assert (found.current, found.next) == (expected["currentEntryId"], expected["nextEntryId"])
            assert found.next_attempt == expected["nextAttemptOneIndexed"]
            compared += 1
    assert compared == sum(map(len, answers.values()))


def test_the_lightest_comes_first_and_ties_go_by_lot_then_bodyweight_then_name() -> None:
    assert order(lifter(1, (100, 0)), lifter(2, (90, 0))) == (2, 1)
    assert order(lifter(1, (100, 0), lot=7), lifter(2, (100, 0), lot=3)) == (2, 1)
    heavy, light = lifter(1, (100, 0), lot=7, bodyweight_kg=90), lifter(2, (100, 0), bodyweight_kg=80)
    assert order(heavy, light) == (2, 1)
    assert order(lifter(1, (100, 0), name="b"), lifter(2, (100, 0), name="a")) == (2, 1)
    # Equal lots end the comparison: who was registered first.
    assert order(lifter(1, (100, 0), lot=3, bodyweight_kg=90), lifter(2, (100, 0), lot=3, bodyweight_kg=80)) == (1, 2)


def test_names_go_by_code_units_not_by_any_language() -> None:
    assert order(lifter(1, (100, 0), name="Ö"), lifter(2, (100, 0), name="Z")) == (2, 1)
    assert order(lifter(1, (100, 0), name="\uff5e"), lifter(2, (100, 0), name="\U0001f3cb")) == (2, 1)


def test_equal_second_attempts_go_by_the_first() -> None:
    flight = lifter(1, (95, 1), (100, 0)), lifter(2, (90, 1), (100, 0))
    assert order(*flight) == (2, 1)


def test_who_has_named_the_next_attempt_comes_before_who_is_yet_to_lift() -> None:
    found = lifting_order([lifter(1, (90, 1), (95, 0)), lifter(2, (100, 0)), lifter(3)], SQUATS)
    assert found.order == (1, 2, 3)
    assert (found.attempt, found.current, found.next, found.next_attempt) == (1, 2, 1, 2)


def test_the_round_goes_on_to_the_third_attempt_and_never_by_itself_to_the_fourth() -> None:
    def attempt(*squats: tuple[float, int]) -> int:
        return lifting_order([lifter(1, *squats)], SQUATS).attempt

    assert attempt() == 1
    assert attempt((90, 1)) == 2
    assert attempt((90, 1), (95, -1), (95, 1)) == 3
    assert attempt((90, 1), (95, -1), (95, 1), (100, 0)) == 4
    assert attempt((90, 1), (95, -1), (95, 1), (100, 1)) == 4


def test_a_chosen_lifter_or_attempt_counts_only_if_it_can() -> None:
    flight = [lifter(1, (90, 0)), lifter(2, (100, 0))]
    assert lifting_order(flight, Lifting(override_entry_id=2)).current == 2
    assert lifting_order(flight, Lifting(override_entry_id=9)).current == 1
    assert lifting_order(flight, Lifting(override_attempt=2)).current is None


def test_nobody_is_next_in_an_empty_flight() -> None:
    found = lifting_order([], SQUATS)
    assert (found.order, found.attempt, found.current, found.next) == ((), 1, None, None)


def test_a_sheet_for_the_warm_up_room_lists_who_has_an_opener() -> None:
    flight = [lifter(1, (100, 0)), lifter(2), lifter(3, (90, 1))]
    assert [entry.id for entry in flight_order(flight, Lift.S)] == [3, 1]


SQUAT = st.tuples(st.sampled_from([0.0, 100.0, 102.5]), st.sampled_from([-1, 0, 1]))
FLIGHT = st.lists(st.tuples(st.lists(SQUAT, max_size=5), st.integers(0, 2), st.sampled_from("ab")), max_size=6)


@given(FLIGHT, st.one_of(st.none(), st.integers(1, 4)))
def test_everybody_is_in_the_order_once(flight: list[Any], attempt: int | None) -> None:
    entries = [lifter(n, *squats, lot=lot, name=name) for n, (squats, lot, name) in enumerate(flight)]
    found = lifting_order(entries, Lifting(override_attempt=attempt))
    assert sorted(found.order) == [entry.id for entry in entries]
    assert found.current is not None or found.next is None
