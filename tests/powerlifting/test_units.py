"""Units: conversion, what the screen shows, names of classes. Recorded answers, and hand-picked ones of FACTS."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.units import (
    display_points,
    display_weight,
    display_weight_one_place,
    kg_to_lbs,
    lbs_to_kg,
    shown_weight,
    weight_class,
    weight_class_in_lbs,
    weight_text,
    weight_text_one_place,
)
from appliance.powerlifting.words import Language
from tests.powerlifting.vectors import Vector, vectors

CLASSES_KG = [52, 56, 60, 67.5, 75, 82.5, 90, 100, 110, 125, 140]

weights = st.floats(0, 2000)


def _of_weight(vector: Vector) -> Vector:
    kg = vector["kg"]
    lbs = kg_to_lbs(kg)
    return {
        "kg2lbs": lbs,
        "displayKg": display_weight(kg),
        "displayLbs": display_weight(lbs),
        "onePlaceKg": display_weight_one_place(kg),
        "onePlaceLbs": display_weight_one_place(lbs),
        "displayKgNegative": display_weight(-kg),
        "displayLbsGerman": display_weight(lbs, Language.DE),
    }


def _of_display(vector: Vector) -> Vector:
    value = float(vector["value"])
    return {
        "displayWeight": display_weight(value),
        "displayWeightOnePlace": display_weight_one_place(value),
        "displayPoints": display_points(value),
        "displayPointsFrench": display_points(value, Language.FR),
    }


def _of_lbs(vector: Vector) -> Vector:
    kg = lbs_to_kg(vector["lbs"])
    return {"lbs2kg": kg, "roundTrip": kg_to_lbs(kg), "display": display_weight(kg_to_lbs(kg))}


def _of_weight_class(vector: Vector) -> Vector:
    return {"lbsClass": weight_class_in_lbs(vector["kgClass"])}


def _of_class_for(vector: Vector) -> Vector:
    kg = weight_class(vector["classes"], vector["bodyweightKg"])
    return {"kg": kg, "lbs": weight_class_in_lbs(kg) if kg else ""}


ANSWERS: dict[str, Callable[[Vector], Vector]] = {
    "weight": _of_weight,
    "display": _of_display,
    "lbs": _of_lbs,
    "weightClass": _of_weight_class,
    "classFor": _of_class_for,
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_openlifter_gives_the_same_answers(kind: str) -> None:
    asked = [vector for vector in vectors("units.jsonl") if vector["kind"] == kind]
    assert asked
    for vector in asked:
        assert vector == vector | ANSWERS[kind](vector)


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        (99.99, "100"),
        (182.49, "182.5"),
        (0.09, "0.1"),
        (-97.49, "-97.49"),
        (-97.41, "-97.41"),
        (-0.0, "-0"),
        (0.005, "0.01"),
        (127.05, "127.05"),
        (1234.5, "1234.5"),
    ],
)
def test_a_last_nine_is_a_lost_conversion(weight: float, shown: str) -> None:
    assert display_weight(weight) == shown


@pytest.mark.parametrize(
    ("weight", "shown"), [(699.97, "699.9"), (99.99, "100"), (-97.49, "-97.4"), (-0.19, "-0.1"), (-0.0, "-0")]
)
def test_one_place_cuts_the_second_off(weight: float, shown: str) -> None:
    assert display_weight_one_place(weight) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [(Language.EN, "-1.5"), (Language.ZH_HANS, "-1.5"), (Language.UK, "-1,5"), ("hr", "−1,5")]
)
def test_each_language_has_its_own_signs(language: Language, shown: str) -> None:
    assert display_weight(-1.5, language) == shown


@given(st.integers(1, 4000))
def test_pounds_that_were_typed_come_back(half_lbs: int) -> None:
    assert shown_weight(kg_to_lbs(lbs_to_kg(half_lbs / 2))) == half_lbs / 2


@given(weights)
def test_what_is_shown_is_near_and_shown_again_the_same(weight: float) -> None:
    shown = shown_weight(weight)
    assert abs(shown - weight) <= 0.0151
    assert display_weight(shown) == display_weight(weight)


@given(weights, weights)
def test_the_heavier_never_looks_lighter(one: float, other: float) -> None:
    lighter, heavier = sorted((one, other))
    assert shown_weight(lighter) <= shown_weight(heavier)


def test_totals_show_both_units_the_meets_own_first() -> None:
    kg = 285.76
    assert weight_text(kg, in_kg=True, alternate_units=True) == "285.76kg / 630lb"
    assert weight_text(kg, in_kg=False, alternate_units=True) == "630lb / 285.76kg"
    assert weight_text(kg, in_kg=True, alternate_units=False) == "285.76kg"
    assert weight_text(kg, in_kg=False, alternate_units=False) == "630lb"
    # The card of the current lifter in regional-lbs.displayed.json.
    assert weight_text_one_place(lbs_to_kg(300), in_kg=False, alternate_units=True) == "300lb / 136kg"


@pytest.mark.parametrize(
    ("bodyweight_kg", "kg", "lbs"),
    [(52, "52", "114"), (67.51, "75", "165"), (75, "75", "165"), (82.5, "82.5", "181"), (140.01, "140+", "308+")],
)
def test_a_lifter_on_the_limit_is_in_the_class(bodyweight_kg: float, kg: str, lbs: str) -> None:
    assert weight_class(CLASSES_KG, bodyweight_kg) == kg
    assert weight_class_in_lbs(kg) == lbs


def test_without_bodyweight_or_classes_there_is_no_class() -> None:
    assert weight_class(CLASSES_KG, 0) == weight_class([], 80) == ""
    assert weight_class_in_lbs("") == "0"


def test_a_limit_that_was_typed_in_pounds_is_named_as_weights_are() -> None:
    assert weight_class([lbs_to_kg(148)], 60) == "67.13"


def test_the_83_kg_class_is_the_183_lb_class() -> None:
    assert weight_class_in_lbs("83") == "183"


@given(weights, weights)
def test_the_heavier_is_never_in_the_lighter_class(one: float, other: float) -> None:
    lighter, heavier = (weight_class(CLASSES_KG, kg) for kg in sorted((one or 1.0, other or 1.0)))
    names = [f"{limit:g}" for limit in CLASSES_KG] + ["140+"]
    assert names.index(lighter) <= names.index(heavier)
