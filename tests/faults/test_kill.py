"""A server killed at any instant has every acknowledged update when it comes back, each under its one number."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.served import Load


async def kill_under_load(data_dir: Path, rounds: int, seed: int) -> None:
    load = Load(data_dir, seed)
    try:
        await load.begin()
        for _ in range(rounds):
            load.work()
            await load.answered(load.random.randrange(10, 1500))
            await load.served.end(signal.SIGKILL)
            await load.stopped()
            load.check_disk()
            await load.served.start()
        await load.settle()
        await load.agree()
        assert await load.served.end(signal.SIGTERM) == 0
        load.check_disk()
        answers = [answer for writer in load.writers for answer in writer.answers.values()]
        assert any(isinstance(answer, str) for answer in answers), "there was no conflict"
        assert load.served.stored().last_server_seq == sum(isinstance(answer, int) for answer in answers)
    finally:
        await load.end()


async def test_three_kills(tmp_path: Path) -> None:
    await kill_under_load(tmp_path / "data", rounds=3, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_fifty_kills(tmp_path: Path) -> None:
    await kill_under_load(tmp_path / "data", rounds=50, seed=2)
