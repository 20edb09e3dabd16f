"""Who lifts now, what is on the bar, who is next."""

from __future__ import annotations

from itertools import groupby

from msgspec import structs

from appliance.boards.lifters import NO_WEIGHT, lift_attempts, lifter_of, rack_of, weight_of
from appliance.boards.model import Bar, Decision, MeetHead, OnPlatform, Plate, PlatformBoard
from appliance.boards.scene import Scene, next_round, queued, this_round
from appliance.boards.tallies import Tallies
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.plates import LoadedPlate, load_bar, load_next
from appliance.powerlifting.totals import COUNTING
from appliance.powerlifting.units import display_weight
from appliance.powerlifting.words import Lift, LiftStatus

FOLLOWING = 5
"""So many are called after the next one."""


def platform_board(
    head: MeetHead, scene: Scene, meet: Meet, tallies: Tallies, decision: Decision | None
) -> PlatformBoard:
    """The board of a platform."""
    order, flight = scene.order, scene.flight
    current = next_up = None
    current_kg: float | None = None
    if order.current is not None:
        entry = flight[order.current]
        current_kg = entry.attempts(scene.lifting.lift).kg[order.attempt - 1]
        current = _on_platform(entry, order.attempt, scene, meet, tallies, now=True, loaded_kg=None)
    if order.next is not None and order.next_attempt is not None:
        entry = flight[order.next]
        next_up = _on_platform(entry, order.next_attempt, scene, meet, tallies, now=False, loaded_kg=current_kg)
    now = this_round(scene)
    row = queued(scene, now, order.attempt, 0)
    row += queued(scene, next_round(scene), order.attempt + 1, len(row))
    following = tuple(each for each in row if each.entry_id not in (order.current, order.next) or each.ahead > len(now))
    return PlatformBoard(
        head,
        scene.progress,
        scene.location,
        current,
        next_up,
        following[:FOLLOWING],
        decision,
    )


def _on_platform(
    entry: Entry,
    attempt: int,
    scene: Scene,
    meet: Meet,
    tallies: Tallies,
    *,
    now: bool,
    loaded_kg: float | None,
) -> OnPlatform:
    lift = scene.lifting.lift
    kg = entry.attempts(lift).kg[attempt - 1]
    shown = max(COUNTING, attempt)
    lifts = tuple(
        lift_attempts(
            entry, each, shown if each is lift else COUNTING, attempt if now and each is lift else None, tallies.memo
        )
        for each in Lift
        if each is lift or any(each in event.lifts for event in entry.events)
    )
    return OnPlatform(
        lifter=lifter_of(entry, meet, tallies.memo),
        attempt=attempt,
        weight=weight_of(kg) or NO_WEIGHT,
        rack=rack_of(entry, lift),
        fourth=attempt > COUNTING,
        bar=_bar(kg, loaded_kg, lift, meet),
        lifts=lifts,
        standing=tallies.standing(entry, projected=scene.projected),
        if_good=tallies.standing(
            entry, projected=scene.projected, instead=with_status(entry, lift, attempt, LiftStatus.GOOD)
        ),
    )


def with_status(entry: Entry, lift: Lift, attempt: int, status: LiftStatus) -> Entry:
    """A lifter as it would be if an attempt had been marked so."""
    attempts = entry.attempts(lift)
    marked = (*attempts.status[: attempt - 1], status, *attempts.status[attempt:])
    changed = structs.replace(attempts, status=marked)
    match lift:
        case Lift.S:
            return structs.replace(entry, squat=changed)
        case Lift.B:
            return structs.replace(entry, bench=changed)
        case Lift.D:
            return structs.replace(entry, deadlift=changed)


def _bar(kg: float, loaded_kg: float | None, lift: Lift, meet: Meet) -> Bar:
    """What goes on the bar; of the next one, what is not there yet."""
    bar_kg = meet.bar_kg.get(lift, 0.0)
    if loaded_kg is None:
        side = load_bar(kg, bar_kg, meet.plates, in_kg=meet.in_kg)
    else:
        side = load_next(kg, loaded_kg, bar_kg, meet.plates, in_kg=meet.in_kg)
    # What is left by rounding alone is no plate that anybody could look for.
    real = [plate for plate in side if plate.weight > 0 or display_weight(-plate.weight) != "0"]
    return Bar(weight_of(bar_kg) or NO_WEIGHT, tuple(_plate(list(plates)) for _, plates in groupby(real, _alike)))


def _alike(plate: LoadedPlate) -> tuple[float, str, bool]:
    return plate.weight, plate.color, plate.already_loaded


def _plate(plates: list[LoadedPlate]) -> Plate:
    one = plates[0]
    missing = one.weight < 0
    text = display_weight(-one.weight) if missing else one.text
    return Plate(text, len(plates), one.color, one.already_loaded, missing)
