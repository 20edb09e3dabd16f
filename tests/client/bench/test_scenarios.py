"""Each scenario, tiny, against the real server: it measures something, and loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.client.bench import scenarios, subjects
from appliance.client.bench.participants import LostUpdates
from appliance.client.bench.scenarios import Load
from appliance.client.bench.workload import LARGE_MEET_KEYS


@pytest.mark.parametrize("load", [Load(2, 3), Load(1, 0, per_frame=64)])
async def test_throughput(tmp_path: Path, load: Load) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        found = await scenarios.throughput(subject, load, 0.2)
    assert found.updates_per_s > 0
    assert 0 < found.ack.p50_ms <= found.ack.p99_ms <= found.ack.max_ms
    assert found.server_busy > 0
    assert found.generator_busy > 0


async def test_relay_times_each_update_at_each_reader(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        found = await scenarios.relay(subject, readers=3, seconds=0.2)
    assert found.samples == 3 * 10
    assert found.p50_ms > 0


async def test_a_calm_table_beside_a_flood_gets_its_acks(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        found = await scenarios.calm_beside_flood(subject, per_frame=50, seconds=0.3)
    assert found.ack.samples == 15
    assert found.flooded_per_s > 0


async def test_newcomers_get_the_whole_meet_and_a_bare_server_can_replay_it(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        ours = await scenarios.resync_of_large_meet(subject, times=1)
    assert sum(frame.count(b'"serverSeqNum":') for frame in ours.frames) == LARGE_MEET_KEYS
    replay = tmp_path / "replay.jsonl"
    scenarios.write_replay(ours, replay)
    async with subjects.bare("bare", [f"--replay={replay}"]) as subject:
        bare = await scenarios.resync_of_replay(subject, times=1)
    assert bare.frames == ours.frames


async def test_a_newcomer_that_gets_less_than_the_meet_fails_the_benchmark() -> None:
    async with subjects.bare("bare", []) as subject:
        with pytest.raises(LostUpdates, match="0 of 5000"):
            await scenarios.resync_of_replay(subject, times=1)


async def test_footprint(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        found = await scenarios.footprint(subject, readers=20)
    assert found.after_bytes > 0
    assert found.per_connection_bytes * 20 == found.after_bytes - found.before_bytes
