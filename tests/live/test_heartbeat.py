"""Every five seconds, and soon after each burst; on a clock that the test sets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from appliance.live.heartbeat import AFTER_BURST_S, Pulse
from appliance.protocol.words import HEARTBEAT_S


class Clock(asyncio.SelectorEventLoop):
    """An event loop whose time passes only in `pass_time`."""

    now = 1000.0

    def time(self) -> float:
        return self.now

    async def pass_time(self, seconds: float, steps: int = 1000) -> None:
        for _ in range(steps):
            self.now += seconds / steps
            await asyncio.sleep(0)


Day = Callable[[Clock], Awaitable[None]]


def on_a_clock(day: Day) -> Callable[[], None]:
    """Run a test on such a loop."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Clock)
        await day(loop)

    def test() -> None:
        with asyncio.Runner(loop_factory=Clock) as runner:
            runner.run(run())

    return test


class Beats:
    """When it beat, in seconds since the start."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now
        self.times: list[float] = []
        self.pulse = Pulse(self._beat)

    def _beat(self) -> None:
        self.times.append(self._clock.now - self._start)

    @property
    def count(self) -> int:
        return len(self.times)


@on_a_clock
async def test_it_beats_every_five_seconds(clock: Clock) -> None:
    beats = Beats(clock)
    await clock.pass_time(3 * HEARTBEAT_S + 1)
    assert beats.times == pytest.approx([5, 10, 15], abs=0.5)
    beats.pulse.stop()


@on_a_clock
async def test_a_burst_after_quiet_is_told_at_once_and_the_five_seconds_begin_anew(clock: Clock) -> None:
    beats = Beats(clock)
    await clock.pass_time(2)
    beats.pulse.burst()
    assert beats.times == pytest.approx([2], abs=0.01)
    await clock.pass_time(4.8)
    assert beats.count == 1
    await clock.pass_time(0.5)
    assert beats.count == 2
    beats.pulse.stop()


@on_a_clock
async def test_of_many_bursts_at_once_the_last_is_followed_by_a_heartbeat(clock: Clock) -> None:
    beats = Beats(clock)
    await clock.pass_time(1)
    for _ in range(100):
        beats.pulse.burst()
        await clock.pass_time(AFTER_BURST_S / 10, steps=2)
    # 100 bursts in ten times the interval.
    assert 9 <= beats.count <= 12
    before = beats.count
    beats.pulse.burst()
    await clock.pass_time(AFTER_BURST_S * 2)
    assert beats.count > before
    quiet = beats.count
    await clock.pass_time(HEARTBEAT_S - 1)
    assert beats.count == quiet
    beats.pulse.stop()


@on_a_clock
async def test_when_stopped_it_is_silent(clock: Clock) -> None:
    beats = Beats(clock)
    await clock.pass_time(1)
    beats.pulse.burst()
    beats.pulse.burst()
    beats.pulse.stop()
    await clock.pass_time(3 * HEARTBEAT_S)
    assert beats.count == 1
