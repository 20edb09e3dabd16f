"""The file that OpenLifter opens."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.powerlifting.save_file import save_file
from appliance.protocol import keys
from tests.powerlifting.recorded import MEETS, read, recorded
from tests.powerlifting.vectors import vectors


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_a_recorded_meet_is_saved_as_openlifter_saves_it(name: str) -> None:
    expected = read(f"{name}.openlifter")
    changes = [{"key": f"meet.{key}", "value": value} for key, value in read(f"{name}.initial.json")["meet"].items()]
    changes += [change for line in vectors(f"{name}.changes.jsonl") for change in line["changes"]]
    state = State()
    for number, change in enumerate(changes, start=1):
        path = keys.parse(change["key"])
        assert isinstance(path, tuple)
        state.apply(Accepted(number, change["key"], msgspec.json.encode(change["value"]), "c", number, "desk"), path)
    saved = save_file(state.materialise(), expected["lifting"])
    assert saved.keys() == {"versions", "language", "meet", "registration", "lifting"}
    assert saved["versions"] == expected["versions"]
    assert saved["meet"] == expected["meet"]
    assert saved["registration"]["entries"] == expected["registration"]["entries"]
    assert saved["registration"]["lookup"] == expected["registration"]["lookup"]
    # OpenLifter never gives the id of a lifter who was deleted again; of those nothing stands.
    assert saved["registration"]["nextEntryId"] <= expected["registration"]["nextEntryId"]
    assert saved["lifting"] == expected["lifting"]


@pytest.mark.parametrize("lifting", [None, 7, {}])
def test_a_meet_of_which_nothing_is_set_opens_as_openlifter_begins(lifting: object) -> None:
    saved: dict[str, Any] = save_file({}, lifting)
    assert saved["registration"] == {"nextEntryId": 5000, "entries": [], "lookup": {}}
    assert saved["lifting"]["flight"] == "A"


def test_the_next_lifter_gets_a_new_id() -> None:
    registration = save_file({"registration": {"entries": [{"id": 105000}, {"id": 9}, {"name": "?"}]}}, None)[
        "registration"
    ]
    assert registration["nextEntryId"] == 105001
    assert registration["lookup"] == {"105000": 0, "9": 1}
