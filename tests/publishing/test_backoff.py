"""Due at once, then longer and longer up to an hour, for ever."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from appliance.publishing.backoff import FIRST_S, LONGEST_S, MOST_PATIENCE_S, delay_s, patience_s

tries = st.integers(min_value=1, max_value=10**9)
chances = st.floats(min_value=0, max_value=1)


@given(tries, chances)
def test_a_wait_is_never_longer_than_an_hour_and_never_nothing(attempts: int, jitter: float) -> None:
    assert FIRST_S / 2 <= delay_s(attempts, jitter) <= LONGEST_S


@given(tries, chances)
def test_the_next_wait_is_no_shorter(attempts: int, jitter: float) -> None:
    assert delay_s(attempts, jitter) <= delay_s(attempts + 1, jitter)


@given(tries, chances, chances)
def test_boxes_that_failed_together_come_back_apart(attempts: int, one: float, other: float) -> None:
    low, high = sorted((delay_s(attempts, one), delay_s(attempts, other)))
    assert math.isclose(high - low, abs(one - other) * delay_s(attempts, 1.0) / 2, abs_tol=1e-6)
    assert low >= high / 2


def test_it_doubles_until_it_is_an_hour() -> None:
    assert [delay_s(attempts, 1.0) for attempts in (1, 2, 3, 7, 8, 9)] == [30, 60, 120, 1920, 3600, 3600]


@given(st.one_of(st.none(), st.floats(allow_nan=False)))
def test_a_wish_to_be_left_alone_is_granted_for_a_day_at_most(retry_after_s: float | None) -> None:
    assert 0 <= patience_s(retry_after_s) <= MOST_PATIENCE_S
    if retry_after_s is not None and 0 <= retry_after_s <= MOST_PATIENCE_S:
        assert patience_s(retry_after_s) == retry_after_s
