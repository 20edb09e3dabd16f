"""The generator of fault plans: the same seed, the same plan; and every plan can be carried out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.faults.plan import (
    CLOCK_JUMP_YEARS,
    DAMAGE,
    LINK,
    LONGEST_FREEZE_S,
    MOST_FAULTS,
    OLD,
    STARTS,
    TABLES,
    Kind,
    draw,
)

SEEDS = st.integers(0, 2**32)
UPDATES = st.integers(100, 20_000)


@given(SEEDS, UPDATES)
def test_a_seed_is_a_plan(seed: int, updates: int) -> None:
    assert draw(seed, updates) == draw(seed, updates)


def test_seeds_differ() -> None:
    assert len({draw(seed, 5000).faults for seed in range(100)}) == 100


@given(SEEDS, UPDATES)
def test_a_plan_can_be_carried_out(seed: int, updates: int) -> None:
    plan = draw(seed, updates, without=())
    times = [fault.after for fault in plan.faults]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] < updates
    # A copy for an operator to put back may come on top.
    assert 2 <= len(times) <= MOST_FAULTS + 1
    assert plan.faults[-1].kind in STARTS, "time is taken from the last start"
    for number, fault in enumerate(plan.faults):
        assert (fault.kind in LINK) == (fault.table in TABLES)
        assert 0 <= fault.lasts_s <= LONGEST_FREEZE_S
        assert abs(fault.years) <= CLOCK_JUMP_YEARS
        assert 0 <= fault.where < 1
        if fault.kind in OLD:
            assert Kind.COPIED in [earlier.kind for earlier in plan.faults[:number]]


def test_every_kind_happens_and_none_that_was_left_out() -> None:
    everything = {fault.kind for seed in range(300) for fault in draw(seed, 5000, without=()).faults}
    assert everything == set(Kind)
    undamaged = {fault.kind for seed in range(300) for fault in draw(seed, 5000).faults}
    assert undamaged == set(Kind) - DAMAGE


def test_freezes_are_mostly_short_and_some_are_longer_than_clients_wait() -> None:
    freezes = [fault.lasts_s for seed in range(2000) for fault in draw(seed, 5000).faults if fault.kind is Kind.FROZEN]
    assert sum(lasts_s < 2 for lasts_s in freezes) > 0.8 * len(freezes)
    assert max(freezes) > 20
