"""JavaScript's number rules. Expected values are Node 20's."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.javascript import added_in_turn, decimal_text, number_text, round_half_up


@pytest.mark.parametrize(
    ("number", "rounded"),
    [
        (2.5, 3.0),
        (-2.5, -2.0),
        (-2.6, -3.0),
        (0.49999999999999994, 0.0),
        (1.4999999999999998, 1.0),
        (4503599627370495.5, 4503599627370496.0),
        (math.inf, math.inf),
    ],
)
def test_halves_are_rounded_up(number: float, rounded: float) -> None:
    assert round_half_up(number) == rounded


@pytest.mark.parametrize("number", [-0.0, -0.3, -0.5])
def test_what_rounds_to_nothing_from_below_keeps_its_sign(number: float) -> None:
    assert math.copysign(1, round_half_up(number)) == -1


@given(st.floats(-1e15, 1e15))
def test_rounding_never_moves_further_than_a_half(number: float) -> None:
    assert abs(round_half_up(number) - number) <= 0.5


def test_a_sum_rounds_at_each_step() -> None:
    assert added_in_turn([1e16, 1.0, 1.0]) == 1e16


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "-0.00"),
        (-0.001, "-0.00"),
        (1.005, "1.01"),
        (-1.005, "-1.01"),
        (0.615, "0.62"),
        (8.345, "8.35"),
        (1234567.125, "1234567.13"),
        (1e21, "1000000000000000000000.00"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
    ],
)
def test_two_places_round_the_shortest_decimal_away_from_zero(number: float, text: str) -> None:
    assert decimal_text(number, least_places=2, most_places=2) == text


@pytest.mark.parametrize(("number", "text"), [(-0.0, "-0"), (182.5, "182.5"), (100.0, "100"), (1e-9, "0")])
def test_places_that_nobody_asked_for_are_left_out(number: float, text: str) -> None:
    assert decimal_text(number, least_places=0, most_places=2) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_has_a_text(number: float) -> None:
    assert abs(float(decimal_text(number, least_places=2, most_places=2)) - number) <= 0.0051 + abs(number) * 1e-15


@pytest.mark.parametrize(("number", "text"), [(90, "90"), (90.0, "90"), (67.5, "67.5"), (117.25, "117.25")])
def test_a_number_is_written_as_short_as_it_can(number: float, text: str) -> None:
    assert number_text(number) == text
