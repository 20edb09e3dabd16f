"""Lifters, attempts and weights as boards show them."""

from __future__ import annotations

import pytest

from appliance.boards.lifters import class_of, lift_attempts, lifter_of, rack_of, weight_of
from appliance.boards.memo import Memo
from appliance.boards.model import AttemptState, Weight
from appliance.powerlifting.model import Attempts, Entry, Meet
from appliance.powerlifting.words import Lift, LiftStatus, Sex

GOOD, BAD, PENDING = LiftStatus.GOOD, LiftStatus.NO_LIFT, LiftStatus.NOT_TAKEN


def test_a_weight_is_shown_in_both_units_and_none_is_none() -> None:
    assert weight_of(182.5) == Weight("182.5", "402.34")
    assert weight_of(0.0) is None


@pytest.mark.parametrize(
    ("name", "shown"), [("82.5", Weight("82.5", "181")), ("140+", Weight("140+", "308+")), ("", None)]
)
def test_a_class_is_shown_in_both_units(name: str, shown: Weight | None) -> None:
    assert class_of(name) == shown


def test_a_class_that_has_no_number_is_shown_as_it_is() -> None:
    assert class_of("NaN") == Weight("NaN", "NaN")


def test_who_somebody_is() -> None:
    entry = Entry(id=7, name="Ann", sex=Sex.F, divisions=("Masters", "Open"), bodyweight_kg=62, birth_date="1990-03-01")
    lifter = lifter_of(entry, Meet(date="2026-03-01", classes_kg={Sex.F: (57, 63)}), Memo())
    assert (lifter.division, lifter.age, lifter.weight_class) == ("Masters", 36, Weight("63", "138"))
    assert lifter_of(Entry(id=1), Meet(), Memo()).division == ""


def test_each_attempt_has_its_state() -> None:
    squat = Attempts((100, 105, 110, 112.5, 0), (GOOD, BAD, PENDING, PENDING, PENDING))
    shown = lift_attempts(Entry(id=1, squat=squat), Lift.S, 5, 3, Memo())
    states = [AttemptState.GOOD, AttemptState.NO_LIFT, AttemptState.CURRENT, AttemptState.PENDING, AttemptState.NONE]
    assert [attempt.state for attempt in shown.attempts] == states
    assert [attempt.number for attempt in shown.attempts] == [1, 2, 3, 4, 5]
    assert shown.best == Weight("100", "220.46")


def test_the_deadlift_has_no_rack() -> None:
    entry = Entry(id=1, squat_rack="9 in", bench_rack="5")
    assert [rack_of(entry, lift) for lift in Lift] == ["9 in", "5", ""]
