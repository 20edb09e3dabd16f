"""Rankings as boards show them. The recorded meets' pages are compared in `test_boards`."""

from __future__ import annotations

from appliance.boards.categories import LEADERS
from appliance.boards.model import BoardKind, LeadersBoard, ResultsBoard, Weight
from appliance.powerlifting.words import Equipment
from tests.boards.written import Written, three_lifters


def leaders(meet: Written) -> LeadersBoard:
    board = meet.boards.board(BoardKind.LEADERS, None)
    assert isinstance(board, LeadersBoard)
    return board


def results(meet: Written) -> ResultsBoard:
    board = meet.boards.board(BoardKind.RESULTS, None)
    assert isinstance(board, ResultsBoard)
    return board


def test_leaders_are_projected_and_results_are_not() -> None:
    meet = three_lifters()
    (category,) = leaders(meet).categories
    assert next((each.place, each.entry_id, each.total) for each in category.ranked) == (
        "1",
        3,
        Weight("330", "727.53"),
    )
    assert results(meet).categories == ()
    for lift in ("squat", "bench", "deadlift"):
        meet.change(1, **{f"{lift}Status_0": 1})
    (placed,) = results(meet).categories[0].ranked
    assert (placed.place, placed.name, [each.kg for each in placed.best if each]) == (
        "1",
        "Lifter 1",
        ["100", "60", "150"],
    )


def test_of_the_leaders_there_are_a_few_only() -> None:
    meet = three_lifters()
    for number in range(4, 12):
        meet.lifter(number, **{f"{lift}Kg": [50 + number, 0, 0, 0, 0] for lift in ("squat", "bench", "deadlift")})
    board = leaders(meet)
    assert len(board.categories[0].ranked) == len(board.by_points[0].ranked) == LEADERS


def test_who_bombed_out_or_never_came_is_on_no_results_page() -> None:
    meet = three_lifters()
    meet.change(1, squatStatus=[-1, -1, -1, 0, 0])
    assert results(meet).categories == ()


def test_equipment_that_a_meet_counts_as_one_is_named_together() -> None:
    meet = three_lifters()
    assert leaders(meet).categories[0].equipment == (Equipment.SLEEVES,)
    meet.set(combineSleevesAndWraps=True)
    assert leaders(meet).categories[0].equipment == (Equipment.SLEEVES, Equipment.WRAPS)


def test_where_the_total_decides_there_are_no_points() -> None:
    meet = three_lifters()
    meet.set(formula="Total")
    assert {each.points for each in leaders(meet).by_points[0].ranked} == {""}
