"""What a scoring table types, over and over: the attempts of its lifters, as updates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from appliance.protocol.words import ATTEMPTS

Change = tuple[str, Any]
"""A key and its value."""

ENTRIES_PER_TABLE = 20
LARGE_MEET_ENTRIES = 160
LARGE_MEET_KEYS = 5000
LARGE_MEET_UPDATES = 20_000

_LIFTS = ("squat", "bench", "deadlift")
_KINDS = ("Kg", "Status")


def registrations(first_id: int, entries: int) -> list[Change]:
    """Whole entries, as the registration desk enters them."""
    return [(f"registration.entries[{entry}]", _entry(entry)) for entry in range(first_id, first_id + entries)]


def lifting(first_id: int, entries: int) -> Iterator[Change]:
    """Attempts without end: flight after flight, the weight asked for and then the referees' decision."""
    for round_number in count():
        for lift in _LIFTS:
            for attempt in range(ATTEMPTS):
                for entry in range(first_id, first_id + entries):
                    weight_kg = 100 + 2.5 * ((entry + attempt + round_number) % 80)
                    yield f"registration.entries[{entry}].{lift}Kg[{attempt}]", weight_kg
                    status = -1 if (entry + attempt + round_number) % 4 == 0 else 1
                    yield f"registration.entries[{entry}].{lift}Status[{attempt}]", status


def large_meet(first_id: int) -> Iterator[Change]:
    """`LARGE_MEET_UPDATES` updates, of which those to `LARGE_MEET_KEYS` different keys stand in the end."""
    entries = registrations(first_id, LARGE_MEET_ENTRIES)
    yield from entries
    attempts = LARGE_MEET_ENTRIES * len(_LIFTS) * len(_KINDS) * ATTEMPTS
    set_up = LARGE_MEET_KEYS - len(entries) - attempts
    yield from ((f"x.setting{number}", {"number": number, "name": f"Setting {number}"}) for number in range(set_up))
    changes = lifting(first_id, LARGE_MEET_ENTRIES)
    for _ in range(LARGE_MEET_UPDATES - len(entries) - set_up):
        yield next(changes)


def _entry(entry_id: int) -> dict[str, Any]:
    return {
        "id": entry_id,
        "day": 1,
        "platform": 1,
        "flight": "ABCD"[entry_id % 4],
        "name": f"Lifter Number {entry_id}",
        "sex": "MF"[entry_id % 2],
        "birthDate": "1990-06-15",
        "age": 0,
        "country": "Norway",
        "state": "",
        "intendedWeightClassKg": "",
        "equipment": "Sleeves",
        "divisions": ["Open"],
        "events": ["SBD"],
        "lot": entry_id % 1000,
        "memberId": str(entry_id),
        "paid": True,
        "team": "Home",
        "guest": False,
        "notes": "",
        "bodyweightKg": 82.5,
        "squatRackInfo": "12",
        "benchRackInfo": "7/4",
        **{f"{lift}{kind}": [0] * ATTEMPTS for lift in _LIFTS for kind in _KINDS},
    }
