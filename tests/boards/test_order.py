"""The lifting order of a platform."""

from __future__ import annotations

from tests.boards.written import three_lifters


def test_this_round_the_next_and_whose_weight_is_not_known() -> None:
    meet = three_lifters()
    meet.change(1, squatStatus_0=1, squatKg_1=130)
    meet.change(2, squatStatus_0=-1)
    board = meet.order()
    assert [(each.ahead, each.entry_id, each.attempt) for each in board.this_round] == [(0, 3, 1)]
    assert [(each.ahead, each.entry_id, each.attempt) for each in board.next_round] == [(1, 1, 2)]
    assert [lifter.entry_id for lifter in board.missing] == [2]


def test_nobody_owes_a_fourth_attempt() -> None:
    meet = three_lifters()
    for number in (1, 2, 3):
        meet.change(number, squatKg=[100, 105, 110, 0, 0], squatStatus=[1, 1, 1, 0, 0])
    assert meet.order().missing == ()


def test_a_decision_is_seen_in_the_warm_up_room_too() -> None:
    meet = three_lifters()
    assert meet.order().decision is None
    meet.change(1, squatStatus_0=1)
    decision = meet.order().decision
    assert decision is not None
    assert decision.good
