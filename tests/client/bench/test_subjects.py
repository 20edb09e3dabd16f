"""Processes under measurement: started, looked at from outside, ended, and never left behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from appliance.client.bench import subjects
from appliance.client.server_process import START_S, ServerDied


async def test_our_server_is_started_measured_and_gone(tmp_path: Path) -> None:
    async with subjects.appliance(tmp_path / "data") as subject:
        assert 0 < await subjects.first_healthz_s(subject) < START_S
        assert subject.cpu_s() > 0
        assert subject.resident_bytes() > 10_000_000
        pid = subject._running.pid
        assert _runs(pid)
    assert not _runs(pid)
    assert "stopped" in subject.log()


async def test_a_server_that_cannot_start_is_shown_with_its_last_words(tmp_path: Path) -> None:
    in_the_way = tmp_path / "data"
    in_the_way.write_text("a file, no directory")
    with pytest.raises(ServerDied, match="appliance ended"):
        async with subjects.appliance(in_the_way):
            pytest.fail("it runs")


async def test_the_environment_reaches_the_process(tmp_path: Path) -> None:
    with pytest.raises(ServerDied, match="OPENLIFTER_PROT"):
        async with subjects.appliance(tmp_path / "data", {"OPENLIFTER_PROT": "80"}):
            pytest.fail("it runs")


async def test_an_answer_is_what_a_module_prints() -> None:
    assert (await subjects.answer_of(["platform"])).decode().strip()


async def test_a_module_that_fails_is_shown_with_its_complaint() -> None:
    with pytest.raises(ServerDied, match="No module named"):
        await subjects.answer_of(["appliance.no_such_module"])
    assert "appliance.no_such_module" not in sys.modules


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
