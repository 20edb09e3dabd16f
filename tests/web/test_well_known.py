"""What an appliance says of itself to whoever found it."""

from __future__ import annotations

import json
from pathlib import Path

import aiohttp
import pytest

from appliance import __version__
from appliance.discovery.browser import Browser
from appliance.discovery.names import Announcement, Claimant, Neighbour
from tests.world import World, world


async def test_it_says_who_it_is_and_which_meets_it_has(tmp_path: Path) -> None:
    async with world(tmp_path, name="Club box") as venue:
        table = await venue.table()
        await table.create({"Platform 1": 1}, "Platform 1", meetName="Spring Cup")
        said = json.loads((await venue.get("/.well-known/openlifter"))[1])
        appliance_id = said.pop("id")
        assert len(appliance_id) == 16
        assert said == {
            "name": "Club box",
            "version": __version__,
            "proto": 1,
            "path": "/ws",
            "openlifter": "/openlifter/",
            "tls": False,
            "hostnames": [],
            "port": venue.port,
            "addresses": [f"127.0.0.1:{venue.port}"],
            "meets": [{"meetId": table.meet_id, "meetName": "Spring Cup"}],
            "others": [],
        }
        await venue.restart()
        assert json.loads((await venue.get("/.well-known/openlifter"))[1])["id"] == appliance_id


async def test_it_says_whom_else_it_sees(venue: World) -> None:
    said = Announcement(claimant=Claimant("22", "bb"), version="0.2.0", proto=1, meets=("123456789",))
    addresses = ("10.0.0.5", "fe80::5")
    other = Neighbour(name="Spare", host="openlifter-2.local", port=80, addresses=addresses, announcement=said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Browser, "seen", [other])
        [seen] = json.loads((await venue.get("/.well-known/openlifter"))[1])["others"]
    assert seen == {
        "id": "22",
        "name": "Spare",
        "version": "0.2.0",
        "proto": 1,
        "path": "/ws",
        "openlifter": "/openlifter/",
        "tls": False,
        "hostnames": ["openlifter-2.local"],
        "port": 80,
        "addresses": ["10.0.0.5:80"],
        "meets": [{"meetId": "123456789"}],
    }


async def test_pages_of_this_network_may_read_it_and_pages_of_the_internet_may_not(venue: World) -> None:
    async with aiohttp.ClientSession() as http:
        for origin, allowed in (("http://192.168.1.5:8080", True), ("https://evil.example", False)):
            url = f"{venue.url}/.well-known/openlifter"
            async with http.get(url, headers={"Origin": origin}) as answer:
                assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
                assert answer.headers["Vary"] == "Origin"
