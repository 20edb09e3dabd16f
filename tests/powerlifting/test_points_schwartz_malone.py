"""Schwartz, Malone and Glossbrenner. Every recorded answer is in test_points."""

from __future__ import annotations

import pytest

from appliance.powerlifting.points_polynomial import wilks_coefficient
from appliance.powerlifting.points_schwartz_malone import (
    glossbrenner,
    malone_coefficient,
    schwartz_coefficient,
    schwartz_malone,
)
from appliance.powerlifting.words import Sex


@pytest.mark.parametrize(
    ("bodyweight_lbs", "coefficient"),
    # From Schwartz's printed table, as the tests of OpenPowerlifting cite it: at least one line for each piece.
    [
        (94, 1.2124),
        (110, 0.9991),
        (162, 0.6753),
        (220, 0.5545),
        (288, 0.5142),
        (316, 0.4998),
        (337, 0.4901),
        (343, 0.4874),
        (344, 0.4870),
        (348, 0.4854),
    ],
)
def test_schwartz_coefficients_are_the_printed_ones(bodyweight_lbs: float, coefficient: float) -> None:
    assert round(schwartz_coefficient(bodyweight_lbs / 2.20462262), 4) == coefficient


@pytest.mark.parametrize(
    ("bodyweight_kg", "coefficient"),
    [(126.5, 0.521 - 0.0012 * 1.5), (136.5, 0.509 - 0.0011 * 1.5), (146.5, 0.498 - 0.001 * 1.5)],
)
def test_each_piece_of_schwartz_begins_where_the_other_ends(bodyweight_kg: float, coefficient: float) -> None:
    assert schwartz_coefficient(bodyweight_kg) == pytest.approx(coefficient, rel=1e-14)


def test_schwartz_is_held_at_its_ends() -> None:
    assert schwartz_coefficient(0) == schwartz_coefficient(40) > schwartz_coefficient(41)
    assert schwartz_coefficient(300) == schwartz_coefficient(166) < schwartz_coefficient(165)


# The following figures are those of OpenPowerlifting's tests.


def test_malone() -> None:
    assert malone_coefficient(100) == pytest.approx(0.597914296471229, rel=1e-14)
    assert malone_coefficient(0) == malone_coefficient(29.24) > malone_coefficient(30)


def test_schwartz_is_for_men_and_malone_for_women() -> None:
    assert schwartz_malone(Sex.M, 93, 500) == pytest.approx(287.15, abs=0.01)
    assert schwartz_malone(Sex.F, 74, 500) == pytest.approx(364.40, abs=0.01)
    assert schwartz_malone(Sex.MX, 93, 500) == 0


def test_glossbrenner_lies_half_way_to_wilks() -> None:
    bodyweight_kg = 220 / 2.20462262
    assert glossbrenner(Sex.M, bodyweight_kg, 2) == pytest.approx(
        0.5545 + wilks_coefficient(Sex.M, bodyweight_kg), abs=1e-4
    )
    assert glossbrenner(Sex.MX, bodyweight_kg, 2) == glossbrenner(Sex.M, bodyweight_kg, 2)
    assert glossbrenner(Sex.F, 100, 1) == pytest.approx(0.7152488066040255, rel=1e-13)
    assert glossbrenner(Sex.F, 60, 500) == pytest.approx(492.53032, abs=0.00001)


def test_glossbrenner_goes_on_as_a_straight_line() -> None:
    assert glossbrenner(Sex.M, 153.04, 1) == pytest.approx(glossbrenner(Sex.M, 153.05, 1), abs=5e-4)
    assert glossbrenner(Sex.F, 106.29, 1) == pytest.approx(glossbrenner(Sex.F, 106.3, 1), abs=5e-4)
    for sex, older, last_kg in (Sex.M, schwartz_coefficient, 153.04), (Sex.F, malone_coefficient, 106.29):
        half_way = (older(last_kg) + wilks_coefficient(sex, last_kg)) / 2
        assert glossbrenner(sex, last_kg, 1) == pytest.approx(half_way, rel=1e-14)
    # Above 166 kg Schwartz stands still, and half of the line's fall is left.
    fall = glossbrenner(Sex.M, 170, 1) - glossbrenner(Sex.M, 180, 1)
    assert fall == pytest.approx(10 * 0.000821668402557 / 2)
