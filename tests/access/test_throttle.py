"""Guessers are slowed down, and nobody else; who joins too often is told when to come again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.access.throttle import (
    FREE_FAILURES,
    MAX_ADDRESSES,
    MAX_MEETS_PER_ADDRESS,
    WINDOW_S,
    Attempt,
    GuessThrottle,
    RateLimit,
    Wait,
)

GUESSER, TABLE = "10.0.0.66", "10.0.0.5"
MEET, OTHER_MEET = "123456789", "987654321"


def admitted(answer: Attempt | Wait) -> Attempt:
    assert isinstance(answer, Attempt), answer
    return answer


def wrong(throttle: GuessThrottle, count: int, now_s: float = 0.0, meet_id: str = MEET) -> None:
    for _ in range(count):
        admitted(throttle.admit(GUESSER, meet_id, now_s))


def used_up(now_s: float = 0.0) -> GuessThrottle:
    throttle = GuessThrottle()
    wrong(throttle, FREE_FAILURES, now_s)
    return throttle


class TestTenWrongPasswordsAMinute:
    def test_are_simply_refused(self) -> None:
        throttle = GuessThrottle()
        for _ in range(10):
            assert admitted(throttle.admit(GUESSER, MEET, 0.0)).retry_after_ms == 0

    def test_the_eleventh_is_not_even_checked(self) -> None:
        assert used_up().admit(GUESSER, MEET, 0.0) == Wait(1000)

    def test_are_counted_over_all_meets(self) -> None:
        throttle = GuessThrottle()
        wrong(throttle, 5)
        wrong(throttle, 5, meet_id=OTHER_MEET)
        assert isinstance(throttle.admit(GUESSER, "555555555", 0.0), Wait)

    def test_are_counted_in_a_sliding_minute(self) -> None:
        throttle = GuessThrottle()
        wrong(throttle, 5, now_s=0.0)
        wrong(throttle, 5, now_s=59.0)
        wrong(throttle, 5, now_s=WINDOW_S)
        assert isinstance(throttle.admit(GUESSER, MEET, WINDOW_S), Wait)

    def test_count_from_when_they_are_admitted_so_parallel_ones_do_not_slip_through(self) -> None:
        throttle = GuessThrottle()
        answers = [throttle.admit(GUESSER, MEET, 0.0) for _ in range(100)]
        assert sum(isinstance(answer, Attempt) for answer in answers) == 10


class TestTheGrowingWait:
    def test_doubles_with_each_wrong_password_up_to_thirty_seconds(self) -> None:
        throttle, now_s, waits = used_up(), 0.0, []
        for _ in range(8):
            wait = throttle.admit(GUESSER, MEET, now_s)
            assert isinstance(wait, Wait)
            waits.append(wait.retry_after_ms)
            now_s += wait.retry_after_ms / 1000
            # Ten fresh failures elsewhere keep the window full while the first ones slide out of it.
            for meet in range(FREE_FAILURES):
                throttle.admit(GUESSER, f"{meet:09}", now_s)
            admitted(throttle.admit(GUESSER, MEET, now_s))
        assert waits == [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]

    def test_is_told_with_the_refusal_of_the_wrong_password_that_caused_it(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        assert admitted(throttle.admit(GUESSER, MEET, 1.0)).retry_after_ms == 2000
        assert throttle.admit(GUESSER, MEET, 1.0) == Wait(2000)

    def test_stays_as_told_however_often_one_asks_meanwhile(self) -> None:
        throttle = used_up()
        assert throttle.admit(GUESSER, MEET, 0.0) == Wait(1000)
        assert throttle.admit(GUESSER, MEET, 0.25) == Wait(750)
        assert throttle.admit(GUESSER, MEET, 0.9999) == Wait(1)
        admitted(throttle.admit(GUESSER, MEET, 1.0))

    def test_is_one_of_its_own_for_each_meet(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        throttle.admit(GUESSER, MEET, 1.0)
        assert throttle.admit(GUESSER, OTHER_MEET, 1.0) == Wait(1000)

    def test_starts_short_again_after_a_quiet_while(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        admitted(throttle.admit(GUESSER, MEET, 1.0))
        quiet_s = 3.0 + WINDOW_S
        wrong(throttle, FREE_FAILURES, quiet_s)
        assert throttle.admit(GUESSER, MEET, quiet_s) == Wait(1000)

    def test_does_not_start_short_again_before(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        admitted(throttle.admit(GUESSER, MEET, 1.0))
        wrong(throttle, FREE_FAILURES - 1, 60.5)
        assert admitted(throttle.admit(GUESSER, MEET, 60.5)).retry_after_ms == 4000

    def test_no_window_of_a_minute_ever_has_many_more_than_ten_checks(self) -> None:
        throttle = GuessThrottle()
        answers = [throttle.admit(GUESSER, MEET, tick / 10) for tick in range(6000)]
        checks = [answer.admitted_s for answer in answers if isinstance(answer, Attempt)]
        busiest = max(sum(start <= check < start + WINDOW_S for check in checks) for start in checks)
        assert busiest <= 16


class TestARightPassword:
    def test_from_another_address_gets_in_at_once(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        assert admitted(throttle.admit(TABLE, MEET, 0.0)).retry_after_ms == 0

    def test_is_no_failure(self) -> None:
        throttle = GuessThrottle()
        for _ in range(100):
            throttle.succeeded(admitted(throttle.admit(TABLE, MEET, 0.0)))

    def test_takes_away_only_its_own_failure(self) -> None:
        throttle = GuessThrottle()
        wrong(throttle, 9)
        throttle.succeeded(admitted(throttle.admit(GUESSER, MEET, 0.0)))
        wrong(throttle, 1)
        assert isinstance(throttle.admit(GUESSER, MEET, 0.0), Wait)

    def test_ends_the_wait_of_its_address_and_meet_but_of_no_other_meet(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        throttle.admit(GUESSER, OTHER_MEET, 0.0)
        throttle.admit(GUESSER, OTHER_MEET, 1.0)
        throttle.succeeded(admitted(throttle.admit(GUESSER, MEET, 1.0)))
        assert throttle.admit(GUESSER, MEET, 1.0) == Wait(1000)
        assert throttle.admit(GUESSER, OTHER_MEET, 1.0) == Wait(2000)


def test_an_attempt_that_was_not_checked_is_no_failure() -> None:
    throttle = GuessThrottle()
    for _ in range(100):
        throttle.withdrawn(admitted(throttle.admit(TABLE, MEET, 0.0)))


class TestMemoryIsBounded:
    def test_the_addresses_heard_of_longest_ago_are_forgotten(self) -> None:
        throttle = used_up()
        assert isinstance(throttle.admit(GUESSER, MEET, 0.0), Wait)
        attempt = admitted(throttle.admit(TABLE, MEET, 0.0))
        for number in range(MAX_ADDRESSES - 1):
            throttle.admit(f"fd00::{number:x}", MEET, 0.0)
        assert isinstance(throttle.admit(TABLE, MEET, 0.0), Attempt)
        assert len(throttle._guessers) == MAX_ADDRESSES
        assert isinstance(throttle.admit(GUESSER, MEET, 0.0), Attempt)
        throttle.admit("fd00::ffff", MEET, 0.0)
        throttle.succeeded(attempt)

    def test_asking_for_many_meets_does_not_wash_away_the_wait_of_one(self) -> None:
        throttle = used_up()
        throttle.admit(GUESSER, MEET, 0.0)
        admitted(throttle.admit(GUESSER, MEET, 1.0))
        for meet in range(1000):
            throttle.admit(GUESSER, f"{meet:09}", 1.0)
        assert throttle.admit(GUESSER, MEET, 1.0) == Wait(2000)
        assert len(throttle._guessers[GUESSER].penalties) == MAX_MEETS_PER_ADDRESS

    def test_a_success_of_a_forgotten_address_is_no_error(self) -> None:
        throttle = GuessThrottle()
        attempt = admitted(throttle.admit(TABLE, MEET, 0.0))
        for number in range(MAX_ADDRESSES):
            throttle.admit(f"fd00::{number:x}", MEET, 0.0)
        throttle.succeeded(attempt)


class TestRateLimit:
    def test_lets_a_burst_through_and_then_one_after_the_other(self) -> None:
        limit = RateLimit(burst=3, per_second=0.5)
        assert [limit.take(TABLE, 0.0) for _ in range(4)] == [0, 0, 0, 2000]
        assert limit.take(TABLE, 1.5) == 500
        assert limit.take(TABLE, 2.0) == 0
        assert limit.take(TABLE, 2.0) == 2000

    def test_holds_each_address_to_its_own(self) -> None:
        limit = RateLimit(burst=1, per_second=1)
        assert limit.take(GUESSER, 0.0) == 0
        assert limit.take(GUESSER, 0.0) == 1000
        assert limit.take(TABLE, 0.0) == 0

    def test_never_saves_up_more_than_the_burst(self) -> None:
        limit = RateLimit(burst=2, per_second=1)
        limit.take(TABLE, 0.0)
        assert [limit.take(TABLE, 1_000_000.0) for _ in range(3)] == [0, 0, 1000]

    @given(st.floats(0.001, 1000), st.lists(st.floats(0, 1e6), min_size=1).map(sorted))
    def test_whoever_waits_as_told_gets_in(self, per_second: float, times: list[float]) -> None:
        limit = RateLimit(burst=1, per_second=per_second)
        for now_s in times:
            retry_after_ms = limit.take(TABLE, now_s)
        assert limit.take(TABLE, now_s + max(retry_after_ms, 1000 / per_second) / 1000) == 0

    def test_forgets_the_addresses_heard_of_longest_ago(self) -> None:
        limit = RateLimit(burst=1, per_second=0.001)
        for number in range(MAX_ADDRESSES + 1):
            limit.take(f"fd00::{number:x}", 0.0)
        assert len(limit._buckets) == MAX_ADDRESSES
        assert limit.take("fd00::0", 0.0) == 0
        assert limit.take("fd00::9", 0.0) > 0

    @pytest.mark.parametrize(("burst", "per_second"), [(0, 1.0), (1, 0.0), (1, -1.0)])
    def test_that_lets_nothing_through_is_our_own_mistake(self, burst: int, per_second: float) -> None:
        with pytest.raises(ValueError, match="lets something pass"):
            RateLimit(burst, per_second)
