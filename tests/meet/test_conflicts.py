"""Section 5, conflicts: who prevails."""

from __future__ import annotations

from typing import Any

from appliance.meet.conflicts import Overrules, Stands, judge
from appliance.meet.records import Accepted
from appliance.protocol.codec import encode_value

PRIORITIES = {"Desk": 10, "Scale": 20, "Platform": 30, "Platform 2": 30}


def standing(number: int, value: Any, location: str, client: str = "other") -> Accepted:
    return Accepted(number, "meet.name", encode_value(value), client, number, location)


def judged(location: str, after: int, *others: Accepted, value: Any = "mine") -> Overrules | Stands | None:
    return judge(encode_value(value), after, "me", PRIORITIES[location], others, PRIORITIES)


def test_what_the_client_knew_of_is_no_conflict() -> None:
    assert judged("Desk", 5, standing(5, "theirs", "Platform")) is None


def test_what_it_did_not_know_of_is_one() -> None:
    v = standing(6, "theirs", "Platform")
    assert judged("Desk", 5, v) == Stands(v, earliest=6)


def test_its_own_updates_never_conflict() -> None:
    assert judged("Desk", 0, standing(6, "older", "Desk", client="me")) is None


def test_an_equal_value_is_no_conflict() -> None:
    assert judged("Desk", 0, standing(6, 1, "Platform"), value=1.0) is None
    assert judged("Desk", 0, standing(6, True, "Platform"), value=1) is not None


def test_a_higher_priority_overrules() -> None:
    v = standing(6, "theirs", "Desk")
    assert judged("Scale", 5, v) == Overrules(v)


def test_at_equal_priority_the_first_come_stands() -> None:
    v = standing(6, "theirs", "Platform 2")
    assert judged("Platform", 5, v) == Stands(v, earliest=6)


def test_it_has_to_outrank_every_one_of_several() -> None:
    desk, platform = standing(6, "a", "Desk"), standing(7, "b", "Platform")
    assert judged("Scale", 5, desk, platform) == Stands(platform, earliest=6)
    assert judged("Scale", 6, desk, platform) == Stands(platform, earliest=7)


def test_of_several_that_it_overrules_the_newest_is_named() -> None:
    older, newest = standing(6, "a", "Desk"), standing(9, "b", "Desk")
    assert judged("Scale", 5, newest, older) == Overrules(newest)
