"""The service clock counts running time and nothing else."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.clock import ServiceClock, wall_ms


class Monotonic:
    """A monotonic clock that the test winds by hand, in seconds."""

    def __init__(self, origin_s: float) -> None:
        self.now_s = origin_s

    def __call__(self) -> float:
        return self.now_s


def test_the_first_run_starts_at_zero_whatever_the_origin_of_the_monotonic_clock() -> None:
    assert ServiceClock(0.0, Monotonic(86_400.5)).now_s() == 0.0


def test_running_time_adds_up_over_runs() -> None:
    monotonic = Monotonic(1_000.0)
    first = ServiceClock(0.0, monotonic)
    monotonic.now_s += 3_600.0
    stored_s = first.now_s()

    after_reboot = Monotonic(5.0)
    second = ServiceClock(stored_s, after_reboot)
    assert second.now_s() == 3_600.0
    after_reboot.now_s += 60.0
    assert second.now_s() == 3_660.0


def test_a_jump_of_the_wall_clock_is_not_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monotonic = Monotonic(0.0)
    clock = ServiceClock(10.0, monotonic)
    monkeypatch.setattr(time, "time", lambda: 4e9)
    monkeypatch.setattr(time, "time_ns", lambda: 4 * 10**18)
    assert clock.now_s() == 10.0


@given(st.lists(st.floats(-1e6, 1e6)))
def test_it_only_goes_forward(steps_s: list[float]) -> None:
    monotonic = Monotonic(0.0)
    clock = ServiceClock(100.0, monotonic)
    seen = [clock.now_s()]
    for step_s in steps_s:
        monotonic.now_s += step_s
        seen.append(clock.now_s())
    assert seen == sorted(seen)


@pytest.mark.parametrize("base_s", [-1.0, math.nan, math.inf])
def test_a_base_that_is_no_running_time_is_refused(base_s: float) -> None:
    with pytest.raises(ValueError, match="base_s"):
        ServiceClock(base_s)


def test_wall_ms_is_the_wall_clock_in_milliseconds() -> None:
    assert wall_ms() == pytest.approx(time.time() * 1000, abs=60_000)
