"""One appliance as it is announced, and two that claim the same names."""

from __future__ import annotations

import asyncio

import pytest
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery import claims
from appliance.discovery.browser import Browser
from appliance.discovery.claims import Names
from appliance.discovery.names import SERVICE_TYPE, Announcement, Claimant
from appliance.discovery.presence import Facts, Presence
from tests.discovery.conftest import LOOPBACK, Join, until

FIRST = Names("openlifter.local.", f"Club box.{SERVICE_TYPE}")


class Box:
    """An appliance with an address that only it has."""

    def __init__(self, network: AsyncZeroconf, mark: str, address: str) -> None:
        self.doubts = 0
        self.own = {address}
        self.facts = Facts(Announcement(claimant=Claimant(mark, mark), version="1", proto=1), 80, (address,))
        self.presence = Presence(network, LOOPBACK, self.facts, "Club box", lambda: self.own, self._doubt)

    def _doubt(self) -> None:
        self.doubts += 1

    async def settle(self) -> bool:
        """What the advertiser does when there is a doubt."""
        self.presence.ask()
        await asyncio.sleep(1)
        return await self.presence.settle()


async def test_it_is_announced_with_what_is_true_now(join: Join) -> None:
    box, browser = Box(join(), "11", "10.9.9.1"), Browser()
    browser.attach(join())
    await box.presence.announce()
    assert box.presence.names == FIRST
    await until(lambda: [each.addresses for each in browser.seen] == [("10.9.9.1",)])
    box.own.add("10.9.9.7")
    await box.presence.say(Facts(box.facts.announcement, 80, ("10.9.9.7",)))
    await until(lambda: any("10.9.9.7" in each.addresses for each in browser.seen))
    await box.presence.move(LOOPBACK, Facts(box.facts.announcement, 81, ("10.9.9.7",)))
    await until(lambda: [each.port for each in browser.seen] == [81])
    assert not await box.presence.settle()
    await browser.detach()


async def test_of_two_that_took_the_same_names_the_smaller_keeps_them(
    join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blind(*arguments: object) -> Names:
        return FIRST

    small, large = Box(join(), "11", "10.9.9.1"), Box(join(), "22", "10.9.9.2")
    with monkeypatch.context() as patch:
        patch.setattr(claims, "free_names", blind)
        await large.presence.announce()
        await small.presence.announce()
    await until(lambda: bool(large.doubts and small.doubts))
    assert all(await asyncio.gather(small.settle(), large.settle()))
    assert small.presence.names == FIRST
    second = Names("openlifter-2.local.", f"Club box (2).{SERVICE_TYPE}")
    assert large.presence.names == second
    # And there it ends, when what was said before has faded.
    rounds = 0
    while any(await asyncio.gather(small.settle(), large.settle())):
        rounds += 1
        assert rounds < 4
    assert (small.presence.names, large.presence.names) == (FIRST, second)
