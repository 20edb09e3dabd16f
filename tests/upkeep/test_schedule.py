"""Again and again, whatever the wall clock does."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from appliance.upkeep import schedule as schedule_module
from appliance.upkeep.schedule import Every, Schedule

YEARS = timedelta(days=5 * 365)


async def test_a_job_runs_again_and_again_and_never_twice_at_once() -> None:
    schedule = Schedule()
    thrice = asyncio.Event()
    running, runs = 0, 0

    async def job() -> None:
        nonlocal running, runs
        running += 1
        assert running == 1
        runs += 1
        await asyncio.sleep(0)
        running -= 1
        if runs == 3:
            thrice.set()

    schedule.every(0.01, "job", job)
    schedule.start()
    await thrice.wait()
    await schedule.stop()


async def test_what_runs_is_waited_for_at_the_end() -> None:
    schedule = Schedule()
    begun, go_on, done = asyncio.Event(), asyncio.Event(), []

    async def job() -> None:
        begun.set()
        await go_on.wait()
        done.append(True)

    schedule.every(0.01, "job", job)
    schedule.start()
    await begun.wait()
    stopping = asyncio.create_task(schedule.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert done == [True]


async def test_a_job_that_fails_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    schedule = Schedule()
    twice, runs = asyncio.Event(), []

    async def job() -> None:
        runs.append(1)
        if len(runs) == 2:
            twice.set()
        raise ValueError("a bug")

    schedule.every(0.01, "job", job)
    schedule.start()
    with caplog.at_level(logging.ERROR, "appliance"):
        await twice.wait()
    await schedule.stop()
    assert "job_failed" in caplog.text


async def test_after_a_jump_of_the_wall_clock_a_job_is_due_as_soon_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the clock had been five years ahead when the job was last set, and then jumped back."""
    monkeypatch.setattr(schedule_module, "WATCH_S", 0.01)
    wall = [1_000_000.0]
    schedule = Schedule(monotonic=lambda: 50.0, wall=lambda: wall[0])

    async def job() -> None:
        raise AssertionError("not within this test")

    schedule.every(300, "job", job)
    schedule.start()
    schedule._scheduler.get_job("job").modify(next_run_time=datetime.now(UTC) + YEARS)
    assert schedule.next_run("job") - datetime.now(UTC) > YEARS / 2
    wall[0] -= YEARS.total_seconds()
    async with asyncio.timeout(5):
        while schedule.next_run("job") - datetime.now(UTC) > timedelta(seconds=300):
            await asyncio.sleep(0)
    await schedule.stop()


def test_what_was_missed_while_the_clock_jumped_ahead_is_not_made_up_for() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert Every(5).get_next_fire_time(now - YEARS, now) == now + timedelta(seconds=5)
