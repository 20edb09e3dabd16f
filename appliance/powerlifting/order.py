"""Who lifts when: the lifting order of a flight, as OpenLifter computes it (FACTS 4; IPF technical rules, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key

from msgspec import Struct

from appliance.powerlifting.model import MOST_ATTEMPTS, Entry, Lifting
from appliance.powerlifting.words import Lift, LiftStatus

ROUNDS = 3
"""Rounds that follow each other by themselves; a fourth has to be chosen."""


class LiftingOrder(Struct, frozen=True):
    """The order of a flight.

    Attributes:
        attempt: the round that is on, from 1.
        order: all ids of the flight; those who have lifted come first, with what they take next.
        current: who is to lift now, None if the round is over.
        next: who lifts then, None if nobody is known.
        next_attempt: the attempt that ``next`` takes.
    """

    attempt: int
    order: tuple[int, ...]
    current: int | None
    next: int | None
    next_attempt: int | None


def in_flight(entries: Sequence[Entry], lifting: Lifting) -> list[Entry]:
    """The lifters of the flight that a table shows, in the order of registration."""
    where = (lifting.day, lifting.platform, lifting.flight)
    return [entry for entry in entries if (entry.day, entry.platform, entry.flight) == where]


def lifting_order(flight: Sequence[Entry], lifting: Lifting) -> LiftingOrder:
    """The order of the lifters `in_flight`."""
    lift = lifting.lift
    attempt = lifting.override_attempt or active_attempt(flight, lift)
    order = _ordered(flight, lift, attempt)
    ids = tuple(entry.id for entry in order)
    current = _current(order, lift, attempt, lifting.override_entry_id)
    following, following_attempt = _following(order, lift, attempt, current)
    return LiftingOrder(attempt, ids, current, following, following_attempt)


def active_attempt(flight: Sequence[Entry], lift: Lift) -> int:
    """The round that is on, where nobody has chosen one."""
    pending = [number for entry in flight if (number := _highest(entry, lift, pending=True))]
    if pending:
        return min(pending)
    last = max((_highest(entry, lift, pending=False) for entry in flight), default=0)
    return last + 1 if last < ROUNDS else last


def flight_order(flight: Sequence[Entry], lift: Lift) -> list[Entry]:
    """The lifters with an opener in one lift, by their openers: the sheet that hangs in the warm-up room."""
    return sort_by_attempt([entry for entry in flight if entry.attempts(lift).kg[0] != 0], lift, 1)


def sort_by_attempt(entries: Sequence[Entry], lift: Lift, attempt: int) -> list[Entry]:
    """Lifters by the weight of an attempt, then by lot, the attempt before, bodyweight and name."""

    def which(one: Entry, other: Entry) -> int:
        return compare(one, other, lift, attempt)

    return sorted(entries, key=cmp_to_key(which))


def compare(one: Entry, other: Entry, lift: Lift, attempt: int) -> int:
    """Who comes first: below 0 for ``one``, 0 for a tie that registration decides.

    ``attempt`` 0 looks at no weight at all.
    """
    for number in range(attempt, 0, -1):
        by_weight = _sign(one.attempts(lift).kg[number - 1], other.attempts(lift).kg[number - 1])
        if by_weight:
            return by_weight
        if one.lot and other.lot:
            return _sign(one.lot, other.lot)
    if attempt == 0 and one.lot and other.lot:
        return _sign(one.lot, other.lot)
    return _sign(one.bodyweight_kg, other.bodyweight_kg) or by_name(one, other)


def by_name(one: Entry, other: Entry) -> int:
    """By name as JavaScript compares texts: by UTF-16 code units, in no language's order."""
    return _sign(code_units(one.name), code_units(other.name))


def code_units(text: str) -> bytes:
    """A text as bytes that sort as its UTF-16 code units do."""
    return text.encode("utf-16-be", "surrogatepass")


def _ordered(flight: Sequence[Entry], lift: Lift, attempt: int) -> list[Entry]:
    after, before = min(attempt + 1, MOST_ATTEMPTS), max(attempt - 1, 1)
    groups: dict[int, list[Entry]] = {0: [], 1: [], 2: [], 3: []}
    sorted_by = (after, attempt, before, attempt)
    for entry in flight:
        kg = entry.attempts(lift).kg
        group = next((place for place, number in enumerate(sorted_by[:3]) if kg[number - 1] != 0), 3)
        groups[group].append(entry)
    return [entry for place, group in groups.items() for entry in sort_by_attempt(group, lift, sorted_by[place])]


def _current(order: Sequence[Entry], lift: Lift, attempt: int, chosen: int | None) -> int | None:
    if chosen is not None and any(entry.id == chosen for entry in order):
        return chosen
    return next((entry.id for entry in order if entry.attempts(lift).is_pending(attempt)), None)


def _following(order: Sequence[Entry], lift: Lift, attempt: int, current: int | None) -> tuple[int | None, int | None]:
    place = next((place for place, entry in enumerate(order) if entry.id == current), None)
    if place is None:
        return None, None
    for entry in order[place + 1 :]:
        if entry.attempts(lift).is_pending(attempt):
            return entry.id, attempt
    if attempt < MOST_ATTEMPTS:
        for entry in order[:place]:
            if entry.attempts(lift).is_pending(attempt + 1):
                return entry.id, attempt + 1
    return None, None


def _highest(entry: Entry, lift: Lift, *, pending: bool) -> int:
    attempts = entry.attempts(lift)
    for number in range(MOST_ATTEMPTS, 0, -1):
        taken = attempts.status[number - 1] is not LiftStatus.NOT_TAKEN
        if attempts.kg[number - 1] != 0 and taken is not pending:
            return number
    return 0


def _sign(one: float | bytes, other: float | bytes) -> int:
    if one == other:
        return 0
    return -1 if one < other else 1  # type: ignore[operator]
