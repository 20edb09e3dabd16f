"""Requests of our own pages, and others."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from appliance.web.security import lan_origin, same_origin


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


@pytest.mark.parametrize(
    ("origin", "here"),
    [
        ("http://192.168.1.5:8080", True),
        ("http://[fd00::1]", True),
        ("http://127.0.0.1:3000", True),
        ("http://localhost:3000", True),
        ("https://openlifter.local", True),
        ("http://openlifter.local.evil.example", False),
        ("https://8.8.8.8", False),
        ("https://www.openlifter.com", False),
        ("file://openlifter.local", False),
        ("http://[::1", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_a_page_of_this_network_is_of_this_network(origin: str, here: bool) -> None:
    request = make_mocked_request("GET", "/.well-known/openlifter", headers={"Origin": origin})
    assert lan_origin(request) == (origin if here else None)
