"""Being found on a real network, with real multicast: a stranger's router, two boxes, pulled cables."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.netns.conftest import Start
from tests.netns.network import PATIENCE_S, Host, Network

pytestmark = pytest.mark.timeout(60)

FIRST, SECOND = "openlifter.local", "openlifter-2.local"


def finds(address: str, host: str = FIRST) -> Any:
    """Whether a finder's line shows the appliance with this name at this address, and the name leads there."""
    return lambda line: (
        address in line.get("hosts", {}).get(host, [])
        and any(each["host"] == host and f"{address}:80" in each["addresses"] for each in line["seen"])
    )


def finds_nothing(line: dict[str, Any]) -> bool:
    """Whether a finder's line is empty."""
    return "hosts" in line and not line["seen"] and not any(line["hosts"].values())


async def test_it_is_found_and_its_name_leads_to_it_within_two_seconds_until_it_stops(
    hall: Network, start: Start
) -> None:
    box, laptop = hall.add_host("box", "10.9.0.1/24", "switch"), hall.add_host("laptop", "10.9.0.2/24", "switch")
    finder = await start(laptop, "finder")
    await finder.until(finds_nothing)
    appliance = await start(box, "appliance")
    found = await finder.until(finds("10.9.0.1"))
    served = await appliance.event("serving")
    assert found["heard_s"] - served["heard_s"] < 2
    said = await box.get("/.well-known/openlifter")
    assert (said["hostnames"], said["port"], said["addresses"][0]) == ([FIRST], 80, "10.9.0.1:80")
    listed = laptop.run(sys.executable, "-m", "appliance", "discover", "--json", "--timeout", "1")
    assert [each["hostname"] for each in json.loads(listed)] == [FIRST]
    mark = finder.mark
    await appliance.stop()
    await finder.until(finds_nothing, mark)


async def test_two_boxes_that_start_at_once_get_two_names_and_each_lists_the_other(hall: Network, start: Start) -> None:
    boxes = [hall.add_host(f"box{number}", f"10.9.0.{number}/24", "switch") for number in (1, 2)]
    laptop = hall.add_host("laptop", "10.9.0.9/24", "switch")
    finder = await start(laptop, "finder")
    await asyncio.gather(*(start(box, "appliance") for box in boxes))
    await finder.until(has_two_apart)
    for box, others in ((boxes[0], "10.9.0.2:80"), (boxes[1], "10.9.0.1:80")):
        said = await until_it_says(box, lambda said: len(said["others"]) == 1)
        assert said["others"][0]["addresses"][0] == others
        assert said["others"][0]["id"] != said["id"]
        yielded = said["hostnames"] == [SECOND]
        assert ("name_taken" in (await box.get("/healthz"))["warnings"]) is yielded


async def test_networks_that_are_joined_far_away_end_with_two_names(hall: Network, start: Start) -> None:
    hall.add_switch("upstairs")
    boxes = [hall.add_host("box1", "10.9.0.1/24", "switch"), hall.add_host("box2", "10.9.0.2/24", "upstairs")]
    finder = await start(hall.add_host("laptop", "10.9.0.9/24", "switch"), "finder")
    for appliance in [await start(box, "appliance") for box in boxes]:
        assert (await appliance.event("announced"))["host"] == FIRST
    hall.join_switches("switch", "upstairs")
    await finder.until(has_two_apart)


async def test_another_device_of_that_name_keeps_it(hall: Network, start: Start) -> None:
    box, other = hall.add_host("box", "10.9.0.1/24", "switch"), hall.add_host("other", "10.9.0.2/24", "switch")
    stranger = await start(other, "tests/netns/stranger.py")
    await stranger.event("announced")
    appliance = await start(box, "appliance")
    assert (await appliance.event("announced"))["host"] == SECOND
    assert "name_taken" in (await box.get("/healthz"))["warnings"]


async def test_a_new_address_is_announced_within_five_seconds(hall: Network, start: Start) -> None:
    box, laptop = hall.add_host("box", "10.9.0.1/24", "switch"), hall.add_host("laptop", "10.9.0.9/24", "switch")
    finder = await start(laptop, "finder")
    await start(box, "appliance")
    await finder.until(finds("10.9.0.1"))
    mark, changed_s = finder.mark, time.monotonic()
    box.run("ip", "addr", "del", "10.9.0.1/24", "dev", "eth0")
    box.run("ip", "addr", "add", "10.9.0.77/24", "dev", "eth0")
    found = await finder.until(lambda line: finds("10.9.0.77")(line) and "10.9.0.1" not in line["hosts"][FIRST], mark)
    assert found["heard_s"] - changed_s < 5
    said = await box.get("/.well-known/openlifter")
    assert (said["hostnames"], said["addresses"][0]) == ([FIRST], "10.9.0.77:80")


async def test_a_pulled_cable_heals(hall: Network, start: Start) -> None:
    box, laptop = hall.add_host("box", "10.9.0.1/24", "switch"), hall.add_host("laptop", "10.9.0.9/24", "switch")
    appliance = await start(box, "appliance")
    await appliance.event("announced")
    mark = appliance.mark
    box.cable("down")
    assert (await appliance.event("warning", mark))["name"] == "no_network"
    assert (await box.get("/healthz"))["status"] == "ok"
    # Somebody who has never heard of it, so that nothing is remembered.
    finder = await start(laptop, "finder")
    await finder.until(finds_nothing)
    healed_s = time.monotonic()
    box.cable("up")
    found = await finder.until(finds("10.9.0.1"))
    assert found["heard_s"] - healed_s < 5
    assert (await box.get("/healthz"))["warnings"] == []


async def test_it_starts_without_a_network_and_is_found_when_there_is_one(hall: Network, start: Start) -> None:
    box, laptop = hall.add_host("box", None, "switch"), hall.add_host("laptop", "10.9.0.9/24", "switch")
    box.cable("down")
    appliance = await start(box, "appliance")
    await appliance.event("serving")
    assert (await appliance.event("warning"))["name"] == "no_network"
    finder = await start(laptop, "finder")
    box.cable("up")
    box.run("ip", "addr", "add", "10.9.0.5/24", "dev", "eth0")
    await finder.until(finds("10.9.0.5"))


async def test_a_second_cable_is_announced_too(hall: Network, start: Start) -> None:
    hall.add_switch("upstairs")
    box = hall.add_host("box", "10.9.0.1/24", "switch")
    finder = await start(hall.add_host("laptop", "10.9.1.9/24", "upstairs"), "finder")
    await (await start(box, "appliance")).event("announced")
    hall.add_card(box, "eth1", "10.9.1.1/24", "upstairs")
    await finder.until(finds("10.9.1.1"))
    hall.remove_card(box, "eth1")
    hall.add_card(box, "eth1", "10.9.1.1/24", "upstairs")
    # The same address, and yet another card to the kernel: it must listen there anew.
    finder = await start(hall.add_host("phone", "10.9.1.8/24", "upstairs"), "finder")
    await finder.until(finds("10.9.1.1"))


async def test_a_port_that_somebody_has_to_himself_is_a_warning_and_tried_again(hall: Network, start: Start) -> None:
    box = hall.add_host("box", "10.9.0.1/24", "switch")
    holder = await start(box, "tests/netns/holder.py", "alone")
    await holder.event("holding")
    appliance = await start(box, "appliance")
    assert (await appliance.until(lambda line: line.get("name") == "discovery_failed"))["event"] == "warning"
    assert "discovery_failed" in (await box.get("/healthz"))["warnings"]
    await holder.stop()
    await appliance.event("announced")
    assert (await box.get("/healthz"))["warnings"] == []


async def test_another_responder_on_the_computer_is_a_warning_and_both_are_heard(hall: Network, start: Start) -> None:
    box, laptop = hall.add_host("box", "10.9.0.1/24", "switch"), hall.add_host("laptop", "10.9.0.9/24", "switch")
    holder = await start(box, "tests/netns/holder.py", "shared")
    await holder.event("holding")
    await start(box, "appliance")
    finder = await start(laptop, "finder")
    await finder.until(finds("10.9.0.1"))
    assert (await box.get("/healthz"))["warnings"] == ["second_responder"]


def has_two_apart(line: dict[str, Any]) -> bool:
    """Whether a finder sees two appliances, each with a name and an address of its own."""
    hosts = line.get("hosts", {})
    apart = [address for name in (FIRST, SECOND) for address in hosts.get(name, []) if "." in address]
    names = {each["name"] for each in line.get("seen", [])}
    seen = {(each["host"], each["addresses"][0]) for each in line.get("seen", [])}
    return (
        len(names) == 2
        and all(len([each for each in hosts[name] if "." in each]) == 1 for name in (FIRST, SECOND))
        and seen == {(FIRST, f"{apart[0]}:80"), (SECOND, f"{apart[1]}:80")}
    )


async def until_it_says(box: Host, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the appliance says of itself, once it is like that."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            said: dict[str, Any] = await box.get("/.well-known/openlifter")
            if what(said):
                return said
