"""What goes on the bar. Default plates and bar of a kg meet are OpenLifter's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.plates import LoadedPlate, PlateStock, load_bar, load_next, mark_already_loaded
from appliance.powerlifting.units import lbs_to_kg
from tests.powerlifting.vectors import Vector, vectors

KG_STOCK = [
    PlateStock(50, 0, "#2AB003"),
    PlateStock(25, 8, "#FF0000"),
    PlateStock(20, 1, "#4990E2"),
    PlateStock(15, 1, "#FFEF2A"),
    PlateStock(10, 1, "#2AB003"),
    PlateStock(5, 1, "#000000"),
    PlateStock(2.5, 1, "#000000"),
    PlateStock(1.25, 1, "#000000"),
    PlateStock(1, 1, "#4990E2"),
    PlateStock(0.5, 1, "#2AB003"),
    PlateStock(0.25, 1, "#4990E2"),
]
LBS_STOCK = [
    PlateStock(lbs_to_kg(lbs), pairs, "#575757") for lbs, pairs in [(45, 8), (25, 1), (10, 2), (5, 1), (2.5, 1)]
]


def _recorded(loading: list[dict[str, Any]]) -> tuple[LoadedPlate, ...]:
    return tuple(LoadedPlate(plate["weightAny"], plate["color"], plate["isAlreadyLoaded"]) for plate in loading)


def _stock(vector: Vector) -> list[PlateStock]:
    return [PlateStock(plate["weightKg"], plate["pairCount"], plate["color"]) for plate in vector["plates"]]


def _weights(side: tuple[LoadedPlate, ...]) -> list[float]:
    return [plate.weight for plate in side]


def test_openlifter_loads_the_same() -> None:
    for vector in vectors("*.barload.jsonl"):
        target_kg, bar_kg, in_kg = vector["loadingKg"], vector["barAndCollarsKg"], vector["inKg"]
        side = load_bar(target_kg, bar_kg, _stock(vector), in_kg=in_kg)
        assert side == _recorded(vector["loading"]), vector


def test_openlifter_marks_the_same_for_the_next_lifter() -> None:
    asked = [vector for vector in vectors("*.barload.jsonl") if "next" in vector]
    assert {vector["next"]["relative"] for vector in asked} == {True, False}
    for vector in asked:
        target_kg, bar_kg, in_kg = vector["loadingKg"], vector["barAndCollarsKg"], vector["inKg"]
        side = load_next(vector["next"]["loadingKg"], target_kg, bar_kg, _stock(vector), in_kg=in_kg)
        assert side == _recorded(vector["next"]["loading"]), vector


def test_the_heaviest_plates_go_on_first_in_the_meets_colours() -> None:
    assert load_bar(172.5, 25, KG_STOCK, in_kg=True) == (
        LoadedPlate(25, "#FF0000"),
        LoadedPlate(25, "#FF0000"),
        LoadedPlate(20, "#4990E2"),
        LoadedPlate(2.5, "#000000"),
        LoadedPlate(1.25, "#000000"),
    )


def test_pound_meets_load_the_pounds_that_are_shown() -> None:
    side = load_bar(lbs_to_kg(300), lbs_to_kg(45), LBS_STOCK, in_kg=False)
    assert _weights(side) == [45, 45, 25, 10, 2.5]


def test_what_no_plate_is_left_for_is_shown_as_missing() -> None:
    assert load_bar(101.25, 25, KG_STOCK, in_kg=True)[-1] == LoadedPlate(-0.125, "#FF0000")


@pytest.mark.parametrize("target_kg", [0, 20, 25])
def test_an_empty_bar_or_less_needs_no_plates(target_kg: float) -> None:
    assert load_bar(target_kg, 25, KG_STOCK, in_kg=True) == ()


def test_plates_that_hang_already_are_marked() -> None:
    side = load_next(170, 165, 25, KG_STOCK, in_kg=True)
    assert [(plate.weight, plate.already_loaded) for plate in side] == [
        (25, True),
        (25, True),
        (20, True),
        (2.5, False),
    ]


def test_for_a_lighter_attempt_the_bar_is_stripped() -> None:
    assert not any(plate.already_loaded for plate in load_next(170, 175, 25, KG_STOCK, in_kg=True))


def test_a_plate_counts_once_and_never_one_further_in() -> None:
    current = [LoadedPlate(weight, "") for weight in (25.0, 10.0, 5.0)]
    following = [LoadedPlate(weight, "") for weight in (25.0, 25.0, 5.0, 10.0)]
    marks = [plate.already_loaded for plate in mark_already_loaded(current, following)]
    assert marks == [True, False, True, False]


@pytest.mark.parametrize(
    ("weight", "text"), [(25.0, "25"), (2.5, "2.5"), (1.25, "1¼"), (0.75, "¾"), (0.5, "½"), (0.25, "¼")]
)
def test_small_plates_read_as_fractions(weight: float, text: str) -> None:
    assert LoadedPlate(weight, "").text == text


stocks = st.lists(
    st.builds(PlateStock, st.integers(1, 200).map(lambda quarters: quarters / 4), st.integers(0, 8), st.just("#575757"))
)


@given(st.integers(0, 4000), stocks)
def test_bar_plates_and_what_is_missing_sum_up_to_the_attempt(quarters: int, stock: list[PlateStock]) -> None:
    target_kg = quarters / 4
    side = load_bar(target_kg, 25, stock, in_kg=True)
    # Quarters of kg are exact in binary.
    assert 25 + 2 * sum(abs(plate.weight) for plate in side) == max(target_kg, 25)


@given(st.integers(0, 4000), stocks)
def test_no_plate_is_used_that_is_not_there(quarters: int, stock: list[PlateStock]) -> None:
    loaded = [plate.weight for plate in load_bar(quarters / 4, 25, stock, in_kg=True) if plate.weight > 0]
    assert loaded == sorted(loaded, reverse=True)
    for weight in loaded:
        assert loaded.count(weight) <= sum(kind.pair_count for kind in stock if kind.weight_kg == weight)


@given(st.integers(0, 4000), stocks)
def test_the_same_attempt_again_needs_no_hand(quarters: int, stock: list[PlateStock]) -> None:
    assert all(plate.already_loaded for plate in load_next(quarters / 4, quarters / 4, 25, stock, in_kg=True))
