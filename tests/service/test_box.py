"""What the file on the card says of the box itself."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.service.box import Box, OwnWifi, Wifi, read

NAME = "openlifter.toml"
WIFI = {"name": "Hall", "password": "correct horse", "country": "DE"}


def test_what_is_there_is_taken_and_what_is_not_is_none() -> None:
    values = {"server": {"name": "x"}, "wifi": WIFI, "operator": {"pin": "123456"}}
    assert read(values, NAME) == (Box(wifi=Wifi("Hall", "correct horse", "DE"), pin="123456"), [])
    assert read({}, NAME) == (Box(), [])


def test_a_network_of_its_own_has_a_name_but_needs_a_password() -> None:
    box, problems = read({"own_wifi": {"password": "correct horse", "country": "US"}}, NAME)
    assert (box.own_wifi, problems) == (OwnWifi("OpenLifter", "correct horse", "US"), [])
    box, problems = read({"own_wifi": {"country": "US"}}, NAME)
    assert box.own_wifi is None
    assert "'password' is missing" in str(problems[0])


def test_an_open_network_is_joined_without_a_password() -> None:
    box, problems = read({"wifi": {"name": "Hall", "country": "DE"}}, NAME)
    assert (box.wifi, problems) == (Wifi("Hall", "", "DE"), [])


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"wifi": {**WIFI, "password": "hunter2"}}, "[wifi] password: must be"),
        ({"wifi": {**WIFI, "name": "N" * 33}}, "[wifi] name: must be"),
        ({"wifi": {**WIFI, "name": "a\nb"}}, "[wifi] name: must be"),
        ({"wifi": {**WIFI, "country": "Germany"}}, "[wifi] country: must be"),
        ({"wifi": {**WIFI, "pasword": "x"}}, "unknown setting 'pasword'"),
        ({"wifi": "Hall"}, "'wifi' must be a section"),
        ({"operator": {"pin": 123456}}, "[operator] pin: must be"),
    ],
)
def test_a_section_with_a_mistake_is_told_and_left_out(section: dict[str, Any], told: str) -> None:
    box, problems = read(section, NAME)
    assert box == Box()
    assert [told in str(problem) for problem in problems] == [True]
    assert "hunter2" not in str(problems)
