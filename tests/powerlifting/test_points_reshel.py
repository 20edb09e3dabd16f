"""Reshel's table. Every recorded answer is in test_points."""

from __future__ import annotations

import pytest

from appliance.powerlifting.points_reshel import reshel
from appliance.powerlifting.words import Sex
from tests.powerlifting.vectors import vectors


@pytest.mark.parametrize("sex", [Sex.M, Sex.F])
def test_openlifter_has_the_same_table(sex: Sex) -> None:
    [tables] = vectors("coefficients.json")
    table = tables["reshel"][sex]
    for step, coefficient in enumerate(table["coefficients"]):
        assert reshel(sex, table["minKg"] + step * table["stepKg"], 1) == coefficient
    assert table["minKg"] + step * table["stepKg"] == table["maxKg"]


@pytest.mark.parametrize(
    ("sex", "bodyweight_kg", "coefficient"),
    [(Sex.M, 50, 1.955), (Sex.M, 50.25, 1.937), (Sex.M, 173.5, 0.816), (Sex.F, 160.5, 0.899), (Sex.F, 160.25, 0.9)],
)
def test_single_coefficients(sex: Sex, bodyweight_kg: float, coefficient: float) -> None:
    assert reshel(sex, bodyweight_kg, 1000) == coefficient * 1000


def test_the_nearest_quarter_counts_and_halves_go_up() -> None:
    assert reshel(Sex.M, 50.124, 1) == 1.955
    assert reshel(Sex.M, 50.125, 1) == reshel(Sex.M, 50.374, 1) == 1.937


def test_the_table_is_held_at_its_ends() -> None:
    assert reshel(Sex.M, 0, 1) == reshel(Sex.M, 50, 1)
    assert reshel(Sex.M, 200, 1) == reshel(Sex.M, 173.5, 1)
    assert reshel(Sex.F, 0, 1) == reshel(Sex.F, 40, 1)
    assert reshel(Sex.F, 200, 1) == reshel(Sex.F, 160.5, 1)
