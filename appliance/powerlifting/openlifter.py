"""OpenLifter's JSON state, read as a meet: the only place that knows its field names.

A live meet is often half filled in, and a table may send anything that is JSON. So whatever is missing, or of another
type than OpenLifter writes, reads as the default that OpenLifter has for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeVar

from appliance.powerlifting.model import MOST_ATTEMPTS, Attempts, Entry, Lifting, Meet
from appliance.powerlifting.plates import PlateStock
from appliance.powerlifting.words import AgeCoefficients, Equipment, Event, Formula, Lift, LiftStatus, Sex

_E = TypeVar("_E", bound=Enum)

RELEASE = "1.4"
"""The OpenLifter whose files are read and written here."""

_LIFT_NAMES = {Lift.S: "squat", Lift.B: "bench", Lift.D: "deadlift"}
_CLASSES = {Sex.F: "weightClassesKgWomen", Sex.M: "weightClassesKgMen", Sex.MX: "weightClassesKgMx"}
_BAR_KG = 25.0
# Of one kind of plate on one platform: a weightless one in the millions would be hung on the bar for ever.
_MOST_PAIRS = 100

_LARGEST = 2**53
"""Up to here JavaScript counts without gaps; what lies beyond is no weight, age or id, and could stall what counts."""


def entry_of(said: object) -> Entry | None:
    """A lifter, None if it is not even an object with an id."""
    entry = _object(said)
    number = entry.get("id")
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return Entry(
        id=number,
        day=_whole(entry, "day", 1),
        platform=_whole(entry, "platform", 1),
        flight=_text(entry, "flight", "A"),
        name=_text(entry, "name"),
        sex=_one_of(Sex, entry.get("sex"), Sex.M),
        birth_date=_text(entry, "birthDate"),
        age=_whole(entry, "age", 0),
        country=_text(entry, "country"),
        state=_text(entry, "state"),
        equipment=_one_of(Equipment, entry.get("equipment"), Equipment.SLEEVES),
        divisions=_texts(entry, "divisions"),
        events=tuple(Event(each) for each in _texts(entry, "events") if each in Event.__members__),
        lot=_whole(entry, "lot", 0),
        member_id=_text(entry, "memberId"),
        team=_text(entry, "team"),
        guest=entry.get("guest") is True,
        instagram=_text(entry, "instagram"),
        notes=_text(entry, "notes"),
        bodyweight_kg=_number(entry.get("bodyweightKg")),
        squat_rack=_text(entry, "squatRackInfo"),
        bench_rack=_text(entry, "benchRackInfo"),
        squat=_attempts(entry, Lift.S),
        bench=_attempts(entry, Lift.B),
        deadlift=_attempts(entry, Lift.D),
    )


def entries_of(state: object) -> list[Entry]:
    """All lifters of a whole state, in the order of registration."""
    registration = _object(_object(state).get("registration"))
    return [entry for entry in map(entry_of, _list(registration, "entries")) if entry is not None]


def meet_of(state: object) -> Meet:
    """The settings of a whole state."""
    meet = _object(_object(state).get("meet"))
    return Meet(
        name=_text(meet, "name"),
        country=_text(meet, "country"),
        state=_text(meet, "state"),
        city=_text(meet, "city"),
        federation=_text(meet, "federation"),
        date=_text(meet, "date"),
        length_days=_whole(meet, "lengthDays", 1),
        platforms_on_days=tuple(int(_number(each)) for each in _list(meet, "platformsOnDays")) or (1,),
        divisions=_texts(meet, "divisions"),
        classes_kg={sex: _numbers(_list(meet, name)) for sex, name in _CLASSES.items()},
        formula=_one_of(Formula, meet.get("formula"), Formula.WILKS),
        age_coefficients=_one_of(AgeCoefficients, meet.get("ageCoefficients"), AgeCoefficients.FOSTER_MCCULLOCH),
        combine_sleeves_and_wraps=meet.get("combineSleevesAndWraps") is True,
        combine_single_and_multi=meet.get("combineSingleAndMulti") is True,
        allow_4th_attempts=meet.get("allow4thAttempts") is not False,
        in_kg=meet.get("inKg") is not False,
        show_alternate_units=meet.get("showAlternateUnits") is not False,
        bar_kg={lift: _number(meet.get(f"{name}BarAndCollarsWeightKg"), _BAR_KG) for lift, name in _LIFT_NAMES.items()},
        plates=tuple(map(_plate, map(_object, _list(meet, "plates")))),
        round_totals_down=meet.get("roundTotalsDown") is True,
    )


def lifting_of(said: object) -> Lifting:
    """What a scoring table shows: OpenLifter's `lifting`."""
    lifting = _object(said)
    attempt, entry_id = lifting.get("overrideAttempt"), lifting.get("overrideEntryId")
    return Lifting(
        day=_whole(lifting, "day", 1),
        platform=_whole(lifting, "platform", 1),
        flight=_text(lifting, "flight", "A"),
        lift=_one_of(Lift, lifting.get("lift"), Lift.S),
        override_attempt=attempt if isinstance(attempt, int) and 1 <= attempt <= MOST_ATTEMPTS else None,
        override_entry_id=entry_id if isinstance(entry_id, int) else None,
    )


def _attempts(entry: Mapping[str, Any], lift: Lift) -> Attempts:
    name = _LIFT_NAMES[lift]
    kg = _numbers(_list(entry, f"{name}Kg"))[:MOST_ATTEMPTS]
    status = [_one_of(LiftStatus, each, LiftStatus.NOT_TAKEN) for each in _list(entry, f"{name}Status")[:MOST_ATTEMPTS]]
    return Attempts(
        kg + (0.0,) * (MOST_ATTEMPTS - len(kg)),
        (*status, *[LiftStatus.NOT_TAKEN] * (MOST_ATTEMPTS - len(status))),
    )


def _plate(plate: Mapping[str, Any]) -> PlateStock:
    pairs = min(_whole(plate, "pairCount", 0), _MOST_PAIRS)
    return PlateStock(_number(plate.get("weightKg")), pairs, _text(plate, "color", "#000000"))


def _object(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, dict) else {}


def _list(where: Mapping[str, Any], name: str) -> list[Any]:
    said = where.get(name)
    return said if isinstance(said, list) else []


def _text(where: Mapping[str, Any], name: str, default: str = "") -> str:
    said = where.get(name)
    return said if isinstance(said, str) else default


def _texts(where: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(each for each in _list(where, name) if isinstance(each, str))


def _number(said: object, default: float = 0.0) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return default
    return float(said) if abs(said) <= _LARGEST else default


def _numbers(said: Iterable[object]) -> tuple[float, ...]:
    return tuple(map(_number, said))


def _whole(where: Mapping[str, Any], name: str, default: int) -> int:
    number = _number(where.get(name), math.nan)
    return int(number) if number.is_integer() else default


def _one_of(kind: type[_E], said: object, default: _E) -> _E:
    try:
        return kind(said)
    except ValueError:
        return default
