"""The boards of the whole meet."""

from __future__ import annotations

from tests.boards.test_categories import leaders, results
from tests.boards.written import three_lifters


def test_a_category_that_has_not_changed_is_not_drawn_again() -> None:
    meet = three_lifters()
    meet.lifter(
        9, divisions=["Masters"], squatKg=[50, 0, 0, 0, 0], benchKg=[50, 0, 0, 0, 0], deadliftKg=[50, 0, 0, 0, 0]
    )
    before = {each.division: each for each in leaders(meet).categories}
    meet.change(9, squatKg_0=55)
    after = {each.division: each for each in leaders(meet).categories}
    assert after["Open"] is before["Open"]
    assert after["Masters"] != before["Masters"]


def test_teams_and_the_best_lifters_are_there() -> None:
    meet = three_lifters()
    meet.change(3, team="Strong")
    board = leaders(meet)
    assert [(each.team, each.score) for each in board.teams] == [("Strong", 12)]
    assert [each.entry_id for each in board.by_points[0].ranked] == [3, 2, 1]
    for lift in ("squat", "bench", "deadlift"):
        meet.change(1, **{f"{lift}Status_0": 1})
    assert [each.entry_id for each in results(meet).best_lifters[0].ranked] == [1]
