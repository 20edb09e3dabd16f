"""The meet as the rules see it, kept up to date: only what an update touches is read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from appliance.meet.records import Accepted, Location
from appliance.meet.state import State
from appliance.powerlifting.model import MOST_ATTEMPTS, Entry, Lifting, Meet
from appliance.powerlifting.openlifter import entry_of, lifting_of, meet_of
from appliance.powerlifting.words import Lift, LiftStatus
from appliance.protocol import keys

MOST_PLATFORMS = 20
"""More than any venue has: a number beyond is a slip of the finger."""


class Mark(Struct, frozen=True):
    """An attempt that was marked: ``before`` and ``after`` are its lifter, ``attempt`` counts from 1."""

    server_seq: int
    before: Entry
    after: Entry
    lift: Lift
    attempt: int
    good: bool


class Changes(Struct):
    """What updates have changed.

    Attributes:
        entries: by id, what each lifter was before and is after; None for not there.
        meet: whether the settings of the meet were touched.
        liftings: whether what a table shows was touched.
        marks: in the order of their numbers.
    """

    entries: dict[int, tuple[Entry | None, Entry | None]] = {}
    meet: bool = False
    liftings: bool = False
    marks: list[Mark] = []


class Shown(Struct, frozen=True):
    """What a table shows, and the number of the newest update of it."""

    lifting: Lifting
    server_seq: int


class Stand:
    """A meet as it stands.

    Attributes:
        meet: its settings.
        entries: its lifters by id.
        shown: by location, what the tables show that have chosen something.
    """

    def __init__(self, locations: Sequence[Location], state: State) -> None:
        self.locations = locations
        self._state = state
        self.meet = _meet(state)
        self.entries: dict[int, Entry] = {}
        for entry_id in state.entry_ids():
            self._read_entry(entry_id)
        self.shown: dict[str, Shown] = {}
        for location in locations:
            self._read_shown(location.name)

    def take(self, updates: Iterable[Accepted]) -> Changes:
        """Read again what these updates have touched; they are in the state already."""
        changes = Changes()
        touched: dict[int, int] = {}
        for update in updates:
            path = keys.parse(update.key)
            match path:
                case ("registration", "entries", selector, *_):
                    touched[int(selector[1:-1])] = update.server_seq
                case ("meet", *_):
                    changes.meet = True
                case ("lifting", selector, *_):
                    changes.liftings = True
                    self._read_shown(selector[1:-1])
                case _:
                    pass
        if changes.meet:
            self.meet = _meet(self._state)
        for entry_id, server_seq in touched.items():
            before = self.entries.get(entry_id)
            after = self._read_entry(entry_id)
            changes.entries[entry_id] = (before, after)
            if before is not None and after is not None:
                changes.marks += _marks(before, after, server_seq)
        changes.marks.sort(key=lambda mark: mark.server_seq)
        return changes

    def platforms(self) -> tuple[int, ...]:
        """The platforms of the day that has most of them."""
        most = max(self.meet.platforms_on_days, default=1)
        return tuple(range(1, min(max(most, 1), MOST_PLATFORMS) + 1))

    def _read_entry(self, entry_id: int) -> Entry | None:
        said = self._state.entry(entry_id)
        # A table may have written anything, but it is addressed by its key.
        entry = entry_of({**said, "id": entry_id}) if isinstance(said, dict) else None
        if entry is None:
            self.entries.pop(entry_id, None)
            return None
        comes_late = entry_id not in self.entries and any(known > entry_id for known in self.entries)
        self.entries[entry_id] = entry
        if comes_late:
            # Lifters stand in the order of their ids, whoever came first: every place shows them alike.
            self.entries = dict(sorted(self.entries.items()))
        return entry

    def _read_shown(self, location_name: str) -> None:
        said, newest = self._state.shown_at(location_name)
        if said is None:
            self.shown.pop(location_name, None)
        else:
            self.shown[location_name] = Shown(lifting_of(said), newest)


def _meet(state: State) -> Meet:
    return meet_of({"meet": state.section("meet")})


def _marks(before: Entry, after: Entry, server_seq: int) -> list[Mark]:
    marks: list[Mark] = []
    for lift in Lift:
        was, now = before.attempts(lift).status, after.attempts(lift).status
        if was != now:
            marks += [
                Mark(server_seq, before, after, lift, place + 1, now[place] is LiftStatus.GOOD)
                for place in range(MOST_ATTEMPTS)
                if now[place] is not was[place] and now[place] is not LiftStatus.NOT_TAKEN
            ]
    return marks
