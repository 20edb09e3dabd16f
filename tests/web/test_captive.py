"""What phones get that ask whether there is internet."""

from __future__ import annotations

import aiohttp
import pytest

from appliance.web.captive import PROBES
from tests.world import World


@pytest.mark.parametrize("probe", PROBES)
async def test_a_probe_is_led_to_the_page_by_address(venue: World, probe: str) -> None:
    async with aiohttp.ClientSession() as http:
        theirs = {"Host": "connectivitycheck.example"}
        async with http.get(venue.url + probe, headers=theirs, allow_redirects=False) as answer:
            assert answer.status == 302
            assert answer.headers["Location"] == f"{venue.url}/"
            assert answer.headers["Cache-Control"] == "no-store"
