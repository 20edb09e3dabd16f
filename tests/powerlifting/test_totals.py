"""Best lifts and totals."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from appliance.powerlifting.model import Attempts, Entry, Meet
from appliance.powerlifting.totals import (
    best3,
    best5,
    event_total,
    has_lifted,
    projected_event_total,
    projected_total,
    total,
)
from appliance.powerlifting.words import Event, Lift, LiftStatus
from tests.powerlifting.recorded import MEETS, meet_at, read, recorded


def taken(*attempts: tuple[float, int]) -> Attempts:
    room = 5 - len(attempts)
    kg = tuple(weight for weight, _ in attempts) + (0.0,) * room
    return Attempts(kg, tuple(LiftStatus(each) for _, each in attempts) + (LiftStatus.NOT_TAKEN,) * room)


def lifter(**lifts: Attempts) -> Entry:
    return Entry(id=1, **lifts)  # type: ignore[arg-type]


@recorded
@pytest.mark.parametrize("moment", ["midmeet", "final"])
@pytest.mark.parametrize("name", MEETS)
def test_they_are_openlifters(name: str, moment: str) -> None:
    meet, entries = meet_at(f"{name}.midmeet.openlifter" if moment == "midmeet" else f"{name}.openlifter")
    answers: list[dict[str, Any]] = read(f"{name}.results.json")[moment].get("entries", [])
    by_id = {entry.id: entry for entry in entries}
    for answer in answers:
        entry = by_id[answer["id"]]
        assert [best3(entry.attempts(lift)) for lift in Lift] == answer["best3Kg"]
        assert [best5(entry.attempts(lift)) for lift in Lift] == answer["best5Kg"]
        assert total(entry, meet) == answer["finalTotalKg"]
        assert projected_total(entry, meet) == answer["projectedTotalKg"]
        assert has_lifted(entry) == answer["hasLifted"]
        # In mid-meet the totals that are shown are projected ones.
        shown = projected_event_total if moment == "midmeet" else event_total
        for event, of_event in answer["byEvent"].items():
            assert shown(entry, Event(event), meet) == of_event["totalKg"]


def test_only_good_lifts_count_and_a_fourth_attempt_never_does() -> None:
    attempts = taken((100, 1), (110, -1), (105, 1), (120, 1))
    assert (best3(attempts), best5(attempts)) == (105, 120)


def test_a_total_needs_every_lift_of_the_event() -> None:
    entry = lifter(squat=taken((100, 1)), bench=taken((60, 1)))
    assert [event_total(entry, event, Meet()) for event in (Event.SB, Event.SBD)] == [160, 0]


def test_openers_to_come_are_projected_and_a_missed_one_ends_that() -> None:
    entry = lifter(squat=taken((100, 1)), bench=taken((60, 0)), deadlift=taken((120, 0)))
    assert projected_total(entry, Meet()) == 280
    out = structs.replace(entry, squat=taken((100, -1)))
    assert projected_total(out, Meet()) == 0
    # All three lifts are looked at, whatever the event.
    assert projected_event_total(out, Event.B, Meet()) == 0
    back = structs.replace(entry, squat=taken((100, -1), (100, 1)))
    assert projected_total(back, Meet()) == 280
    # A lift that is not of the event counts as never made good, although it was.
    assert projected_event_total(back, Event.B, Meet()) == 0
    assert projected_event_total(back, Event.SB, Meet()) == 160


def test_each_lift_is_rounded_down_to_what_the_unit_steps_in_applied_to_kg() -> None:
    entry = lifter(squat=taken((101, 1)), bench=taken((61.5, 1)), deadlift=taken((154.5, 1)))
    assert event_total(entry, Event.SBD, Meet(round_totals_down=True)) == 100 + 60 + 152.5
    assert event_total(entry, Event.SBD, Meet(round_totals_down=True, in_kg=False)) == 310
