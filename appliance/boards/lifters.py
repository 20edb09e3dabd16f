"""Lifters, attempts and weights as boards show them."""

from __future__ import annotations

from functools import lru_cache

from appliance.boards.memo import Memo
from appliance.boards.model import Attempt, AttemptState, LiftAttempts, Lifter, Weight
from appliance.powerlifting.ages import age_at_meet
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.totals import best3
from appliance.powerlifting.units import display_weight, kg_to_lbs, weight_class, weight_class_in_lbs
from appliance.powerlifting.words import Lift, LiftStatus

NO_WEIGHT = Weight("0", "0")

_STATES = {
    LiftStatus.GOOD: AttemptState.GOOD,
    LiftStatus.NO_LIFT: AttemptState.NO_LIFT,
    LiftStatus.NOT_TAKEN: AttemptState.PENDING,
}


@lru_cache(maxsize=4096)
def weight_of(kg: float) -> Weight | None:
    """A weight as shown, None for none."""
    return Weight(display_weight(kg), display_weight(kg_to_lbs(kg))) if kg else None


@lru_cache(maxsize=1024)
def class_of(name: str) -> Weight | None:
    """A weight class by its name in kg, None for none."""
    if not name:
        return None
    try:
        return Weight(name, weight_class_in_lbs(name))
    except ValueError:
        # A limit that nobody can reach is written in a way that nothing reads.
        return Weight(name, name)


def lifter_of(entry: Entry, meet: Meet, memo: Memo) -> Lifter:
    """Who somebody is."""
    return memo.ask(entry, "lifter", lambda: _lifter(entry, meet))


def _lifter(entry: Entry, meet: Meet) -> Lifter:
    age = age_at_meet(entry.age, entry.birth_date, meet.date, entry.day)
    return Lifter(
        entry_id=entry.id,
        name=entry.name,
        sex=entry.sex,
        team=entry.team,
        country=entry.country,
        state=entry.state,
        flight=entry.flight,
        equipment=entry.equipment,
        division=entry.divisions[0] if entry.divisions else "",
        divisions=entry.divisions,
        events=entry.events,
        weight_class=class_of(weight_class(meet.classes_kg.get(entry.sex, ()), entry.bodyweight_kg)),
        bodyweight=weight_of(entry.bodyweight_kg),
        age=int(age),
        lot=entry.lot,
        guest=entry.guest,
    )


def lift_attempts(entry: Entry, lift: Lift, count: int, current: int | None, memo: Memo) -> LiftAttempts:
    """A lifter's attempts of one lift.

    Args:
        entry: the lifter.
        lift: the lift.
        count: how many attempts are shown.
        current: the one that is being taken, from 1; None if none of these.
        memo: what is known of the lifters.
    """
    return memo.ask(entry, ("attempts", lift, count, current), lambda: _lift_attempts(entry, lift, count, current))


def _lift_attempts(entry: Entry, lift: Lift, count: int, current: int | None) -> LiftAttempts:
    attempts = entry.attempts(lift)
    shown = []
    for place in range(count):
        kg, status = attempts.kg[place], attempts.status[place]
        state = _STATES[status]
        if state is AttemptState.PENDING:
            if not kg:
                state = AttemptState.NONE
            elif current == place + 1:
                state = AttemptState.CURRENT
        shown.append(Attempt(place + 1, weight_of(kg), state))
    return LiftAttempts(lift, tuple(shown), weight_of(best3(attempts)))


def rack_of(entry: Entry, lift: Lift) -> str:
    """The height of the rack for a lift; there is none for the deadlift."""
    match lift:
        case Lift.S:
            return entry.squat_rack
        case Lift.B:
            return entry.bench_rack
        case Lift.D:
            return ""
