"""Categories, places and best lifters, as OpenLifter's results pages have them (FACTS 6 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cmp_to_key

from msgspec import Struct

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.order import by_name, code_units, compare
from appliance.powerlifting.totals import COUNTING, event_total, has_lifted
from appliance.powerlifting.units import weight_class
from appliance.powerlifting.words import Equipment, Event, LiftStatus, Sex

NO_SHOW, GUEST, DISQUALIFIED = "NS", "G", "DQ"

Total = Callable[[Entry, Event, Meet], float]
"""Gives a lifter's total of an event in kg: `totals.event_total`, or `totals.projected_event_total`."""

_SEXES, _EVENTS, _EQUIPMENT = list(Sex), list(Event), list(Equipment)


class Category(Struct, frozen=True):
    """Who is placed against each other. ``weight_class`` is the limit in kg as text, ``+`` behind it for no limit."""

    sex: Sex
    event: Event
    equipment: Equipment
    division: str
    weight_class: str


class Placed(Struct, frozen=True):
    """A lifter in a category: the place is a number, or ``NS``, ``G`` or ``DQ``."""

    entry: Entry
    total_kg: float
    place: str


class Ranking(Struct, frozen=True):
    """The lifters of one category, best first."""

    category: Category
    placed: tuple[Placed, ...]


class PointsCategory(Struct, frozen=True):
    """Who is compared by points."""

    sex: Sex
    event: Event
    equipment: Equipment


class PointsRanking(Struct, frozen=True):
    """The lifters of one category by points, best first, with their points."""

    category: PointsCategory
    ranked: tuple[tuple[Entry, float], ...]


def counted_equipment(equipment: Equipment, meet: Meet) -> Equipment:
    """What a lifter's equipment counts as for placing, where a meet combines kinds."""
    if meet.combine_sleeves_and_wraps and equipment is Equipment.SLEEVES:
        return Equipment.WRAPS
    if meet.combine_single_and_multi and equipment is Equipment.SINGLE_PLY:
        return Equipment.MULTI_PLY
    return equipment


def categories_of(entry: Entry, meet: Meet) -> list[Category]:
    """Every division of a lifter in every event; who has no division is in the one without a name."""
    equipment = counted_equipment(entry.equipment, meet)
    limit = weight_class(meet.classes_kg.get(entry.sex, ()), entry.bodyweight_kg)
    return [
        Category(entry.sex, event, equipment, division, limit)
        for division in entry.divisions or ("",)
        for event in entry.events
    ]


def rankings(entries: Sequence[Entry], meet: Meet, total: Total = event_total) -> list[Ranking]:
    """All categories in the order of the results page, each with its lifters in the order of their places."""
    members: dict[Category, list[Entry]] = {}
    for entry in entries:
        for category in categories_of(entry, meet):
            members.setdefault(category, []).append(entry)
    return [ranking(category, members[category], meet, total) for category in sorted(members, key=_category_key)]


def ranking(category: Category, entries: Iterable[Entry], meet: Meet, total: Total = event_total) -> Ranking:
    """One category with its lifters."""
    event = category.event
    totals = [(entry, total(entry, event, meet)) for entry in entries]

    def which(one: tuple[Entry, float], other: tuple[Entry, float]) -> int:
        return _compare(*one, *other, event)

    order = sorted(totals, key=cmp_to_key(which))
    placed = (Placed(entry, kg, _place(entry, kg, place)) for place, (entry, kg) in enumerate(order, start=1))
    return Ranking(category, tuple(placed))


def points_rankings(
    entries: Iterable[Entry], meet: Meet, points: Callable[[Entry, Event], float]
) -> list[PointsRanking]:
    """The best lifters by points, category by category; guests come last.

    Args:
        points: of a lifter in an event, age-adjusted or not.
    """
    members: dict[PointsCategory, list[tuple[Entry, float]]] = {}
    for entry in entries:
        for event in entry.events:
            category = PointsCategory(entry.sex, event, counted_equipment(entry.equipment, meet))
            members.setdefault(category, []).append((entry, points(entry, event)))
    return [
        PointsRanking(category, tuple(sorted(members[category], key=_points_key)))
        for category in sorted(members, key=lambda each: _sporting(each.sex, each.event, each.equipment))
    ]


def place_in_first_category(entry: Entry, all_rankings: Iterable[Ranking]) -> str:
    """What the Lifting page shows: the place in the first category that has the lifter's first division."""
    first = entry.divisions[0] if entry.divisions else ""
    for each in all_rankings:
        if each.category.division == first:
            for place, placed in enumerate(each.placed, start=1):
                if placed.entry.id == entry.id:
                    return GUEST if entry.guest else str(place)
    return ""


def _place(entry: Entry, total_kg: float, position: int) -> str:
    if not has_lifted(entry):
        return NO_SHOW
    if entry.guest:
        return GUEST
    return DISQUALIFIED if total_kg == 0 else str(position)


def _compare(one: Entry, one_kg: float, other: Entry, other_kg: float, event: Event) -> int:
    if one.guest is not other.guest:
        return 1 if one.guest else -1
    if one_kg != other_kg:
        return -1 if one_kg > other_kg else 1
    if one.bodyweight_kg != other.bodyweight_kg:
        return -1 if one.bodyweight_kg < other.bodyweight_kg else 1
    if one_kg == 0:
        return by_name(one, other)
    return _compare_by_order(one, other, event)


def _compare_by_order(one: Entry, other: Entry, event: Event) -> int:
    """Equal total and bodyweight: who had lifted it first (IPF technical rules, 1; OpenLifter's reading of it)."""
    deciding = [_last_lift(entry, event) for entry in (one, other)]
    if deciding[0] != deciding[1]:
        return -1 if deciding[0] < deciding[1] else 1
    lift = event.lifts[deciding[0]]
    last = [_last_good(entry.attempts(lift).status) for entry in (one, other)]
    if last[0] != last[1]:
        return -1 if last[0] < last[1] else 1
    # OpenLifter hands an index that counts from 0 to what counts from 1: it compares the attempt before.
    return compare(one, other, lift, last[0])


def _last_lift(entry: Entry, event: Event) -> int:
    lifts = event.lifts
    good = (place for place in reversed(range(len(lifts))) if LiftStatus.GOOD in entry.attempts(lifts[place]).status)
    return next(good, 0)


def _last_good(status: Sequence[LiftStatus]) -> int:
    good = (place for place in reversed(range(COUNTING)) if status[place] is LiftStatus.GOOD)
    return next(good, 0)


def _points_key(ranked: tuple[Entry, float]) -> tuple[bool, float, float]:
    entry, points = ranked
    return entry.guest, -points, entry.bodyweight_kg


def _sporting(sex: Sex, event: Event, equipment: Equipment) -> tuple[int, int, int]:
    return _SEXES.index(sex), _EVENTS.index(event), _EQUIPMENT.index(equipment)


def _category_key(category: Category) -> tuple[tuple[int, int, int], bytes, bool, int]:
    limit = category.weight_class
    whole = int(float(limit.rstrip("+"))) if limit.rstrip("+") else 0
    sporting = _sporting(category.sex, category.event, category.equipment)
    return sporting, code_units(category.division), limit.endswith("+"), whole


def of_entry(all_rankings: Iterable[Ranking]) -> Mapping[int, list[tuple[Category, Placed]]]:
    """Every category of each lifter, by the lifter's id, with the place there."""
    found: dict[int, list[tuple[Category, Placed]]] = {}
    for each in all_rankings:
        for placed in each.placed:
            found.setdefault(placed.entry.id, []).append((each.category, placed))
    return found
