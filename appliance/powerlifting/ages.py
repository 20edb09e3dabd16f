"""How old a lifter is at a meet, and what the points of that age are multiplied by."""

from __future__ import annotations

import re
from typing import Final

from appliance.powerlifting.words import AgeCoefficients

_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)

# fmt: off
_FOSTER_MCCULLOCH: Final = (
    # 1 is for an unknown age; nobody of 1 to 4 years scores.
    1.0, 0.0, 0.0, 0.0, 0.0, 1.73, 1.67, 1.61, 1.55, 1.49,
    1.43, 1.38, 1.33, 1.28, 1.23, 1.18, 1.13, 1.08, 1.06, 1.04,
    1.03, 1.02, 1.01, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0,
    1.0, 1.01, 1.02, 1.031, 1.043, 1.055, 1.068, 1.082, 1.097, 1.113,
    1.13, 1.147, 1.165, 1.184, 1.204, 1.225, 1.246, 1.268, 1.291, 1.315,
    1.34, 1.366, 1.393, 1.421, 1.45, 1.48, 1.511, 1.543, 1.576, 1.61,
    1.645, 1.681, 1.718, 1.756, 1.795, 1.835, 1.876, 1.918, 1.961, 2.005,
    2.05, 2.096, 2.143, 2.19, 2.238, 2.287, 2.337, 2.388, 2.44, 2.494,
    2.549, 2.605, 2.662, 2.72, 2.779, 2.839, 2.9, 2.962, 3.025, 3.089,
    3.154,
)
# fmt: on
"""Ten ages a line, from 0 to 100: Foster's for juniors, McCulloch's for masters, from the tables of USAPL and WPC.

The values for 5 to 13 and from 91 on are OpenLifter's guesses.
"""

_MISSING_AGE: Final = 101
"""OpenLifter looks this age up one past the end of its table, and so counts with NaN; beyond it, with 1."""


def age_at_meet(typed_age: int, birth_date: str, meet_date: str, day: int) -> int:
    """A lifter's age in whole years on the day they lift; 0 if nobody knows it.

    An age that somebody typed is taken before the birth date. All dates read "YYYY-MM-DD"; what is no date, as the
    empty text, is an unknown one.

    As in OpenLifter, each month has 31 days when the meet's date is advanced to the lifter's day, and what runs over
    the end of a year stands in a 13th month of the next one, where everybody's birthday has passed. So at a meet of
    New Year's Eve, lifters of the second day are a year too old.

    Args:
        typed_age: In years; 0 if nobody typed one.
        birth_date: The lifter's.
        meet_date: The first day's.
        day: On which the lifter lifts, 1 being the first.
    """
    if typed_age > 0:
        return typed_age
    born, first_day = _DATE.fullmatch(birth_date), _DATE.fullmatch(meet_date)
    if born is None or first_day is None:
        return 0
    birth_year, *birthday = map(int, born.groups())
    year, month, day_of_month = map(int, first_day.groups())
    months, day_of_month = divmod(day_of_month + day - 2, 31)
    month += months
    year += max(min(months, month - 12), 0)
    years = year - birth_year
    if [month, day_of_month + 1] < birthday:
        years -= 1
    return max(years, 0)


def age_coefficient(coefficients: AgeCoefficients, age: float) -> float:
    """What the points of a lifter of this age in years are multiplied by; 1 for an unknown or broken age.

    NaN for 101 years by Foster-McCulloch, where OpenLifter looks past the end of its table.
    """
    if coefficients is AgeCoefficients.NONE or age <= 0 or age > _MISSING_AGE or age % 1 != 0:
        return 1.0
    if age == _MISSING_AGE:
        return float("nan")
    return _FOSTER_MCCULLOCH[int(age)]
