"""Who is connected where, section 4. Times are seconds from anywhere."""

from __future__ import annotations

from appliance.live.presence import Attendance
from appliance.meet.records import Location

HALL = [Location("Platform 1", 2), Location("Registration", 1)]


def seen(attendance: Attendance, now: float) -> dict[str, tuple[bool, int, int | None]]:
    locations = attendance.message(now).locations
    return {each.location_name: (each.connected, each.clients, each.last_seen_ms) for each in locations}


def test_an_empty_hall_names_its_locations_in_order_with_their_priorities() -> None:
    told = Attendance(HALL).message(5.0).locations
    assert [(each.location_name, each.priority) for each in told] == [("Platform 1", 2), ("Registration", 1)]
    assert seen(Attendance(HALL), 5.0) == {"Platform 1": (False, 0, None), "Registration": (False, 0, None)}


def test_clients_of_one_location_are_counted() -> None:
    attendance = Attendance(HALL)
    assert attendance.came("laptop", "Platform 1", 1.0)
    assert attendance.came("phone", "Platform 1", 2.0)
    assert seen(attendance, 3.0)["Platform 1"] == (True, 2, 0)


def test_a_client_that_is_there_already_is_no_news() -> None:
    attendance = Attendance(HALL)
    attendance.came("laptop", "Platform 1", 1.0)
    assert not attendance.came("laptop", "Platform 1", 2.0)
    assert seen(attendance, 3.0)["Platform 1"] == (True, 1, 0)


def test_a_client_that_moves_is_at_one_place_only() -> None:
    attendance = Attendance(HALL)
    attendance.came("laptop", "Platform 1", 1.0)
    assert attendance.came("laptop", "Registration", 2.0)
    assert seen(attendance, 3.0) == {"Platform 1": (False, 0, 1000), "Registration": (True, 1, 0)}


def test_a_place_remembers_since_when_it_is_empty() -> None:
    attendance = Attendance(HALL)
    attendance.came("laptop", "Platform 1", 1.0)
    attendance.came("phone", "Platform 1", 1.0)
    attendance.went("laptop", 2.0)
    assert seen(attendance, 3.0)["Platform 1"] == (True, 1, 0)
    attendance.went("phone", 4.0)
    assert seen(attendance, 4.5)["Platform 1"] == (False, 0, 500)
