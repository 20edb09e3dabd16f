"""Asking for a name before it is claimed, and hearing who claims it too."""

from __future__ import annotations

from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery import claims
from appliance.discovery.claims import Names, Overhearing, Rivals
from appliance.discovery.names import SERVICE_TYPE, Announcement, Claimant, to_txt
from tests.discovery.conftest import Join, until

OWN, OTHER = Claimant("11", "aa"), Claimant("22", "bb")
HERE, THERE = "10.9.9.1", "10.9.9.2"
FIRST = Names("openlifter.local.", f"Club box.{SERVICE_TYPE}")


async def stranger(network: AsyncZeroconf, address: str = THERE) -> None:
    """A device that is no appliance takes the host name."""
    kind = "_http._tcp.local."
    info = ServiceInfo(kind, f"Printer.{kind}", port=80, server=FIRST.host, parsed_addresses=[address])
    await (await network.async_register_service(info, cooperating_responders=True))


async def appliance(network: AsyncZeroconf, claimant: Claimant = OTHER) -> ServiceInfo:
    """Another appliance takes both names."""
    info = ServiceInfo(
        SERVICE_TYPE,
        FIRST.instance,
        port=80,
        server=FIRST.host,
        properties=to_txt(Announcement(claimant=claimant, version="1", proto=1)),
        parsed_addresses=[THERE],
    )
    await (await network.async_register_service(info, cooperating_responders=True))
    return info


async def test_where_nobody_answers_the_first_names_are_free(join: Join) -> None:
    assert await claims.free_names(join().zeroconf, "Club box", {HERE}) == FIRST


async def test_what_another_answers_for_is_taken(join: Join) -> None:
    await appliance(join())
    second = Names("openlifter-2.local.", f"Club box (2).{SERVICE_TYPE}")
    asking = join().zeroconf
    assert await claims.free_names(asking, "Club box", {HERE}) == second
    # A name that is ours already is not asked for.
    assert (await claims.free_names(asking, "Club box", {HERE}, FIRST.instance)).instance == FIRST.instance


async def test_another_responder_of_this_computer_is_no_objection(join: Join) -> None:
    await stranger(join(), HERE)
    assert await claims.free_names(join().zeroconf, "Club box", {HERE}) == FIRST


async def test_an_appliance_that_claims_our_names_is_known_and_a_stranger_is_one(join: Join) -> None:
    other, ours = join(), join()
    doubts: list[None] = []
    overhearing = Overhearing(lambda: FIRST, OWN, lambda: {HERE}, lambda: doubts.append(None))
    ours.zeroconf.async_add_listener(overhearing, None)
    assert not claims.rivals(ours.zeroconf, FIRST, OWN, {HERE}).any
    info = await appliance(other)
    await until(lambda: bool(doubts))
    both = Rivals(frozenset({OTHER}), frozenset({OTHER}), strangers=False)
    await until(lambda: claims.rivals(ours.zeroconf, FIRST, OWN, {HERE}) == both)
    assert claims.rivals(ours.zeroconf, FIRST, OTHER, {THERE}) == Rivals(frozenset(), frozenset(), strangers=False)
    # It gives up the host name, for whoever keeps it; what it was called stays.
    other.zeroconf.registry.async_remove(info)
    claims.give_up_addresses(other.zeroconf, info)
    await until(lambda: not claims.rivals(ours.zeroconf, FIRST, OWN, {HERE}).of_host)
    await stranger(join())
    lone = Names(FIRST.host, f"Other.{SERVICE_TYPE}")
    await until(lambda: bool(claims.rivals(ours.zeroconf, lone, OWN, {HERE}).any))


async def test_a_stranger_is_not_taken_for_an_appliance(join: Join) -> None:
    await stranger(join())
    ours = join().zeroconf
    await ours.async_wait_for_start()
    claims.ask(ours, FIRST)
    await until(lambda: claims.rivals(ours, FIRST, OWN, {HERE}) == Rivals(frozenset(), frozenset(), strangers=True))
