"""Wilks, Wilks 2020 and Dots. Every recorded answer is in test_points."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.points_polynomial import dots, wilks, wilks2020, wilks_coefficient
from appliance.powerlifting.words import Sex

FormulaFunction = Callable[[Sex, float, float], float]


@pytest.mark.parametrize(
    ("formula", "points"),
    # From the examples of the npm package "wilks", another implementation: a woman of 56 kg with 612.5 kg.
    [(wilks, 720.67), (wilks2020, 847.27), (dots, 709.96)],
)
def test_other_implementations_agree(formula: FormulaFunction, points: float) -> None:
    assert formula(Sex.F, 56, 612.5) == pytest.approx(points, abs=0.005)


@pytest.mark.parametrize(
    ("sex", "bodyweight_kg", "coefficient"),
    # From the printed tables of the IPF.
    [(Sex.M, 60, 0.8529), (Sex.M, 100, 0.6086), (Sex.F, 60, 1.1149)],
)
def test_wilks_coefficients_are_the_printed_ones(sex: Sex, bodyweight_kg: float, coefficient: float) -> None:
    assert wilks_coefficient(sex, bodyweight_kg) == pytest.approx(coefficient, abs=0.00005)


@pytest.mark.parametrize(
    ("formula", "sex", "lightest_kg", "heaviest_kg"),
    [
        (wilks, Sex.M, 40, 201.9),
        (wilks, Sex.F, 26.51, 154.53),
        (wilks2020, Sex.M, 40, 200.95),
        (wilks2020, Sex.F, 40, 150.95),
        (dots, Sex.M, 40, 210),
        (dots, Sex.F, 40, 150),
    ],
)
def test_a_curve_is_held_at_its_ends(
    formula: FormulaFunction, sex: Sex, lightest_kg: float, heaviest_kg: float
) -> None:
    assert formula(sex, lightest_kg - 10, 500) == formula(sex, lightest_kg, 500)
    assert formula(sex, heaviest_kg + 10, 500) == formula(sex, heaviest_kg, 500)
    assert formula(sex, lightest_kg + 10, 500) != formula(sex, lightest_kg, 500)
    assert formula(sex, heaviest_kg - 10, 500) != formula(sex, heaviest_kg, 500)


@given(
    st.sampled_from([wilks, wilks2020, dots]),
    st.sampled_from(Sex),
    st.floats(42, 120),
    st.floats(42, 120),
)
def test_the_lighter_of_two_with_the_same_total_scores_at_least_as_well(
    formula: FormulaFunction, sex: Sex, one: float, other: float
) -> None:
    lighter, heavier = sorted((one, other))
    assert formula(sex, lighter, 500) >= formula(sex, heavier, 500) * (1 - 1e-12)
