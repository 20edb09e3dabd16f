"""Section 6: what a client knows, and how it knows that nothing is missing."""

from __future__ import annotations

from appliance.client.canonical import CanonicalLog
from appliance.meet.records import Accepted
from appliance.protocol.digest import EMPTY_DIGEST

EPOCH, NEW_EPOCH = "00000000000000e1", "00000000000000e2"


def take(log: CanonicalLog, number: int, name: str, *, mine: bool = False) -> bool:
    return log.take(Accepted(number, f"meet.{name}", b"1", "", 0, ""), ("meet", name), mine=mine)


def caught_up(server_seq: int = 0) -> CanonicalLog:
    log = CanonicalLog(EPOCH)
    log.pull()
    log.complete(EPOCH, server_seq)
    return log


def test_numbers_in_a_row_are_applied() -> None:
    log = caught_up()
    assert take(log, 1, "a")
    assert take(log, 2, "b")
    assert not take(log, 2, "b")
    assert (log.applied, log.gap) == (2, False)


def test_a_number_beyond_the_next_leaves_a_gap_until_it_is_pulled() -> None:
    log = caught_up()
    take(log, 2, "b")
    assert (log.applied, log.gap) == (0, True)
    assert log.pull() == 0
    take(log, 1, "a")
    assert (log.applied, log.gap) == (0, False)
    log.complete(EPOCH, 2)
    assert (log.applied, log.gap) == (2, False)


def test_a_state_that_is_loaded_anew_shows_when_it_is_complete() -> None:
    log = caught_up()
    take(log, 1, "a")
    assert log.pull(anew_in=EPOCH) == 0
    assert log.pulled_digest() == EMPTY_DIGEST
    take(log, 2, "b")
    take(log, 3, "c", mine=True)
    assert log.state.materialise() == {"meet": {"a": 1, "c": 1}}
    log.complete(EPOCH, 3)
    assert log.state.materialise() == {"meet": {"b": 1, "c": 1}}


def test_a_pull_that_is_interrupted_leaves_what_was_there() -> None:
    log = caught_up()
    take(log, 1, "a")
    log.pull(anew_in=EPOCH)
    log.interrupt()
    assert log.state.materialise() == {"meet": {"a": 1}}
    assert log.pull() == 1


def test_another_epoch_is_foreign_until_it_is_pulled() -> None:
    log = caught_up()
    assert log.is_foreign(NEW_EPOCH)
    assert not log.is_foreign(None)
    log.pull()
    assert log.is_foreign(NEW_EPOCH)
    log.answered_in(NEW_EPOCH)
    assert not log.is_foreign(NEW_EPOCH)
    log.complete(NEW_EPOCH, 0)
    assert (log.epoch, log.anew) == (NEW_EPOCH, False)
