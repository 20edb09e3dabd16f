"""What the browser's client is held to is what this client does, and all that it does."""

from __future__ import annotations

import json
from typing import Any, get_args

from appliance.client.events import End, Event, Status
from appliance.protocol.messages import FromServer
from tests.client.scenarios import FILE, scenarios_text

MOST_BYTES = 400_000


def steps() -> list[dict[str, Any]]:
    return [step for life in json.loads(FILE.read_text())["lives"] for step in life["steps"]]


def happened() -> list[dict[str, Any]]:
    return [event for step in steps() for event in step.get("events", [])]


def test_the_file_is_what_the_client_does_now() -> None:
    assert FILE.read_text() == scenarios_text(), "write it anew: python -m tests.client.scenarios"


def test_it_is_small_enough_to_be_kept() -> None:
    assert FILE.stat().st_size < MOST_BYTES


def test_each_event_happens() -> None:
    assert {event["type"] for event in happened()} == {kind.__name__ for kind in get_args(Event)}


def test_each_status_is_reached_and_each_end() -> None:
    assert {event["status"] for event in happened() if event["type"] == "StatusChanged"} == set(Status)
    assert {event["why"] for event in happened() if event["type"] == "SessionEnded"} == set(End)


def test_a_state_is_loaded_anew_and_taken_further() -> None:
    assert {event["replaced"] for event in happened() if event["type"] == "CaughtUp"} == {False, True}


def test_each_message_that_the_client_acts_on_is_heard() -> None:
    only_handed_on = {"PUBLISH_ACK", "PUBLISH_REJECTED"}
    heard = {step["message"]["msgType"] for step in steps() if step["do"] == "receive"}
    assert heard >= {kind.__struct_config__.tag for kind in get_args(FromServer)} - only_handed_on


def test_each_refusal_happens() -> None:
    assert {step["raises"] for step in steps() if "raises" in step} == {
        "CannotBeSet",
        "MayOnlyRead",
        "NotJoined",
        "RangeError",
    }
