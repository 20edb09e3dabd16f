"""Ages on the day of lifting, and the coefficients of Foster and McCulloch."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from appliance.powerlifting.ages import age_at_meet, age_coefficient
from appliance.powerlifting.words import AgeCoefficients
from tests.powerlifting.vectors import vectors

FOSTER_MCCULLOCH = AgeCoefficients.FOSTER_MCCULLOCH


def test_openlifter_gives_the_same_ages_and_coefficients() -> None:
    for vector in vectors("ages.jsonl"):
        age = age_at_meet(vector["ageField"], vector["birthDate"], vector["meetDate"], vector["day"])
        assert (age, age_coefficient(FOSTER_MCCULLOCH, age)) == (vector["age"], vector["fosterMcCulloch"]), vector


def test_openlifter_has_the_same_table() -> None:
    [tables] = vectors("coefficients.json")
    by_age = tables["fosterMcCulloch"]["byAge"]
    assert [age_coefficient(FOSTER_MCCULLOCH, age) for age in range(len(by_age))] == by_age


@pytest.mark.parametrize(
    ("meet_date", "day", "birth_date", "age"),
    [
        ("2025-06-01", 1, "1990-06-01", 35),
        ("2025-06-01", 1, "1990-06-02", 34),
        ("2025-06-01", 2, "1990-06-02", 35),
        ("2025-02-28", 1, "2000-02-29", 24),
        ("2025-03-01", 1, "2000-02-29", 25),
        ("2025-06-01", 1, "2025-05-01", 0),
        ("2025-06-01", 1, "2030-01-01", 0),
        ("2025-06-01", 1, "", 0),
        ("2025-06-01", 1, "June 1990", 0),
        ("", 1, "1990-06-01", 0),
    ],
)
def test_a_birthday_counts_from_its_own_day_on(meet_date: str, day: int, birth_date: str, age: int) -> None:
    assert age_at_meet(0, birth_date, meet_date, day) == age


def test_a_typed_age_is_taken_before_the_birth_date() -> None:
    assert age_at_meet(40, "1990-06-01", "2025-06-01", 1) == 40


@pytest.mark.parametrize(
    ("meet_date", "day", "birth_date", "age"),
    [
        # April 31, then May 1.
        ("2025-04-30", 2, "1990-05-01", 34),
        ("2025-04-30", 3, "1990-05-01", 35),
        ("2025-01-31", 2, "1990-02-01", 35),
        # The first day of the 13th month of 2026.
        ("2025-12-31", 2, "1990-06-15", 36),
        ("2025-12-30", 3, "1990-12-31", 36),
    ],
)
def test_every_month_has_31_days_and_the_next_year_begins_with_a_13th(
    meet_date: str, day: int, birth_date: str, age: int
) -> None:
    assert age_at_meet(0, birth_date, meet_date, day) == age


dates = st.dates(datetime.date(1920, 1, 1), datetime.date(2060, 12, 31))


@given(dates, dates)
def test_on_the_first_day_an_age_is_the_one_of_the_calendar(birth: datetime.date, meet: datetime.date) -> None:
    assume(birth <= meet)
    birthday_is_past = (meet.month, meet.day) >= (birth.month, birth.day)
    years = meet.year - birth.year - (not birthday_is_past)
    assert age_at_meet(0, birth.isoformat(), meet.isoformat(), 1) == years


@given(dates, dates, st.integers(1, 10))
def test_nobody_gets_younger_from_day_to_day(birth: datetime.date, meet: datetime.date, day: int) -> None:
    today, tomorrow = (age_at_meet(0, birth.isoformat(), meet.isoformat(), which) for which in (day, day + 1))
    assert today <= tomorrow <= today + 1


@pytest.mark.parametrize(
    ("age", "coefficient"),
    [(0, 1), (-3, 1), (4, 0), (13, 1.28), (14, 1.23), (22, 1.01), (23, 1), (40, 1), (41, 1.01), (50, 1.13), (60, 1.34)],
)
def test_foster_mcculloch_by_its_published_tables(age: float, coefficient: float) -> None:
    assert age_coefficient(FOSTER_MCCULLOCH, age) == coefficient


def test_ages_outside_the_table() -> None:
    assert age_coefficient(FOSTER_MCCULLOCH, 100) == 3.154
    assert math.isnan(age_coefficient(FOSTER_MCCULLOCH, 101))
    for age in (102, 50.5, math.inf, -math.inf, math.nan):
        assert age_coefficient(FOSTER_MCCULLOCH, age) == 1


@given(st.integers(-5, 200))
def test_none_leaves_everybody_as_they_are(age: int) -> None:
    assert age_coefficient(AgeCoefficients.NONE, age) == 1


@given(st.integers(40, 99))
def test_masters_gain_with_each_year(age: int) -> None:
    assert age_coefficient(FOSTER_MCCULLOCH, age) < age_coefficient(FOSTER_MCCULLOCH, age + 1)
