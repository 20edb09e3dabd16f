"""How late the event loop is."""

from __future__ import annotations

import asyncio
import time

import pytest

from appliance.service import loop_lag
from appliance.service.loop_lag import LoopLag


async def test_a_loop_that_was_held_up_is_seen_and_one_that_is_stopped_looks_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loop_lag, "EVERY_S", 0.01)
    lag = LoopLag()
    time.sleep(0.2)  # noqa: ASYNC251  This is what is to be seen.
    while not sum(lag.lags.counts):
        await asyncio.sleep(0)
    assert 0.15 < lag.lags.sum_s < 2
    lag.stop()
    looks = sum(lag.lags.counts)
    await asyncio.sleep(0.05)
    assert sum(lag.lags.counts) == looks
