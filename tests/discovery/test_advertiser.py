"""Making it known, whatever the network does; on real cards in tests/netns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from appliance.discovery import advertiser as module
from appliance.discovery.advertiser import Advertiser
from appliance.discovery.browser import Browser
from appliance.discovery.interfaces import Interface
from appliance.discovery.names import Announcement, Claimant
from appliance.discovery.presence import Presence
from appliance.service.warnings import WarningBoard
from tests.discovery.conftest import LOOPBACK, Join, until

EVERYWHERE = {"0.0.0.0", "::"}
OWN = Claimant("11", "aa")


class Box:
    """An appliance whose network a test changes."""

    def __init__(self, **more: Any) -> None:
        self.cards: list[Interface] = LOOPBACK
        self.meets: list[str] = []
        self.board = WarningBoard()
        self.advertiser = Advertiser(
            "Club box",
            Announcement(claimant=OWN, version="0.1.0", proto=1),
            lambda: self.meets,
            Browser(OWN),
            self.board,
            interfaces=lambda: self.cards,
            **more,
        )

    @property
    def warned(self) -> list[str]:
        """What the operator is warned of, without other responders of this computer."""
        return [each.name for each in self.board.active if each.name != "second_responder"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and tries more often."""
    for name in ("TICK_S", "RETRY_S", "LOOK_S"):
        monkeypatch.setattr(module, name, 0.1)


def seen_by(browser: Browser, what: Callable[[Any], bool]) -> Callable[[], bool]:
    """Whether it sees one appliance like that."""
    return lambda: len(browser.seen) == 1 and what(browser.seen[0])


async def test_it_is_known_with_its_meets_until_it_stops(join: Join, quick: None) -> None:
    box, browser = Box(), Browser()
    browser.attach(join())
    box.advertiser.start(EVERYWHERE, 8080)
    await until(
        seen_by(browser, lambda seen: (seen.name, seen.host, seen.port) == ("Club box", "openlifter.local", 8080))
    )
    assert (box.advertiser.hostname, box.advertiser.addresses) == ("openlifter.local", ["127.0.0.1:8080"])
    box.meets = ["123456789"]
    await until(seen_by(browser, lambda seen: seen.announcement.meets == ("123456789",)))
    await box.advertiser.stop()
    await until(lambda: browser.seen == [])
    assert box.advertiser.hostname is None
    await box.advertiser.stop()
    await browser.detach()


async def test_no_network_is_a_warning_until_there_is_one(join: Join, quick: None) -> None:
    box = Box()
    box.cards = []
    box.advertiser.start(EVERYWHERE, 8080)
    await until(lambda: box.warned == ["no_network"])
    box.cards = LOOPBACK
    await until(lambda: box.warned == [] and box.advertiser.hostname is not None)
    box.cards = []
    await until(lambda: box.warned == ["no_network"] and box.advertiser.hostname is None)
    await box.advertiser.stop()


@pytest.mark.parametrize("error", [OSError("the port is taken"), KeyError("a bug")])
async def test_whatever_goes_wrong_is_a_warning_and_is_tried_again(
    join: Join, quick: None, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def broken(presence: Presence) -> None:
        raise error

    box = Box()
    with monkeypatch.context() as patch:
        patch.setattr(Presence, "announce", broken)
        box.advertiser.start(EVERYWHERE, 8080)
        await until(lambda: box.warned == ["discovery_failed"])
        assert str(error) in box.board.active[0].detail
    await until(lambda: box.warned == [])
    await box.advertiser.stop()


@pytest.mark.parametrize(("more", "hosts"), [({"enabled": False}, EVERYWHERE), ({}, {"127.0.0.1"}), ({}, {"::1"})])
async def test_what_is_switched_off_or_for_this_computer_only_is_not_made_known(more: Any, hosts: set[str]) -> None:
    before = asyncio.all_tasks()
    box = Box(**more)
    box.advertiser.start(hosts, 8080)
    assert asyncio.all_tasks() == before
    assert box.advertiser.hostname is None
    assert box.advertiser.name == "Club box"
    assert box.advertiser.addresses in (["127.0.0.1:8080"], ["[::1]:8080"])
    await box.advertiser.stop()


async def test_a_computer_that_slept_is_announced_again(
    join: Join, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = asyncio.Event()
    slept = 0.0

    async def repeat(presence: Presence) -> None:
        again.set()

    monkeypatch.setattr(module, "_slept_s", lambda: slept)
    box = Box()
    box.advertiser.start(EVERYWHERE, 8080)
    await until(lambda: box.advertiser.hostname is not None)
    monkeypatch.setattr(Presence, "repeat", repeat)
    slept = 3600.0
    async with asyncio.timeout(5):
        await again.wait()
    await box.advertiser.stop()
