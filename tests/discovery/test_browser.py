"""Seeing the other appliances."""

from __future__ import annotations

from zeroconf import ServiceInfo

from appliance.discovery.browser import Browser, look
from appliance.discovery.names import SERVICE_TYPE, Announcement, Claimant, to_txt
from tests.discovery.conftest import LOOPBACK, Join, until

SAID = Announcement(claimant=Claimant("11", "aa"), version="0.1.0", proto=1, meets=("123456789",))


def announced(said: Announcement, label: str = "Club box") -> ServiceInfo:
    """An appliance."""
    return ServiceInfo(
        SERVICE_TYPE,
        f"{label}.{SERVICE_TYPE}",
        port=8080,
        server="openlifter.local.",
        properties=to_txt(said),
        parsed_addresses=["10.9.9.1", "fe80::1"],
    )


async def test_others_come_change_and_go(join: Join) -> None:
    network, browser = join(), Browser(Claimant("22", "bb"))
    browser.attach(join())
    assert browser.seen == []
    await network.async_register_service(announced(SAID), cooperating_responders=True)
    await until(lambda: len(browser.seen) == 1)
    [seen] = browser.seen
    assert (seen.name, seen.host, seen.reachable) == ("Club box", "openlifter.local", ["10.9.9.1:8080"])
    assert seen.announcement == SAID
    await network.async_update_service(announced(Announcement(claimant=SAID.claimant, version="0.1.0", proto=1)))
    await until(lambda: [each.announcement.meets for each in browser.seen] == [()])
    await network.async_unregister_all_services()
    await until(lambda: browser.seen == [])
    await browser.detach()
    await browser.detach()


async def test_neither_we_nor_what_is_no_appliance_is_another(join: Join) -> None:
    network, browser = join(), Browser(SAID.claimant)
    browser.attach(join())
    await network.async_register_service(announced(SAID), cooperating_responders=True)
    nameless = ServiceInfo(
        SERVICE_TYPE, f"TV.{SERVICE_TYPE}", port=1, server="tv.local.", parsed_addresses=["10.9.9.3"]
    )
    await network.async_register_service(nameless, cooperating_responders=True)
    other = Announcement(claimant=Claimant("33", "cc"), version="0.1.0", proto=1)
    await network.async_register_service(announced(other, "Other box"), cooperating_responders=True)
    await until(lambda: [each.name for each in browser.seen] == ["Other box"])
    await browser.detach()


async def test_one_look_finds_who_is_there(join: Join) -> None:
    await join().async_register_service(announced(SAID), cooperating_responders=True)
    assert [each.name for each in await look(LOOPBACK, 0.5)] == ["Club box"]
