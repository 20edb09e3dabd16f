"""Whether results may go. How the outbox heeds it is in test_outbox.py."""

from __future__ import annotations

from appliance.publishing.gate import DOUBT_S, Gate
from appliance.publishing.internet import Reach
from appliance.service.clock import PLAUSIBLE_FROM_S
from tests.publishing.hall import ToldChannel, ToldInternet

SMTP = (("mail.example", 587),)


class Stand:
    """A gate, and everything it looks at."""

    def __init__(self) -> None:
        self.internet, self.channel = ToldInternet(), ToldChannel(SMTP)
        self.now_s, self.wall_s = 0.0, PLAUSIBLE_FROM_S
        self.gate = Gate(self.internet, lambda: self.now_s, lambda: self.wall_s)

    async def held(self) -> str:
        hold = await self.gate.hold(self.channel)
        return hold.what if hold else ""


async def test_the_first_thing_that_is_missing_is_told() -> None:
    stand = Stand()
    stand.channel.missing, stand.wall_s, stand.internet.now = "no password", PLAUSIBLE_FROM_S - 1, Reach.OFFLINE
    assert await stand.held() == "no password"
    stand.channel.missing = None
    assert await stand.held() == "the clock is not set"
    stand.wall_s = PLAUSIBLE_FROM_S
    assert await stand.held() == "there is no internet"
    stand.internet.now = Reach.CAPTIVE
    assert "sign-in" in await stand.held()
    assert not stand.gate.stands_open
    stand.internet.now = Reach.ONLINE
    assert await stand.held() == ""
    assert stand.gate.stands_open


async def test_a_folder_needs_neither_clock_nor_internet() -> None:
    stand = Stand()
    stand.channel.hosts, stand.wall_s, stand.internet.now = (), 0.0, Reach.OFFLINE
    assert await stand.held() == ""
    assert not stand.gate.stands_open


async def test_that_it_came_is_counted_but_not_that_it_was_there() -> None:
    stand = Stand()
    for reach in (Reach.ONLINE, Reach.OFFLINE, Reach.ONLINE, Reach.CAPTIVE, Reach.ONLINE, Reach.ONLINE):
        stand.internet.now = reach
        await stand.held()
    assert stand.gate.arrivals == 2


async def test_once_an_hour_internet_that_is_not_seen_is_tried_all_the_same() -> None:
    stand = Stand()
    stand.internet.now = Reach.CAPTIVE
    passed = []
    for minute in range(200):
        stand.now_s = 60.0 * minute
        if not await stand.held():
            passed.append(minute)
    assert passed == [DOUBT_S / 60, 2 * DOUBT_S / 60, 3 * DOUBT_S / 60]
