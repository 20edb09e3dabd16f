"""A meet that is written update by update, and what it is called in tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.boards.boards import Boards, Place
from appliance.boards.model import BoardKind as Kind
from appliance.boards.model import FlightBoard, OrderBoard, PlatformBoard
from appliance.meet.records import Accepted, Location
from appliance.meet.state import State
from appliance.protocol import keys

MEET_ID = "123456789"
TABLES = (Location("Platform 1", 50), Location("Platform 2", 50), Location("Desk", 10))


class Written:
    """A meet and its boards."""

    def __init__(self, locations: tuple[Location, ...] = TABLES) -> None:
        self.locations = locations
        self.state = State()
        self.now_s = 0.0
        self._number = 0
        self._boards: Boards | None = None

    @property
    def boards(self) -> Boards:
        """The boards, from the first look on kept up to date."""
        if self._boards is None:
            self._boards = Boards(MEET_ID, self.locations, self.state)
        return self._boards

    def anew(self) -> Boards:
        """The boards of the same meet, built from what stands now."""
        return Boards(MEET_ID, self.locations, self.state)

    def set(self, **changes: Any) -> frozenset[Place]:
        """Settings of the meet, by OpenLifter's names."""
        return self.take({f"meet.{name}": value for name, value in changes.items()})

    def lifter(self, entry_id: int, **more: Any) -> frozenset[Place]:
        """A lifter, who squats, benches and pulls."""
        entry = {
            "id": entry_id,
            "name": f"Lifter {entry_id}",
            "events": ["SBD"],
            "divisions": ["Open"],
            "bodyweightKg": 80,
        }
        return self.take({f"registration.entries[{entry_id}]": {**entry, **more}})

    def change(self, entry_id: int, **changes: Any) -> frozenset[Place]:
        """Properties of a lifter; ``squatKg_1`` is the second squat."""
        return self.take(
            {
                f"registration.entries[{entry_id}].{name.replace('_', '[') + ']' if '_' in name else name}": value
                for name, value in changes.items()
            }
        )

    def shows(self, location: str, **what: Any) -> frozenset[Place]:
        """What a table shows."""
        return self.take({f"lifting[{location}].{name}": value for name, value in what.items()})

    def take(self, changes: Mapping[str, Any]) -> frozenset[Place]:
        """Accept updates; returns the boards that may be others."""
        updates = [self.apply(key, value) for key, value in changes.items()]
        return self._boards.take(updates, self.now_s) if self._boards is not None else frozenset()

    def apply(self, key: str, value: Any) -> Accepted:
        """Let one update stand, and tell no boards."""
        self._number += 1
        update = Accepted(self._number, key, msgspec.json.encode(value), "c", self._number, self.locations[0].name)
        path = keys.parse(key)
        assert isinstance(path, tuple), path
        self.state.apply(update, path)
        return update

    def platform(self, number: int = 1) -> PlatformBoard:
        """Who lifts now."""
        board = self.boards.board(Kind.PLATFORM, number)
        assert isinstance(board, PlatformBoard)
        return board

    def order(self, number: int = 1) -> OrderBoard:
        """The lifting order."""
        board = self.boards.board(Kind.ORDER, number)
        assert isinstance(board, OrderBoard)
        return board

    def flight(self, number: int = 1) -> FlightBoard:
        """The flight."""
        board = self.boards.board(Kind.FLIGHT, number)
        assert isinstance(board, FlightBoard)
        return board


def three_lifters() -> Written:
    """Three lifters in flight A of platform 1, with openers of 100, 110 and 120 kg in the squat."""
    meet = Written()
    meet.set(name="Club meet", formula="Dots", weightClassesKgMen=[74, 83], divisions=["Open"])
    for number, opener in ((1, 100), (2, 110), (3, 120)):
        meet.lifter(
            number,
            bodyweightKg=75 + number,
            squatKg=[opener, 0, 0, 0, 0],
            benchKg=[60, 0, 0, 0, 0],
            deadliftKg=[150, 0, 0, 0, 0],
        )
    return meet
