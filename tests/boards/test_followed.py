"""Which table a platform's boards follow."""

from __future__ import annotations

from appliance.boards.followed import followed
from appliance.boards.stand import Stand
from appliance.meet.records import Location
from appliance.powerlifting.model import Lifting
from appliance.powerlifting.words import Lift
from tests.boards.written import Written


def shown(meet: Written, platform: int) -> tuple[str | None, Lifting]:
    return followed(Stand(meet.locations, meet.state), platform)


def test_as_long_as_no_table_has_chosen_it_is_where_openlifter_begins() -> None:
    assert shown(Written(), 2) == (None, Lifting(platform=2))


def test_the_table_that_shows_the_platform_is_followed() -> None:
    meet = Written()
    meet.shows("Platform 2", platform=2, flight="C", lift="D")
    assert shown(meet, 2) == ("Platform 2", Lifting(platform=2, flight="C", lift=Lift.D))
    assert shown(meet, 1)[0] is None


def test_a_table_that_has_said_no_platform_shows_the_first() -> None:
    meet = Written()
    meet.shows("Platform 1", flight="B")
    assert shown(meet, 1) == ("Platform 1", Lifting(flight="B"))


def test_the_scoring_table_outranks_somebody_who_looks_around() -> None:
    meet = Written()
    meet.shows("Platform 1", flight="A", platform=1)
    meet.shows("Desk", flight="C", platform=1)
    assert shown(meet, 1)[0] == "Platform 1"


def test_of_equals_the_one_that_has_chosen_last_is_followed() -> None:
    meet = Written((Location("Left", 5), Location("Right", 5)))
    meet.shows("Left", platform=1)
    meet.shows("Right", platform=1)
    assert shown(meet, 1)[0] == "Right"
    meet.shows("Left", flight="B")
    assert shown(meet, 1)[0] == "Left"
