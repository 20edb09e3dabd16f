"""When a flight has finished a lift, seen from what stands: the moment worth a snapshot.

A lifter has an attempt pending in a lift when one has a weight and no result yet (OpenLifter's ``squatKg[n]`` not 0 and
``squatStatus[n]`` 0). A flight ends when a result was just given and nobody of the same day, platform and flight has
an attempt pending in that lift any more. A result that is corrected afterwards ends it once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from appliance.meet.state import State

_RESULT = re.compile(r"registration\.entries\[(\d+)\]\.(squat|bench|deadlift)Status\[\d\]")


class Flight(Struct, frozen=True, order=True):
    """A flight at one lift: ``squat``, ``bench`` or ``deadlift``."""

    day: int
    platform: int
    flight: str
    lift: str


class FlightWatch:
    """Looks at a meet now and then, and says which flights have ended since the last look."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def look(self, epoch: str, state: State) -> list[Flight]:
        """The flights that have ended; the first look at an epoch finds none.

        Costs next to nothing where no result was given since, else one `State.materialise`.
        """
        seen = self._seen.get(epoch)
        self._seen[epoch] = state.last_server_seq
        if seen is None:
            return []
        given = (_RESULT.fullmatch(update.key) for update in state.since(seen) if update.value not in (b"0", b"null"))
        results = {(int(match[1]), match[2]) for match in given if match is not None}
        if not results:
            return []
        registration = state.materialise().get("registration", {})
        return ended(results, registration.get("entries", []))


def ended(results: Iterable[tuple[int, str]], entries: Iterable[Any]) -> list[Flight]:
    """Which flights have ended, of those in which a result was given.

    Args:
        results: entry id and lift of each result.
        entries: all entries, as OpenLifter has them; one that is not an object, or lacks what it needs, counts for no
            flight.
    """
    of_flight: dict[tuple[int, int, str], list[Mapping[str, Any]]] = {}
    flight_of: dict[int, tuple[int, int, str]] = {}
    for entry in entries:
        group = _group(entry) if isinstance(entry, dict) else None
        if group is not None:
            of_flight.setdefault(group, []).append(entry)
            if isinstance(entry.get("id"), int):
                flight_of[entry["id"]] = group
    found = set()
    for entry_id, lift in results:
        group = flight_of.get(entry_id)
        if group is not None and not any(_pending(each, lift) for each in of_flight[group]):
            found.add(Flight(*group, lift))
    return sorted(found)


def _group(entry: Mapping[str, Any]) -> tuple[int, int, str] | None:
    day, platform, flight = entry.get("day"), entry.get("platform"), entry.get("flight")
    if isinstance(day, int) and isinstance(platform, int) and isinstance(flight, str):
        return day, platform, flight
    return None


def _pending(entry: Mapping[str, Any], lift: str) -> bool:
    weights, statuses = entry.get(f"{lift}Kg"), entry.get(f"{lift}Status")
    if not isinstance(weights, list):
        return False
    given = statuses if isinstance(statuses, list) else []
    return any(weight and not (given[n] if n < len(given) else 0) for n, weight in enumerate(weights))
