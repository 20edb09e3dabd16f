"""The best lifters of a meet by points, with and without regard to age (FACTS 7)."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.powerlifting.ages import age_at_meet
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.placing import PointsRanking, points_rankings
from appliance.powerlifting.points import age_adjusted, points
from appliance.powerlifting.totals import event_total
from appliance.powerlifting.words import AgeCoefficients, Event, Formula

_JUNIORS_BELOW = _MASTERS_ABOVE = 27
_FOSTER_UP_TO, _MCCULLOCH_FROM = 23, 40


def event_points(entry: Entry, event: Event, meet: Meet, formula: Formula | None = None) -> float:
    """A lifter's points for the final total of an event, by the meet's formula if no other is given."""
    total_kg = event_total(entry, event, meet)
    chosen = formula or meet.formula
    return points(chosen, entry.sex, entry.equipment, event, entry.bodyweight_kg, total_kg, in_kg=meet.in_kg)


def age_adjusted_points(entry: Entry, event: Event, meet: Meet, formula: Formula | None = None) -> float:
    """The same, times the coefficient of the lifter's age, typed or reckoned from the birth date."""
    age = age_at_meet(entry.age, entry.birth_date, meet.date, entry.day)
    return age_adjusted(event_points(entry, event, meet, formula), meet.age_coefficients, age)


def best_lifters(entries: Iterable[Entry], meet: Meet, formula: Formula | None = None) -> list[PointsRanking]:
    """All lifters, whatever their age."""
    return points_rankings(entries, meet, lambda entry, event: event_points(entry, event, meet, formula))


def best_juniors(entries: Iterable[Entry], meet: Meet) -> list[PointsRanking]:
    """Those below 27 by their *typed* age: with OpenLifter all who gave a birth date only are among them.

    OpenLifter shows this page, and that of the masters, only where the meet has a table of ages.
    """
    return _by_age((entry for entry in entries if is_junior(entry, meet)), meet)


def best_masters(entries: Iterable[Entry], meet: Meet) -> list[PointsRanking]:
    """Those above 27 by their typed age."""
    return _by_age((entry for entry in entries if is_master(entry, meet)), meet)


def is_junior(entry: Entry, meet: Meet) -> bool:
    """Whether a lifter is on the page of `best_juniors`."""
    return entry.age < _JUNIORS_BELOW and _counts(entry, meet)


def is_master(entry: Entry, meet: Meet) -> bool:
    """Whether a lifter is on the page of `best_masters`."""
    return entry.age > _MASTERS_ABOVE and _counts(entry, meet)


def _counts(entry: Entry, meet: Meet) -> bool:
    """Whether the meet's table gives this age more than open lifters have."""
    if meet.age_coefficients is AgeCoefficients.NONE:
        return True
    return entry.age <= _FOSTER_UP_TO or entry.age >= _MCCULLOCH_FROM


def _by_age(entries: Iterable[Entry], meet: Meet) -> list[PointsRanking]:
    return points_rankings(entries, meet, lambda entry, event: age_adjusted_points(entry, event, meet))
