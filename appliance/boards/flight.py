"""The flight as OpenLifter's lifting page has it: all attempts, totals, points and places, in lifting order."""

from __future__ import annotations

from appliance.boards.lifters import lift_attempts, lifter_of
from appliance.boards.model import Decision, FlightBoard, FlightRow, MeetHead, Standing
from appliance.boards.scene import Scene
from appliance.boards.tallies import Tallies
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.totals import COUNTING
from appliance.powerlifting.words import Lift

_FOURTH = 4


def flight_board(head: MeetHead, scene: Scene, meet: Meet, tallies: Tallies, decision: Decision | None) -> FlightBoard:
    """The board of a platform."""
    entries = scene.in_order
    contested = {lift for entry in entries for event in entry.events for lift in event.lifts}
    columns = _FOURTH if scene.order.attempt >= _FOURTH else COUNTING
    return FlightBoard(
        head,
        scene.progress,
        tuple(lift for lift in Lift if lift in contested or lift is scene.lifting.lift),
        columns,
        any(entry.lot for entry in entries),
        tuple(_row(entry, scene, meet, tallies, columns) for entry in entries),
        decision,
    )


def _row(entry: Entry, scene: Scene, meet: Meet, tallies: Tallies, columns: int) -> FlightRow:
    order, lift = scene.order, scene.lifting.lift
    now = order.attempt if entry.id == order.current else None
    then = entry.id == order.next
    standing = tallies.standing(entry, projected=scene.projected)
    question = ("flight row", columns, lift, now, then, scene.projected, standing.place)
    return tallies.memo.ask(entry, question, lambda: _new_row(entry, lift, now, then, columns, standing, meet, tallies))


def _new_row(
    entry: Entry,
    lift: Lift,
    now: int | None,
    then: bool,
    columns: int,
    standing: Standing,
    meet: Meet,
    tallies: Tallies,
) -> FlightRow:
    return FlightRow(
        lifter_of(entry, meet, tallies.memo),
        tuple(lift_attempts(entry, each, columns, now if each is lift else None, tallies.memo) for each in Lift),
        standing,
        now is not None,
        then,
    )
