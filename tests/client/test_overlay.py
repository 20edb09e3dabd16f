"""What the user sees while changes are on their way."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.client.changes import encoded_value, parsed_key
from appliance.client.overlay import value_at, view
from appliance.client.pending import Pending
from appliance.meet.records import Accepted
from appliance.meet.state import State

STANDING = [
    ("registration.entries[7]", {"id": 7, "name": "Ana"}),
    ("registration.entries[7].squatKg[1]", 100),
    ("registration.entries[8]", None),
    ("lifting[Platform 1].flight", "A"),
    ("meet.name", "Cup"),
]


@pytest.fixture
def state() -> State:
    state = State()
    for number, (key, value) in enumerate(STANDING, start=1):
        state.apply(Accepted(number, key, encoded_value(value), "", 0, "Platform 1"), parsed_key(key))
    return state


def pending(*changes: tuple[str, Any]) -> list[Pending]:
    return [
        Pending(number, key, parsed_key(key), encoded_value(value), 0)
        for number, (key, value) in enumerate(changes, start=1)
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("registration.entries[7]", {"id": 7, "name": "Ana", "squatKg": [0, 100, 0, 0, 0]}),
        ("registration.entries[7].squatKg[1]", 100),
        ("registration.entries[7].squatKg[2]", 0),
        ("registration.entries[7].team", None),
        ("registration.entries[8]", None),
        ("registration.entries[9].name", None),
        ("lifting[Platform 1].flight", "A"),
        ("meet.name", "Cup"),
        ("meet.city", None),
    ],
)
def test_a_value_is_what_the_view_shows_there(state: State, key: str, value: object) -> None:
    assert value_at(state, [], parsed_key(key)) == value


def test_what_is_pending_lies_on_top(state: State) -> None:
    changes = pending(("registration.entries[7].squatKg[1]", 110), ("registration.entries[8]", {"id": 8}))
    assert view(state, changes)["registration"]["entries"] == [
        {"id": 7, "name": "Ana", "squatKg": [0, 110, 0, 0, 0]},
        {"id": 8},
    ]
    assert value_at(state, changes, parsed_key("registration.entries[7].squatKg")) == [0, 110, 0, 0, 0]


def test_a_property_of_a_deleted_entry_does_not_show_a_lifter_without_a_name(state: State) -> None:
    changes = pending(("registration.entries[8].name", "Bea"), ("registration.entries[9].name", "Cleo"))
    assert view(state, changes) == view(state, [])
    assert value_at(state, changes, parsed_key("registration.entries[8].name")) is None


def test_looking_changes_nothing(state: State) -> None:
    before = state.digest, state.materialise()
    view(state, pending(("registration.entries[7]", None)))
    assert (state.digest, state.materialise()) == before
