"""Who lifts now, what is on the bar, who is next."""

from __future__ import annotations

from appliance.boards.model import AttemptState, Weight
from appliance.powerlifting.words import Lift
from tests.boards.written import Written, three_lifters

PLATES = [{"weightKg": kg, "pairCount": pairs, "color": "#123456"} for kg, pairs in ((25, 8), (15, 1), (10, 1), (5, 1))]


def meet_with_plates() -> Written:
    meet = three_lifters()
    meet.set(plates=PLATES, squatBarAndCollarsWeightKg=25)
    meet.change(1, squatRackInfo="9 in", team="Strong")
    return meet


def test_who_lifts_now() -> None:
    current = meet_with_plates().platform().current
    assert current is not None
    assert (current.lifter.name, current.attempt, current.weight, current.rack) == (
        "Lifter 1",
        1,
        Weight("100", "220.46"),
        "9 in",
    )
    assert [each.lift for each in current.lifts] == list(Lift)
    assert current.lifts[0].attempts[0].state is AttemptState.CURRENT
    assert current.lifts[1].attempts[0].state is AttemptState.PENDING
    assert not current.fourth


def test_what_a_good_lift_would_mean() -> None:
    current = meet_with_plates().platform().current
    assert current is not None
    assert current.standing.place == ""
    assert current.if_good.place == "3"
    assert current.if_good.total == Weight("310", "683.43")


def test_what_is_on_the_bar_and_what_has_to_be_added() -> None:
    board = meet_with_plates().platform()
    assert board.current is not None
    assert board.next is not None
    assert board.current.bar.bar_and_collars.kg == "25"
    on_it = [(plate.weight, plate.count, plate.missing) for plate in board.current.bar.plates]
    assert on_it == [("25", 1, False), ("10", 1, False), ("2.5", 1, True)]
    then = [(plate.weight, plate.already_loaded) for plate in board.next.bar.plates]
    assert then[0] == ("25", True)


def test_a_rest_is_shown_as_weights_are_and_what_is_left_by_rounding_is_none() -> None:
    meet = meet_with_plates()
    meet.set(inKg=False, squatBarAndCollarsWeightKg=45 / 2.20462262)
    pounds = [{"weightKg": lb / 2.20462262, "pairCount": 8, "color": "#123456"} for lb in (45, 10, 5, 2.5)]
    meet.set(plates=pounds)
    for kg, plates in ((155 / 2.20462262, []), (100.1, [("0.34", True)])):
        meet.change(1, squatKg_0=kg)
        meet.shows("Platform 1", overrideEntryId=1)
        current = meet.platform().current
        assert current is not None
        assert [(plate.weight, plate.missing) for plate in current.bar.plates if plate.missing] == plates


def test_equal_plates_are_counted() -> None:
    meet = meet_with_plates()
    meet.change(1, squatKg_0=175)
    meet.shows("Platform 1", overrideEntryId=1)
    current = meet.platform().current
    assert current is not None
    assert [(plate.weight, plate.count) for plate in current.bar.plates] == [("25", 3)]


def test_a_few_who_follow_are_called() -> None:
    meet = three_lifters()
    for number in range(4, 12):
        meet.lifter(number, squatKg=[100 + 10 * number, 0, 0, 0, 0])
    board = meet.platform()
    assert [each.entry_id for each in board.following] == [3, 4, 5, 6, 7]
    assert [each.ahead for each in board.following] == [2, 3, 4, 5, 6]


def test_at_the_end_of_a_round_the_first_of_the_next_one_is_next() -> None:
    meet = three_lifters()
    meet.change(1, squatStatus_0=1, squatKg_1=105)
    meet.change(2, squatStatus_0=1, squatKg_1=115)
    board = meet.platform()
    assert board.next is not None
    assert (board.next.lifter.entry_id, board.next.attempt) == (1, 2)
    assert board.next.lifts[0].attempts[1].state is AttemptState.PENDING
    assert [each.entry_id for each in board.following] == [2]


def test_only_the_lifts_of_ones_events_are_shown() -> None:
    meet = three_lifters()
    meet.lifter(9, events=["B"], benchKg=[50, 0, 0, 0, 0])
    meet.shows("Platform 1", lift="B")
    current = meet.platform().current
    assert current is not None
    assert [each.lift for each in current.lifts] == [Lift.B]


def test_when_the_round_is_over_nobody_is_there() -> None:
    meet = three_lifters()
    for number in (1, 2, 3):
        meet.change(number, squatStatus_0=1)
    board = meet.platform()
    assert (board.current, board.next, board.following) == (None, None, ())
    assert board.progress.flight_taken == 3


def test_whom_the_table_has_chosen_is_shown_even_without_a_weight() -> None:
    meet = three_lifters()
    meet.change(2, squatKg_0=0)
    meet.shows("Platform 1", overrideEntryId=2)
    current = meet.platform().current
    assert current is not None
    assert current.weight.kg == "0"
