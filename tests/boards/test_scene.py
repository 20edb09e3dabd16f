"""What is going on on a platform. The order itself is OpenLifter's: `test_boards` compares it."""

from __future__ import annotations

from appliance.boards.scene import Scene, next_round, queued, scene_of, this_round
from appliance.boards.stand import Stand
from tests.boards.written import Written, three_lifters


def scene(meet: Written, platform: int = 1) -> Scene:
    return scene_of(Stand(meet.locations, meet.state), platform)


def test_a_flight_that_has_not_begun() -> None:
    now = scene(three_lifters())
    assert [entry.id for entry in this_round(now)] == [1, 2, 3]
    assert next_round(now) == []
    assert now.projected
    progress = now.progress
    assert (progress.attempt, progress.flight_taken, progress.flight_attempts, progress.day_attempts) == (1, 0, 9, 27)


def test_who_has_lifted_is_in_the_next_round_with_the_weight_told() -> None:
    meet = three_lifters()
    meet.change(1, squatStatus_0=1, squatKg_1=130)
    meet.change(2, squatStatus_0=1, squatKg_1=125)
    now = scene(meet)
    assert [entry.id for entry in this_round(now)] == [3]
    assert [entry.id for entry in next_round(now)] == [2, 1]
    row = queued(now, next_round(now), 2, 1)
    assert [(each.ahead, each.entry_id, each.weight.kg) for each in row] == [(1, 2, "125"), (2, 1, "130")]


def test_who_was_passed_over_comes_after_those_who_are_called_next() -> None:
    meet = three_lifters()
    meet.shows("Platform 1", overrideEntryId=2)
    assert [entry.id for entry in this_round(scene(meet))] == [2, 3, 1]


def test_nobody_follows_the_third_round() -> None:
    meet = three_lifters()
    meet.shows("Platform 1", overrideAttempt=3)
    meet.change(1, squatKg=[100, 105, 110, 115, 0])
    assert next_round(scene(meet)) == []


def test_from_the_second_deadlifts_on_only_what_was_lifted_counts() -> None:
    meet = three_lifters()
    meet.shows("Platform 1", lift="D")
    assert scene(meet).projected
    meet.shows("Platform 1", overrideAttempt=2)
    assert not scene(meet).projected


def test_a_platform_without_lifters() -> None:
    now = scene(three_lifters(), 2)
    assert this_round(now) == next_round(now) == now.in_order == []
    assert now.progress.flight_attempts == 0
