"""Best lifts and totals, as OpenLifter counts them. All weights are in kg."""

from __future__ import annotations

import math
from collections.abc import Iterable

from appliance.powerlifting.javascript import added_in_turn
from appliance.powerlifting.model import Attempts, Entry, Meet
from appliance.powerlifting.words import Event, Lift, LiftStatus

COUNTING = 3
"""Attempts that count; a fourth is for a record only (IPF technical rules, 3)."""

# A total that is rounded down loses what is below these, of the weight in kg; in pound meets too, as OpenLifter does.
_STEP_KG_MEET, _STEP_LB_MEET = 2.5, 5.0


_NO_OPENER = (LiftStatus.NOT_TAKEN,) * 3


def best3(attempts: Attempts) -> float:
    """The heaviest good attempt that counts, 0 if there is none."""
    return _best(attempts, COUNTING)


def best5(attempts: Attempts) -> float:
    """The heaviest good attempt of all, fourth attempts too, as results pages show it; 0 if there is none."""
    return _best(attempts, len(attempts.kg))


def event_total(entry: Entry, event: Event, meet: Meet) -> float:
    """The total of an event as it stands now: 0 as long as a lift of it has no good attempt."""
    lifts = [best3(entry.attempts(lift)) for lift in event.lifts]
    return 0.0 if 0 in lifts else _sum(lifts, meet)


def total(entry: Entry, meet: Meet) -> float:
    """The total over all three lifts; 0 if a lift has no good attempt and its first one failed."""
    lifts = {lift: best3(entry.attempts(lift)) for lift in Lift}
    return 0.0 if _is_out(entry, lifts) else _sum(lifts.values(), meet)


def projected_event_total(entry: Entry, event: Event, meet: Meet) -> float:
    """What the total of an event will be if every opener that is yet to come is good.

    OpenLifter looks for a failed first attempt in all three lifts, and counts one that is not of the event as never
    made good: who missed the first squat has nothing projected in the bench press alone, for the rest of the meet.
    """
    lifts = {lift: _projected(entry.attempts(lift)) if lift in event.lifts else 0.0 for lift in Lift}
    return 0.0 if _is_out(entry, lifts) else _sum(lifts.values(), meet)


def projected_total(entry: Entry, meet: Meet) -> float:
    """The same over all three lifts."""
    return projected_event_total(entry, Event.SBD, meet)


def has_lifted(entry: Entry) -> bool:
    """Whether any opener was taken."""
    openers = (entry.squat.status[0], entry.bench.status[0], entry.deadlift.status[0])
    return openers != _NO_OPENER


def _best(attempts: Attempts, count: int) -> float:
    best = 0.0
    for kg, status in zip(attempts.kg[:count], attempts.status, strict=False):
        if kg > best and status is LiftStatus.GOOD:
            best = kg
    return best


def _projected(attempts: Attempts) -> float:
    opener = attempts.kg[0] if attempts.status[0] is LiftStatus.NOT_TAKEN else 0.0
    return max(best3(attempts), opener)


def _is_out(entry: Entry, lifts: dict[Lift, float]) -> bool:
    return any(kg == 0 and entry.attempts(lift).status[0] is LiftStatus.NO_LIFT for lift, kg in lifts.items())


def _sum(lifts: Iterable[float], meet: Meet) -> float:
    if not meet.round_totals_down:
        return added_in_turn(lifts)
    step = _STEP_KG_MEET if meet.in_kg else _STEP_LB_MEET
    return added_in_turn(math.floor(kg / step) * step for kg in lifts)
