"""All twelve formulas against OpenLifter's recorded answers, and what they have in common."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.points import age_adjusted, ah, bodyweight_multiple, nasa, points
from appliance.powerlifting.units import display_points
from appliance.powerlifting.words import AgeCoefficients, Equipment, Event, Formula, Sex
from tests.powerlifting.vectors import Vector, vectors

LAST_BITS = 1e-13
"""Relative: `pow`, `exp` and `log` of two machines may differ in the last bits."""

CLAMPING = [
    Formula.AH,
    Formula.GLOSSBRENNER,
    Formula.RESHEL,
    Formula.SCHWARTZ_MALONE,
    Formula.WILKS,
    Formula.WILKS2020,
]
REFUSING = [
    Formula.BODYWEIGHT_MULTIPLE,
    Formula.DOTS,
    Formula.IPF_GL_POINTS,
    Formula.IPF_POINTS,
    Formula.NASA_POINTS,
]

formulas = st.sampled_from(Formula)
sexes = st.sampled_from(Sex)
equipments = st.sampled_from(Equipment)
events = st.sampled_from(Event)
# What a scale can show, or nothing: OpenLifter's own formulas give infinity for a body of 5e-324 kg.
bodyweights = st.just(0.0) | st.floats(0.1, 400)
totals = st.floats(0, 2000)


# fmt: off
RECORDED = [
    (Formula.AH, Sex.M, Equipment.UNLIMITED, Event.SB, 60.8, 100, 105.75652126767014),
    (Formula.AH, Sex.F, Equipment.SLEEVES, Event.S, 106.3, 140, 108.22935273122378),
    (Formula.BODYWEIGHT_MULTIPLE, Sex.M, Equipment.SLEEVES, Event.SD, 105.9, 282.5, 2.667610953729934),
    (Formula.BODYWEIGHT_MULTIPLE, Sex.F, Equipment.SINGLE_PLY, Event.BD, 66.15, 165, 2.494331065759637),
    (Formula.DOTS, Sex.M, Equipment.UNLIMITED, Event.B, 108.2, 60, 35.7600796049184),
    (Formula.DOTS, Sex.F, Equipment.BARE, Event.SBD, 114.55, 287.5, 233.8907847613616),
    (Formula.GLOSSBRENNER, Sex.M, Equipment.BARE, Event.SD, 106.35, 187.5, 106.53346159559358),
    (Formula.GLOSSBRENNER, Sex.F, Equipment.BARE, Event.SD, 105.9, 435, 304.130932060878),
    (Formula.IPF_GL_POINTS, Sex.M, Equipment.SINGLE_PLY, Event.SBD, 124.65, 567.5, 54.07102896935119),
    (Formula.IPF_GL_POINTS, Sex.F, Equipment.SLEEVES, Event.SBD, 62.4, 240, 52.83491725185967),
    (Formula.IPF_POINTS, Sex.M, Equipment.WRAPS, Event.SBD, 73.9, 315, 299.80527145392364),
    (Formula.IPF_POINTS, Sex.F, Equipment.SINGLE_PLY, Event.SBD, 105.9, 310, 379.21980341577125),
    (Formula.NASA_POINTS, Sex.M, Equipment.BARE, Event.S, 112, 47.5, 0.5348493383928572),
    (Formula.NASA_POINTS, Sex.F, Equipment.WRAPS, Event.D, 106.3, 140, 1.6143151819379113),
    (Formula.RESHEL, Sex.M, Equipment.SLEEVES, Event.SD, 106.35, 347.5, 310.665),
    (Formula.RESHEL, Sex.F, Equipment.SINGLE_PLY, Event.SBD, 95.4, 612.5, 850.15),
    (Formula.SCHWARTZ_MALONE, Sex.M, Equipment.WRAPS, Event.SBD, 112, 380, 202.99142338176688),
    (Formula.SCHWARTZ_MALONE, Sex.F, Equipment.SINGLE_PLY, Event.S, 91.4, 95, 60.022947620086825),
    (Formula.TOTAL, Sex.M, Equipment.WRAPS, Event.SBD, 121.6, 480, 480),
    (Formula.TOTAL, Sex.F, Equipment.SLEEVES, Event.S, 105.9, 82.5, 82.5),
    (Formula.WILKS, Sex.M, Equipment.BARE, Event.S, 79.8, 175, 119.66133871002948),
    (Formula.WILKS, Sex.F, Equipment.UNLIMITED, Event.SB, 106.3, 450, 368.68499915797815),
    (Formula.WILKS2020, Sex.M, Equipment.MULTI_PLY, Event.SBD, 81, 210, 170.7530893503395),
    (Formula.WILKS2020, Sex.F, Equipment.UNLIMITED, Event.SB, 105.9, 327.5, 339.846158946404),
]
# fmt: on
"""A man and a woman for each formula, in a kg meet, from the recorded answers."""


def _points(vector: Vector) -> float:
    return points(
        Formula(vector["formula"]),
        Sex(vector["sex"]),
        Equipment(vector["equipment"]),
        Event(vector["event"]),
        vector["bodyweightKg"],
        vector["totalKg"],
        in_kg=vector["inKg"],
    )


@pytest.mark.parametrize("formula", Formula)
def test_openlifter_gives_the_same_points(formula: Formula) -> None:
    asked = [vector for vector in vectors("points.jsonl") if vector["formula"] == formula]
    assert asked
    for vector in asked:
        given_points = _points(vector)
        adjusted = age_adjusted(given_points, AgeCoefficients.FOSTER_MCCULLOCH, vector["age"])
        assert given_points == pytest.approx(vector["points"], rel=LAST_BITS, abs=0), vector
        assert display_points(given_points) == vector["displayPoints"], vector
        assert adjusted == pytest.approx(vector["fosterMcCullochPoints"], rel=LAST_BITS, abs=0), vector


@pytest.mark.parametrize(("formula", "sex", "equipment", "event", "bodyweight_kg", "total_kg", "recorded"), RECORDED)
def test_openlifter_gave_these_points(
    formula: Formula,
    sex: Sex,
    equipment: Equipment,
    event: Event,
    bodyweight_kg: float,
    total_kg: float,
    recorded: float,
) -> None:
    given_points = points(formula, sex, equipment, event, bodyweight_kg, total_kg, in_kg=True)
    assert given_points == pytest.approx(recorded, rel=LAST_BITS, abs=0)


@given(formulas, sexes, equipments, events, bodyweights, totals, st.booleans())
def test_points_are_numbers_from_zero_up(
    formula: Formula, sex: Sex, equipment: Equipment, event: Event, bodyweight: float, total: float, in_kg: bool
) -> None:
    assert 0 <= points(formula, sex, equipment, event, bodyweight, total, in_kg=in_kg) < math.inf


@given(formulas, sexes, equipments, events, bodyweights, totals, totals)
def test_a_larger_total_never_gives_fewer_points(
    formula: Formula, sex: Sex, equipment: Equipment, event: Event, bodyweight: float, one: float, other: float
) -> None:
    less, more = (
        points(formula, sex, equipment, event, bodyweight, total, in_kg=True) for total in sorted((one, other))
    )
    assert less <= more


@given(formulas, sexes, equipments, events, bodyweights)
def test_no_total_gives_no_points(
    formula: Formula, sex: Sex, equipment: Equipment, event: Event, bodyweight: float
) -> None:
    assert points(formula, sex, equipment, event, bodyweight, 0, in_kg=True) == 0


@given(formulas, equipments, events, bodyweights, totals)
def test_mx_is_scored_as_men_except_by_schwartz_malone(
    formula: Formula, equipment: Equipment, event: Event, bodyweight: float, total: float
) -> None:
    mx, men = (points(formula, sex, equipment, event, bodyweight, total, in_kg=True) for sex in (Sex.MX, Sex.M))
    assert mx == (0 if formula is Formula.SCHWARTZ_MALONE else men)


@pytest.mark.parametrize("formula", CLAMPING)
def test_a_lifter_whom_nobody_weighed_counts_as_the_lightest(formula: Formula) -> None:
    unweighed = points(formula, Sex.M, Equipment.SLEEVES, Event.SBD, 0, 500, in_kg=True)
    light = points(formula, Sex.M, Equipment.SLEEVES, Event.SBD, 32, 500, in_kg=True)
    assert unweighed == light > 0


@pytest.mark.parametrize("formula", REFUSING)
def test_or_gets_no_points(formula: Formula) -> None:
    assert points(formula, Sex.M, Equipment.SLEEVES, Event.SBD, 0, 500, in_kg=True) == 0


def test_points_that_are_the_total_count_in_the_meets_unit() -> None:
    in_kg, in_lbs = (
        points(Formula.TOTAL, Sex.F, Equipment.BARE, Event.SBD, 60, 300, in_kg=unit) for unit in (True, False)
    )
    assert (in_kg, in_lbs) == (300, 300 * 2.20462262)


def test_haleczko() -> None:
    # log10(100) is 2, log10(10) would be 1: the coefficients by hand.
    assert ah(Sex.M, 100, 1000) == pytest.approx(1000 * 3.2695 / 2**1.95)
    assert ah(Sex.F, 100, 1000) == pytest.approx(1000 * 2.7566 / 2**1.8)
    assert ah(Sex.M, 200, 1000) == ah(Sex.M, 157, 1000)
    assert ah(Sex.F, 20, 1000) == ah(Sex.F, 28, 1000)


def test_nasa() -> None:
    assert nasa(100, 1000) == pytest.approx(10 * (0.620912 + 0.565697))
    assert nasa(29.99, 1000) == 0 < nasa(30, 1000)


def test_bodyweight_multiple() -> None:
    assert bodyweight_multiple(80, 200) == 2.5
    assert bodyweight_multiple(0, 200) == bodyweight_multiple(-1, 200) == bodyweight_multiple(80, -200) == 0


def test_age_adjusted_points() -> None:
    assert age_adjusted(400, AgeCoefficients.FOSTER_MCCULLOCH, 50) == 400 * 1.13
    assert age_adjusted(400, AgeCoefficients.NONE, 50) == 400
    assert math.isnan(age_adjusted(400, AgeCoefficients.FOSTER_MCCULLOCH, 101))
