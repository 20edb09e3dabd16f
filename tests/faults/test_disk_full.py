"""A disk filled to the brim under load and freed again: nothing acknowledged is lost, and work goes on by itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.served import Load
from tests.small_disk import fill, mounted


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of sixteen megabytes."""
    with mounted(tmp_path / "disk", megabytes=16) as disk:
        yield disk


async def fill_under_load(disk: Path, rounds: int, seed: int) -> None:
    load = Load(disk / "data", seed)
    try:
        await load.begin()
        for _ in range(rounds):
            load.work()
            await load.answered(load.random.randrange(10, 300))
            before = [writer.busy for writer in load.writers]
            ballast = fill(disk)
            # Even the tiny row of a health check finds no room in the end.
            while await load.served.healthy(load.http) or any(
                writer.busy == told for writer, told in zip(load.writers, before, strict=True)
            ):
                pass
            ballast.unlink()
            await load.answered(200)
            assert await load.served.healthy(load.http)
            await load.served.end(signal.SIGKILL)
            await load.stopped()
            load.check_disk()
            await load.served.start()
        await load.settle()
        await load.agree()
        assert await load.served.end(signal.SIGTERM) == 0
        load.check_disk()
    finally:
        await load.end()


async def test_filled_and_freed_once(small_disk: Path) -> None:
    await fill_under_load(small_disk, rounds=1, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_filled_and_freed_ten_times(small_disk: Path) -> None:
    await fill_under_load(small_disk, rounds=10, seed=2)
