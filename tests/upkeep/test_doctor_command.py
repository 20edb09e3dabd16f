"""`doctor`, as somebody types it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from appliance.cli import main
from appliance.upkeep import examination
from appliance.upkeep.doctor import Finding, State
from tests.world import World


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody outside of this computer is asked."""
    monkeypatch.setattr(examination, "real_interfaces", list)


async def test_the_running_appliance_is_asked(venue: World, capsys: pytest.CaptureFixture[str]) -> None:
    port = venue.url.rpartition(":")[2]
    arguments = ["doctor", "--json", "--host", "127.0.0.1", "--port", port, "--data-dir", str(venue.data_dir)]
    code = await asyncio.to_thread(main, arguments)
    findings = msgspec.json.decode(capsys.readouterr().out, type=list[Finding])
    assert (findings[0].topic, findings[0].state) == ("Appliance", State.WELL)
    bad = {finding.topic for finding in findings if finding.state is State.BAD}
    assert (code, bad) == (1, {"OpenLifter"})


def test_one_that_does_not_run_is_told_how_to_start_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["doctor", "--host", "127.0.0.1", "--port", "9", "--data-dir", str(tmp_path)]
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert "does not run" in said
    assert "openlifter-appliance serve" in said
