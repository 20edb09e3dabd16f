"""Requests of our own pages, and others."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from appliance.web.security import same_origin


@pytest.mark.parametrize(
    ("host", "origin", "ours"),
    [
        ("openlifter.local:8080", "http://openlifter.local:8080", True),
        ("OpenLifter.local", "http://openlifter.local", True),
        ("[fe80::1]:8080", "http://[fe80::1]:8080", True),
        ("openlifter.local:8080", "http://openlifter.local", False),
        ("openlifter.local", "http://evil.example", False),
        ("openlifter.local", "http://openlifter.local.evil.example", False),
        ("openlifter.local", "null", False),
        ("openlifter.local", "", False),
        ("openlifter.local", "http://[::1", False),
        ("", "http://", False),
    ],
)
def test_only_a_page_of_this_very_address_is_ours(host: str, origin: str, ours: bool) -> None:
    request = make_mocked_request("POST", "/operator", headers={"Host": host, "Origin": origin})
    assert same_origin(request) is ours


def test_who_does_not_say_where_it_is_from_is_not_ours() -> None:
    assert not same_origin(make_mocked_request("POST", "/operator", headers={"Host": "openlifter.local"}))
