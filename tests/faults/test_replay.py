"""Issue 2: the recorded meets, with chaos on and the server killed now and then, 20 seeds each."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.client.faults import Chaos
from appliance.client.recording import DEMO, find, load
from appliance.client.server_process import appliance_process
from appliance.client.simulate import Simulation

SHARED = Path(__file__).parents[3] / "shared" / "openlifter" / "public"
MEETS = ("club-kg", "regional-lbs", "national-2day")

CHAOS = Chaos(
    cut_every_s=0.6,
    outage_s=0.4,
    storm_every_s=1.0,
    late=0.05,
    late_s=0.02,
    twice=0.05,
    restart_every_s=1.0,
)

# Long enough for some dozen faults, whatever the length of the meet.
REPLAY_S = 5.0


async def replay(stem: str, seed: int, data_dir: Path, in_s: float) -> None:
    recording = load(stem)
    server = appliance_process(data_dir)
    await server.start()
    try:
        speed = recording.steps[-1].at_s / in_s
        verdict = await Simulation(recording, server.url, CHAOS, seed, speed, server).run()
    finally:
        await server.stop()
    assert verdict.passed, verdict


async def test_the_demo_meet_survives_chaos_and_kill_9(tmp_path: Path) -> None:
    await replay(find(DEMO)[0], seed=1, data_dir=tmp_path, in_s=3.0)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not here")
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("meet", MEETS)
async def test_the_recorded_meets_survive_chaos_and_kill_9(meet: str, seed: int, tmp_path: Path) -> None:
    await replay(find(SHARED / f"{meet}.openlifter")[0], seed, tmp_path, REPLAY_S)
