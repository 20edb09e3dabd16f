"""The doctor's page and JSON."""

from __future__ import annotations

import msgspec

from appliance.upkeep.doctor import Finding, State
from tests.world import World


async def test_the_findings_are_there_as_json(venue: World) -> None:
    status, text = await venue.get("/api/v1/doctor")
    findings = msgspec.json.decode(text, type=list[Finding])
    assert status == 200
    by_topic = {finding.topic: finding.state for finding in findings}
    assert by_topic["Writing"] is State.WELL
    assert by_topic["OpenLifter"] is State.BAD


async def test_the_page_names_the_command_too(venue: World) -> None:
    status, text = await venue.get("/doctor")
    assert status == 200
    assert "openlifter-appliance doctor" in text
