"""Recorded meets through a real server, from all their locations at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.client.faults import CHAOS, Chaos, ChaosLevel, Injected
from appliance.client.recording import DEMO, Change, Recording, Step, find, load
from appliance.client.simulate import Place, Simulation, SimulationFailed, Verdict, differing, websocket_url
from tests.world import World

FREQUENT = Chaos(cut_every_s=0.2, outage_s=0.05, storm_every_s=0.3, late=0.02, late_s=0.005, twice=0.05)


async def test_the_demo_meet_ends_at_every_place_as_openlifter_ended(venue: World) -> None:
    recording = load(find(DEMO)[0])
    verdict = await Simulation(recording, venue.url, CHAOS[ChaosLevel.OFF], seed=1, speed=0).run()
    assert verdict.passed, verdict
    assert len(verdict.places) == len(recording.locations) + 1
    assert {place.applied for place in verdict.places} == {verdict.updates}


async def test_it_does_so_too_with_cables_being_pulled(venue: World) -> None:
    recording = load(find(DEMO)[0])
    speed = recording.steps[-1].at_s / 2.0
    simulation = Simulation(recording, venue.url, FREQUENT, seed=7, speed=speed)
    verdict = await simulation.run()
    assert verdict.passed, verdict
    assert verdict.injected.cuts > 3
    assert simulation.progress().done == len(recording.steps)


def two_steps(expected: dict[str, Any]) -> Recording:
    steps = [
        Step(0, 0.0, "desk", [Change("registration.entries[1]", {"id": 1, "name": "Ann"})], frozenset()),
        Step(1, 1.0, "scale", [Change("registration.entries[1].bodyweightKg", 60)], frozenset({0})),
    ]
    return Recording("Cup", ("desk", "scale"), steps, {"meet": {"name": ""}, "lifting": {"day": 1}}, expected)


def ending(**entry: object) -> dict[str, Any]:
    return {
        "meet": {"name": ""},
        "entries": [{"id": 1, "name": "Ann", **entry}],
        "lifting": {"desk": {"day": 1}, "scale": {"day": 1}},
    }


async def test_a_meet_that_ends_otherwise_than_recorded_fails_and_says_where(venue: World) -> None:
    verdict = await Simulation(two_steps(ending(bodyweightKg=61)), venue.url, Chaos(), seed=1, speed=0).run()
    assert verdict.all_equal
    assert not verdict.passed
    assert verdict.differences[0] == "desk: entries[0].bodyweightKg is 60, recorded was 61"


async def test_a_rejected_step_is_told_and_fails_the_meet(venue: World) -> None:
    recording = two_steps(ending(bodyweightKg=60))
    steps = [recording.steps[0], Step(1, 1.0, "scale", [Change("registration.entries[2].name", "")], frozenset({0}))]
    broken = Recording("Cup", recording.locations, steps, recording.initial, recording.expected)
    verdict = await Simulation(broken, venue.url, Chaos(), seed=1, speed=0).run()
    assert verdict.rejected == ["scale: registration.entries[2].name: there is no such entry"]
    assert not verdict.passed


async def test_a_client_that_is_not_let_in_ends_the_simulation(venue: World) -> None:
    recording = two_steps(ending())
    with pytest.raises(SimulationFailed):
        await Simulation(recording, venue.url, Chaos(), seed=1, speed=0, password="short").run()


def verdict_of(*places: Place) -> Verdict:
    return Verdict("Cup", 1, 1, 1, list(places), [], [], 0, Injected(), 1.0)


def test_places_with_different_digests_or_numbers_are_not_equal() -> None:
    here = Place("desk", 7, "aa", as_recorded=True)
    assert verdict_of(here, here).passed
    assert not verdict_of(here, Place("scale", 7, "bb", as_recorded=True)).passed
    assert not verdict_of(here, Place("scale", 6, "aa", as_recorded=True)).passed


def test_differences_are_named_by_their_path() -> None:
    one = {"meet": {"name": "Cup", "plates": [1, 2]}, "entries": [{"id": 1}]}
    other = {"meet": {"name": "Mug", "plates": [1]}, "entries": [{"id": 2}]}
    assert list(differing(one, other)) == [
        "entries[0].id is 2, recorded was 1",
        "meet.name is 'Mug', recorded was 'Cup'",
        "meet.plates is [1], recorded was [1, 2]",
    ]


@pytest.mark.parametrize("url", ["http://box:8080", "http://box:8080/", "ws://box:8080/ws", "ws://box:8080"])
def test_any_address_of_an_appliance_will_do(url: str) -> None:
    assert websocket_url(url) == "ws://box:8080/ws"


SHARED = Path(__file__).parents[3] / "shared" / "openlifter" / "public"


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not here")
@pytest.mark.parametrize("meet", ["national-2day", "regional-lbs"])
async def test_the_shared_meets_end_as_recorded(venue: World, meet: str) -> None:
    recording = load(find(SHARED / f"{meet}.openlifter")[0])
    verdict = await Simulation(recording, venue.url, CHAOS[ChaosLevel.OFF], seed=1, speed=0).run()
    assert verdict.passed, verdict
