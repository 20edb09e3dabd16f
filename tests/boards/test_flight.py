"""The flight with all attempts. That it is OpenLifter's lifting page is shown by `test_boards`."""

from __future__ import annotations

from appliance.powerlifting.words import Lift
from tests.boards.written import three_lifters


def test_rows_stand_in_lifting_order_and_say_who_is_on() -> None:
    board = three_lifters().flight()
    assert [(row.lifter.entry_id, row.current, row.next) for row in board.rows] == [
        (1, True, False),
        (2, False, True),
        (3, False, False),
    ]
    assert board.lifts == tuple(Lift)
    assert not board.has_lots


def test_there_is_a_fourth_column_while_fourth_attempts_are_taken() -> None:
    meet = three_lifters()
    assert meet.flight().attempts == 3
    meet.shows("Platform 1", overrideAttempt=4)
    board = meet.flight()
    assert board.attempts == 4
    assert len(board.rows[0].lifts[0].attempts) == 4


def test_lifts_that_nobody_contests_are_left_out() -> None:
    meet = three_lifters()
    for number in (1, 2, 3):
        meet.change(number, events=["B"], lot=number)
    meet.shows("Platform 1", lift="B")
    board = meet.flight()
    assert board.lifts == (Lift.B,)
    assert board.has_lots
