"""When a flight has finished a lift."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.meet.log import MeetLog, Sender
from appliance.meet.records import Accepted
from appliance.protocol.messages import Update
from appliance.upkeep.flights import Flight, FlightWatch, ended

FLIGHT = Flight(1, 1, "A", "squat")


def lifter(entry_id: int, weights: list[float], statuses: list[int], **more: Any) -> dict[str, Any]:
    return {
        "id": entry_id,
        "day": 1,
        "platform": 1,
        "flight": "A",
        "squatKg": weights,
        "squatStatus": statuses,
        **more,
    }


DONE = lifter(1, [100, 110, 120, 0, 0], [1, 1, -1, 0, 0])


class TestEnding:
    def test_a_flight_ends_when_nobody_has_an_attempt_pending(self) -> None:
        assert ended([(1, "squat")], [DONE, lifter(2, [90, 95, 0, 0, 0], [1, -1, 0, 0, 0])]) == [FLIGHT]

    def test_one_who_still_has_to_lift_keeps_it_open(self) -> None:
        assert ended([(1, "squat")], [DONE, lifter(2, [90, 95, 100, 0, 0], [1, -1, 0, 0, 0])]) == []

    @pytest.mark.parametrize("elsewhere", [{"day": 2}, {"platform": 2}, {"flight": "B"}])
    def test_others_have_nothing_to_do_with_it(self, elsewhere: dict[str, Any]) -> None:
        assert ended([(1, "squat")], [DONE, lifter(2, [90, 0, 0, 0, 0], [0] * 5, **elsewhere)]) == [FLIGHT]

    def test_the_openers_of_the_next_lift_do_not_keep_it_open(self) -> None:
        assert ended([(1, "squat")], [{**DONE, "benchKg": [60, 0, 0, 0, 0], "benchStatus": [0] * 5}]) == [FLIGHT]

    def test_a_fourth_attempt_counts(self) -> None:
        assert ended([(1, "squat")], [lifter(1, [100, 110, 120, 125, 0], [1, 1, 1, 0, 0])]) == []

    @pytest.mark.parametrize(
        "odd",
        [None, 5, {}, {"id": 1}, {"id": [], "day": 1, "platform": 1, "flight": "A"}, {**DONE, "id": 2, "flight": [1]}],
    )
    def test_what_is_no_entry_counts_for_nothing(self, odd: object) -> None:
        assert ended([(1, "squat")], [odd, DONE]) == [FLIGHT]
        assert ended([(7, "squat")], [odd, DONE]) == []

    @pytest.mark.parametrize("odd", [{"squatKg": "100"}, {"squatKg": None}, {"squatStatus": "x"}, {"squatStatus": []}])
    def test_odd_attempts_are_no_error(self, odd: dict[str, Any]) -> None:
        ended([(1, "squat")], [{**DONE, **odd}])


class Table:
    """A log that grows."""

    def __init__(self) -> None:
        self.log = MeetLog({"Platform 1": 1})
        self.watch = FlightWatch()

    def set(self, key: str, value: object) -> None:
        number = self.log.last_server_seq
        update = Update(update_key=key, update_value=value, local_seq_num=number + 1, after_server_seq_num=number)
        [decision] = self.log.receive([update], Sender("table", "Platform 1", 1))
        assert isinstance(decision, Accepted)
        self.log.settle()

    def look(self) -> list[Flight]:
        return self.watch.look("epoch", self.log.state)


def test_a_watch_tells_each_end_once() -> None:
    table = Table()
    for number in (1, 2):
        table.set(f"registration.entries[{number}]", lifter(number, [100, 0, 0, 0, 0], [0] * 5))
    assert table.look() == []
    table.set("registration.entries[1].squatStatus[0]", 1)
    assert table.look() == []
    table.set("registration.entries[2].squatStatus[0]", -1)
    assert table.look() == [FLIGHT]
    assert table.look() == []
    table.set("meet.name", "Cup")
    assert table.look() == []


def test_what_was_over_before_the_first_look_is_not_told() -> None:
    table = Table()
    table.set("registration.entries[1]", DONE)
    table.set("registration.entries[1].squatStatus[2]", 1)
    assert table.look() == []


def test_a_result_that_is_taken_back_ends_nothing() -> None:
    table = Table()
    table.set("registration.entries[1]", lifter(1, [100, 0, 0, 0, 0], [1, 0, 0, 0, 0]))
    table.look()
    table.set("registration.entries[1].squatStatus[0]", 0)
    assert table.look() == []
