"""The plan: each section gives its figures beside its controls, with the targets of the issue."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec import structs

from appliance.client.bench import plan, slow_sync
from appliance.client.bench.plan import QUICK, SECTIONS, Bench

TINY = structs.replace(QUICK, seconds=0.1, calm_seconds=0.1, idle_readers=3)


def bench(directory: Path, slow_sync_ms: float | None = None) -> Bench:
    """A run that takes no time, and says nothing."""
    return Bench(TINY, directory, slow_sync_ms, lambda _: None)


def test_the_full_run_has_every_load_of_the_issue() -> None:
    assert {(load.tables, load.readers) for load in plan.FULL.loads} == {(t, r) for t in (1, 4, 8) for r in (0, 20)}
    assert {load.in_flight for load in plan.FULL.loads} == {64}
    assert set(plan.LOADS_OF_TARGET) <= set(plan.FULL.loads)
    assert plan.FULL.relay_readers == (20, 200)


def test_every_section_is_one_of_the_bench() -> None:
    assert all(callable(getattr(Bench, section)) for section in SECTIONS)


async def test_throughput_is_put_beside_three_broadcasts(tmp_path: Path) -> None:
    rate, ack = await bench(tmp_path).throughput()
    assert [control.name for control in rate.controls] == [plan.EACH, plan.BATCHED, plan.COMMITTED]
    assert all(control.ratio > 0 and control.server_busy for control in rate.controls)
    assert [target.wanted.split(" ×")[0] for target in rate.targets] == ["≥ 2", "≥ 0.35"]
    assert ack.unit == "ms"


async def test_relays_are_put_beside_a_bare_commit_and_a_bare_broadcast(tmp_path: Path) -> None:
    p99, p50, resident = await bench(tmp_path).relay()
    assert p99.controls[0].value == pytest.approx(
        p99.detail["commit_p99_ms"] + p99.detail["broadcast_p99_ms"], abs=0.01
    )
    assert p99.targets[0].wanted == "≤ 1.5 × control"
    assert p50.controls[0].ratio > 0
    assert resident.unit == "MB"


@pytest.mark.parametrize("section", ["start_up", "memory", "commits", "flood", "resync"])
async def test_the_other_sections_find_something(tmp_path: Path, section: str) -> None:
    figures = await getattr(bench(tmp_path), section)()
    assert figures
    assert all(figure.unit for figure in figures)


async def test_without_being_asked_for_nothing_is_slowed_down(tmp_path: Path) -> None:
    assert await bench(tmp_path).slow_sync() == []


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
async def test_slow_syncs_are_as_slow_as_asked_for(tmp_path: Path) -> None:
    figures = await bench(tmp_path, slow_sync_ms=5).slow_sync()
    assert [figure.targets[0].wanted for figure in figures] == ["≥ 8000 updates/s"] * 2
    assert all("syncs + 5 ms" in figure.name for figure in figures)


async def test_where_syncs_cannot_be_slowed_down_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_: Path) -> Path:
        raise slow_sync.NoSlowSync("no cc")

    monkeypatch.setattr(slow_sync, "build", refuse)
    run = bench(tmp_path, slow_sync_ms=5)
    assert await run.slow_sync() == []
    assert run.skipped == ["slow syncs: no cc"]
