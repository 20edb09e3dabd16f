"""A client whose accepted update was overruled tells its user, once."""

from __future__ import annotations

from appliance.client.events import Overruled
from appliance.client.own_updates import OwnUpdates
from appliance.meet.records import Accepted


def update(number: int, value: bytes, overrules: int = 0) -> Accepted:
    return Accepted(number, "meet.name", value, "", 0, "Platform 1", overrules)


MINE = update(5, b'"Open"')
BY = update(6, b'"Cup"', overrules=5)


def test_the_relay_that_overrules_is_told_once() -> None:
    own = OwnUpdates()
    assert own.accepted(MINE, []) == []
    assert own.overruled_by(BY, [MINE]) == [Overruled(MINE, BY)]
    assert own.overruled_by(BY, [MINE]) == []


def test_an_ack_that_comes_late_tells_it_too() -> None:
    own = OwnUpdates()
    assert own.accepted(MINE, [BY]) == [Overruled(MINE, BY)]
    assert own.overruled_by(BY, [MINE]) == []


def test_equal_values_foreign_updates_and_older_ones_are_no_news() -> None:
    own = OwnUpdates()
    own.accepted(MINE, [])
    assert own.overruled_by(update(6, b'"Open"', overrules=5), [MINE]) == []
    assert own.overruled_by(update(6, b'"Cup"', overrules=4), [MINE]) == []
    assert own.overruled_by(BY, [update(4, b'"Gala"')]) == []


def test_another_epoch_forgets() -> None:
    own = OwnUpdates()
    own.accepted(MINE, [])
    own.forget(above=0)
    assert own.overruled_by(BY, [MINE]) == []
