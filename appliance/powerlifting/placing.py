"""Categories, places and best lifters, as OpenLifter's results pages have them (FACTS 6 and 7)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from functools import cmp_to_key
from itertools import groupby

from msgspec import Struct

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.order import code_units, compare
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
    return [ranking(category, members[category], meet, total) for category in sorted(members, key=category_order)]


def ranking(category: Category, entries: Iterable[Entry], meet: Meet, total: Total = event_total) -> Ranking:
    """One category with its lifters."""
    event = category.event
    totals = [(entry, total(entry, event, meet)) for entry in entries]
    order: list[tuple[Entry, float]] = []
    for _, tied in groupby(sorted(totals, key=_total_key), key=_total_key):
        order += _first_lifted_first(list(tied), event)
    placed = (Placed(entry, kg, _place(entry, kg, place)) for place, (entry, kg) in enumerate(order, start=1))
    return Ranking(category, tuple(placed))


TotalKey = tuple[bool, float, float, bytes]


def position_if(ranked: Ranking, keys: Sequence[TotalKey], entry: Entry, total_kg: float) -> int:
    """The position, from 1, that a lifter of a ranking would have as ``entry`` and with this total; all others stay.

    Where nothing decides, the lower id goes first: it was registered first.

    Args:
        ranked: the ranking as it is.
        keys: its `total_keys`.
        entry: the lifter as it would be.
        total_kg: with this total.
    """
    own = _total_key((entry, total_kg))
    first, last = bisect_left(keys, own), bisect_right(keys, own)
    event = ranked.category.event
    tied = (placed.entry for placed in ranked.placed[first:last] if placed.entry.id != entry.id)
    before = first + sum(_goes_first(other, entry, event, total_kg) for other in tied)
    was_before = any(placed.entry.id == entry.id for placed in ranked.placed[:first])
    return before - was_before + 1


def total_keys(ranked: Ranking) -> list[TotalKey]:
    """What a ranking is sorted by, before ties are looked into: ascending, one for each lifter."""
    return [_total_key((placed.entry, placed.total_kg)) for placed in ranked.placed]


def _goes_first(one: Entry, other: Entry, event: Event, total_kg: float) -> bool:
    order = _compare_by_order(one, other, event) if total_kg else 0
    return order < 0 or (order == 0 and one.id < other.id)


def points_rankings(
    entries: Iterable[Entry], meet: Meet, points: Callable[[Entry, Event], float]
) -> list[PointsRanking]:
    """The best lifters by points, category by category; guests come last.

    Args:
        points: of a lifter in an event, age-adjusted or not.
    """
    members: dict[PointsCategory, list[Entry]] = {}
    for entry in entries:
        for category in points_categories_of(entry, meet):
            members.setdefault(category, []).append(entry)
    return [
        points_ranking(category, members[category], points) for category in sorted(members, key=points_category_order)
    ]


def points_categories_of(entry: Entry, meet: Meet) -> list[PointsCategory]:
    """Where a lifter is compared by points: once for each event."""
    equipment = counted_equipment(entry.equipment, meet)
    return [PointsCategory(entry.sex, event, equipment) for event in entry.events]


def points_ranking(
    category: PointsCategory, entries: Iterable[Entry], points: Callable[[Entry, Event], float]
) -> PointsRanking:
    """One category by points with its lifters."""
    ranked = [(entry, points(entry, category.event)) for entry in entries]
    return PointsRanking(category, tuple(sorted(ranked, key=_points_key)))


def points_ranking_with(
    ranked: PointsRanking, before: Entry | None, after: Entry | None, points: Callable[[Entry, Event], float]
) -> PointsRanking:
    """A ranking in which one lifter has changed, come (no ``before``) or gone (no ``after``); others are as they were.

    Lifters with equal points and bodyweight stand in the order of their ids.
    """
    others = [each for each in ranked.ranked if before is None or each[0].id != before.id]
    if after is not None:
        new = (after, points(after, ranked.category.event))
        insort(others, new, key=lambda each: (*_points_key(each), each[0].id))
    return PointsRanking(ranked.category, tuple(others))


def _place(entry: Entry, total_kg: float, position: int) -> str:
    if not has_lifted(entry):
        return NO_SHOW
    if entry.guest:
        return GUEST
    return DISQUALIFIED if total_kg == 0 else str(position)


def _total_key(each: tuple[Entry, float]) -> TotalKey:
    """Guests last, then by total, bodyweight and, without a total, by name."""
    entry, kg = each
    return entry.guest, -kg, entry.bodyweight_kg, code_units(entry.name) if kg == 0 else b""


def _first_lifted_first(tied: list[tuple[Entry, float]], event: Event) -> list[tuple[Entry, float]]:
    if len(tied) == 1 or tied[0][1] == 0:
        return tied

    def which(one: tuple[Entry, float], other: tuple[Entry, float]) -> int:
        return _compare_by_order(one[0], other[0], event)

    return sorted(tied, key=cmp_to_key(which))


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


def category_order(category: Category) -> tuple[tuple[int, int, int], bytes, bool, int]:
    """Sorts categories as the results page has them."""
    limit = category.weight_class
    whole = int(float(limit.rstrip("+"))) if limit.rstrip("+") else 0
    sporting = _sporting(category.sex, category.event, category.equipment)
    return sporting, code_units(category.division), limit.endswith("+"), whole


def points_category_order(category: PointsCategory) -> tuple[int, int, int]:
    """The same for those by points."""
    return _sporting(category.sex, category.event, category.equipment)
