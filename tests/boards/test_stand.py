"""The meet as the rules see it, kept up to date."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.boards.stand import MOST_PLATFORMS, Changes, Stand
from appliance.powerlifting.words import Lift
from tests.boards.written import TABLES, Written, three_lifters


def take(stand: Stand, meet: Written, changes: dict[str, Any]) -> Changes:
    return stand.take([meet.apply(key, value) for key, value in changes.items()])


def test_only_what_was_touched_is_read_again() -> None:
    meet = three_lifters()
    stand = Stand(TABLES, meet.state)
    before = dict(stand.entries)
    changes = take(stand, meet, {"registration.entries[2].name": "Ann"})
    assert changes.entries == {2: (before[2], stand.entries[2])}
    assert stand.entries[2].name == "Ann"
    assert stand.entries[1] is before[1]
    assert not changes.meet
    assert not changes.liftings


def test_who_comes_late_stands_in_the_order_of_ids() -> None:
    meet = Written()
    stand = Stand(TABLES, meet.state)
    for number in (7, 3, 5):
        take(stand, meet, {f"registration.entries[{number}]": {"id": number}})
    assert list(stand.entries) == [3, 5, 7]
    take(stand, meet, {"registration.entries[5]": None})
    assert list(stand.entries) == [3, 7]


def test_a_lifter_is_who_the_key_says() -> None:
    meet = Written()
    meet.apply("registration.entries[4]", {"id": 9, "name": "Ann"})
    meet.apply("registration.entries[5]", "nonsense")
    assert {entry_id: entry.id for entry_id, entry in Stand(TABLES, meet.state).entries.items()} == {4: 4}


def test_marks_are_told_in_the_order_of_their_numbers_and_weights_are_none() -> None:
    meet = three_lifters()
    stand = Stand(TABLES, meet.state)
    changes = take(
        stand,
        meet,
        {
            "registration.entries[3].squatStatus[0]": 1,
            "registration.entries[1].squatKg[1]": 105,
            "registration.entries[1].benchStatus[0]": -1,
        },
    )
    marks = [(mark.after.id, mark.lift, mark.attempt, mark.good) for mark in changes.marks]
    assert marks == [(3, Lift.S, 1, True), (1, Lift.B, 1, False)]
    assert take(stand, meet, {"registration.entries[3].squatStatus[0]": 0}).marks == []


def test_what_tables_show_is_known_by_location() -> None:
    meet = three_lifters()
    stand = Stand(TABLES, meet.state)
    changes = take(stand, meet, {"lifting[Platform 1].flight": "B", "lifting[Nowhere].flight": "C"})
    assert changes.liftings
    assert stand.shown["Platform 1"].lifting.flight == "B"


@pytest.mark.parametrize(
    ("said", "platforms"),
    [([1], (1,)), ([2, 3], (1, 2, 3)), ([], (1,)), ([0], (1,)), ([1e9], tuple(range(1, MOST_PLATFORMS + 1)))],
)
def test_there_are_as_many_platforms_as_on_the_fullest_day(said: list[float], platforms: tuple[int, ...]) -> None:
    meet = Written()
    meet.apply("meet.platformsOnDays", said)
    assert Stand(TABLES, meet.state).platforms() == platforms
