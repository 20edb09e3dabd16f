"""The controls do less than our server, but what they do they really do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from appliance.client.bench import controls, scenarios, subjects
from appliance.client.bench.controls import BareLog, Commits, measure_commits
from appliance.client.bench.scenarios import Load


@pytest.mark.parametrize("options", [[], ["--batched"]])
async def test_a_bare_server_acks_and_relays_everything(options: list[str]) -> None:
    async with subjects.bare("bare", options) as subject:
        found = await scenarios.throughput(subject, Load(2, 2, in_flight=8), 0.1)
    assert found.updates_per_s > 0


async def test_a_committing_server_has_on_disk_what_it_acknowledged(tmp_path: Path) -> None:
    async with subjects.bare("bare", ["--batched", f"--commit-to={tmp_path}"]) as subject:
        found = await scenarios.throughput(subject, Load(2, 1, per_frame=8, in_flight=8), 0.1)
    rows = sqlite3.connect(tmp_path / "bare.sqlite3")
    count, last = rows.execute("SELECT count(*), max(server_seq) FROM log").fetchone()
    rows.close()
    assert count == last >= found.ack.samples > 0


def test_a_bare_commit_is_as_durable_as_ours(tmp_path: Path) -> None:
    log = BareLog(tmp_path)
    pragmas = [log._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    log.commit([(1, "a", "meet.name", 1, '"Cup"'), (2, "a", "meet.city", 2, "null")])
    log.close()
    assert pragmas == ["wal", 2]
    rows = sqlite3.connect(tmp_path / "bare.sqlite3")
    assert rows.execute("SELECT * FROM log").fetchall() == [
        (1, "a", "meet.name", 1, '"Cup"'),
        (2, "a", "meet.city", 2, "null"),
    ]
    rows.close()


def test_commits_are_timed_one_by_one(tmp_path: Path) -> None:
    found = measure_commits(tmp_path, rows=64, seconds=0.05, per_second=0)
    assert found.rows_per_s > 0
    assert found.latency.samples > 0


def test_commits_can_keep_a_pace(tmp_path: Path) -> None:
    assert measure_commits(tmp_path, rows=1, seconds=0.1, per_second=50).latency.samples <= 6


def test_the_process_says_what_its_commits_cost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    controls.main(["commits", "--rows=2", "--seconds=0.02", f"--directory={tmp_path}"])
    assert msgspec.json.decode(capsys.readouterr().out, type=Commits).latency.samples > 0
