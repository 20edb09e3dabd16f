"""A meet as the rules see it."""

from __future__ import annotations

from appliance.powerlifting.model import Attempts, Entry
from appliance.powerlifting.words import Lift, LiftStatus


def test_an_attempt_is_pending_while_it_has_a_weight_and_no_decision() -> None:
    attempts = Attempts((100.0, 105.0, 0.0, 0.0, 0.0), (LiftStatus.GOOD, *[LiftStatus.NOT_TAKEN] * 4))
    assert [attempts.is_pending(number) for number in (1, 2, 3)] == [False, True, False]


def test_each_lift_has_its_attempts() -> None:
    squat, bench, deadlift = (Attempts((kg, 0.0, 0.0, 0.0, 0.0)) for kg in (1.0, 2.0, 3.0))
    entry = Entry(id=1, squat=squat, bench=bench, deadlift=deadlift)
    assert [entry.attempts(lift) for lift in Lift] == [squat, bench, deadlift]
