"""The flood is a client like any other: it joins, and what it sends is acknowledged."""

from __future__ import annotations

from pathlib import Path

from appliance.client.bench import subjects
from appliance.client.bench.flood import flood
from appliance.client.bench.participants import BenchMeet, Participant


async def test_a_flood_sends_more_than_anybody_waits_for(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject, BenchMeet(subject.port, tables=2) as meet:
        reader = Participant(meet)
        await reader.join(meet.locations[0])
        flooded = await flood(subject.port, meet.meet_id, meet.password, meet.locations[1], 500, 0.2)
        await meet.all_heard(flooded.acked)
    assert flooded.sent > flooded.acked > 0
