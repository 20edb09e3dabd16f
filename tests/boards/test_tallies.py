"""Where a lifter stands. That places and points are OpenLifter's is shown by `test_boards` on the recorded meets."""

from __future__ import annotations

from msgspec import structs

from appliance.boards.model import Standing, Weight
from appliance.boards.tallies import Tallies
from appliance.powerlifting.model import Attempts, Entry, Meet
from appliance.powerlifting.words import AgeCoefficients, Event, Formula, LiftStatus

GOOD, PENDING = LiftStatus.GOOD, LiftStatus.NOT_TAKEN
MEET = Meet(formula=Formula.DOTS)


def bencher(number: int, kg: float, *, good: bool = True, **more: object) -> Entry:
    attempts = Attempts((kg, 0, 0, 0, 0), (GOOD if good else PENDING, *[PENDING] * 4))
    entry = Entry(id=number, events=(Event.B,), divisions=("Open",), bodyweight_kg=80, bench=attempts)
    return structs.replace(entry, **more)


ANN, BETH, CARO = bencher(1, 100), bencher(2, 90), bencher(3, 80, good=False)


def test_the_place_is_blank_until_something_was_lifted() -> None:
    tallies = Tallies(MEET, [ANN, BETH, CARO])
    assert [tallies.standing(each, projected=True).place for each in (ANN, BETH, CARO)] == ["1", "2", ""]
    assert tallies.standing(CARO, projected=True).total == Weight("80", "176.37")
    assert tallies.standing(CARO, projected=False).total is None


def test_what_a_good_lift_would_mean() -> None:
    tallies = Tallies(MEET, [ANN, BETH, CARO])
    good = bencher(3, 95)
    assert tallies.standing(CARO, projected=True, instead=good).place == "2"
    assert tallies.standing(BETH, projected=True).place == "2", "for nobody else anything has happened"


def test_who_would_tie_on_everything_comes_by_the_order_of_registration() -> None:
    tallies = Tallies(MEET, [ANN, BETH, CARO])
    assert tallies.standing(CARO, projected=True, instead=bencher(3, 90)).place == "3"
    assert tallies.standing(ANN, projected=True, instead=bencher(1, 90)).place == "1"


def test_a_guest_has_no_place() -> None:
    guest = bencher(4, 200, guest=True)
    assert Tallies(MEET, [ANN, guest]).standing(guest, projected=True).place == "G"


def test_without_points_none_are_shown() -> None:
    total = Tallies(Meet(formula=Formula.TOTAL), [ANN])
    assert total.standing(ANN, projected=False) == Standing(Weight("100", "220.46"), "", "1")
    nothing = structs.replace(ANN, events=())
    assert Tallies(MEET, [nothing]).standing(nothing, projected=False).points == ""


def test_a_change_tells_which_categories_are_others_now() -> None:
    tallies = Tallies(MEET, [ANN, BETH])
    moved = structs.replace(ANN, divisions=("Masters",))
    touched = tallies.replace(ANN, moved)
    assert {category.division for category in touched} == {"Open", "Masters"}
    assert tallies.standing(BETH, projected=False).place == "1"


def test_juniors_and_masters_are_there_where_the_meet_has_a_table_of_ages() -> None:
    master = bencher(5, 100, age=50)
    aged = Tallies(Meet(age_coefficients=AgeCoefficients.FOSTER_MCCULLOCH), [ANN, master])
    assert [[entry.id for entry, _ in each.ranked] for each in aged.masters.all()] == [[5]]
    assert [[entry.id for entry, _ in each.ranked] for each in aged.juniors.all()] == [[1]]
    none = Tallies(Meet(age_coefficients=AgeCoefficients.NONE), [ANN, master])
    assert none.masters.all() == none.juniors.all() == []
