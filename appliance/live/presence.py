"""Who is connected where. Pure: times are monotonic seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from appliance.meet.records import Location
from appliance.protocol.messages import LocationPresence, Presence


class Attendance:
    """The clients at each location of a meet, and when each location was last seen."""

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self._where: dict[str, str] = {}
        self._last_seen: dict[str, float] = {}

    def came(self, client_id: str, location_name: str, now: float) -> bool:
        """A client is connected there; False if that was known. It is at one location at a time."""
        before = self._where.get(client_id)
        if before == location_name:
            return False
        if before is not None:
            self._last_seen[before] = now
        self._where[client_id] = location_name
        return True

    def went(self, client_id: str, now: float) -> None:
        """A client is connected no more."""
        self._last_seen[self._where.pop(client_id)] = now

    def message(self, now: float) -> Presence:
        """The locations in the order in which they were declared."""
        clients = Counter(self._where.values())
        return Presence(
            locations=[self._presence(location, clients[location.name], now) for location in self._locations]
        )

    def _presence(self, location: Location, clients: int, now: float) -> LocationPresence:
        seen = now if clients else self._last_seen.get(location.name)
        return LocationPresence(
            location_name=location.name,
            priority=location.priority,
            connected=clients > 0,
            clients=clients,
            last_seen_ms=None if seen is None else round((now - seen) * 1000),
        )
