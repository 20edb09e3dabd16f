"""Which snapshots stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.storage.retention import DAY_S, HOUR_S, MONTH_S, Held, budget_bytes, to_drop

PLENTY = 10**15
US = "us"


def held(sequence: int, service_s: int, *, size: int = 1, whole: bool = True, appliance_id: str = US) -> Held:
    return Held(f"{sequence:06d}", sequence, size, whole, appliance_id, service_s)


@st.composite
def folders(draw: st.DrawFn) -> tuple[list[Held], int]:
    """Snapshots of two appliances whose clocks also went backwards, and now."""
    steps = draw(st.lists(st.integers(-120, 2 * DAY_S), min_size=1, max_size=60))
    now_s = draw(st.integers(0, MONTH_S))
    found = []
    for sequence, step in enumerate(steps, start=1):
        now_s = max(0, now_s + step)
        found.append(
            held(
                sequence,
                now_s,
                size=draw(st.integers(1, 10)),
                whole=draw(st.sampled_from([True, True, True, False])),
                appliance_id=draw(st.sampled_from([US, US, "them"])),
            )
        )
    return found, now_s + draw(st.integers(-60, MONTH_S))


def kept(found: list[Held], now_s: int, budget: int) -> list[Held]:
    dropped = to_drop(found, US, now_s, budget)
    assert len(dropped) == len(set(dropped))
    return [each for each in found if each not in dropped]


def ours(found: list[Held]) -> list[Held]:
    return [each for each in found if each.whole and each.appliance_id == US]


@given(folders())
def test_all_of_the_last_hour_stays_while_there_is_room(folder: tuple[list[Held], int]) -> None:
    found, now_s = folder
    remaining = kept(found, now_s, PLENTY)
    assert all(each in remaining for each in ours(found) if now_s - each.service_s <= HOUR_S)


@given(folders())
def test_each_hour_of_a_day_and_each_day_of_a_month_stays_represented(folder: tuple[list[Held], int]) -> None:
    found, now_s = folder
    remaining = ours(kept(found, now_s, PLENTY))
    for unit_s, until_s in ((HOUR_S, DAY_S), (DAY_S, MONTH_S)):
        within = [each for each in ours(found) if now_s - each.service_s <= until_s]
        assert {each.service_s // unit_s for each in within} <= {each.service_s // unit_s for each in remaining}


@given(folders())
def test_what_is_older_than_an_hour_thins_out(folder: tuple[list[Held], int]) -> None:
    found, now_s = folder
    old = [each for each in ours(kept(found, now_s, PLENTY)) if now_s - each.service_s > HOUR_S]
    assert len(old) <= 26 + 32
    of_days = [each.service_s // DAY_S for each in old if now_s - each.service_s > DAY_S]
    newest = max(found, key=lambda each: each.sequence)
    assert len(of_days) <= len(set(of_days)) + (newest in old)


@given(folders(), st.integers(0, 300))
def test_the_newest_whole_one_always_stays_and_the_rest_fits_the_budget(
    folder: tuple[list[Held], int], budget: int
) -> None:
    found, now_s = folder
    remaining = kept(found, now_s, budget)
    whole = [each for each in found if each.whole]
    if whole:
        assert whole[-1] in remaining
    assert sum(each.size for each in remaining) <= budget or remaining in ([], whole[-1:])


@given(folders(), st.integers(0, 300))
def test_once_is_enough(folder: tuple[list[Held], int], budget: int) -> None:
    found, now_s = folder
    remaining = kept(found, now_s, budget)
    assert to_drop(remaining, US, now_s, budget) == []


def test_the_oldest_goes_first_when_there_is_no_room_and_before_it_what_cannot_be_read() -> None:
    found = [held(1, 0), held(2, 10), held(3, 20, whole=False), held(4, 30)]
    assert [each.sequence for each in to_drop(found, US, 40, 3)] == [3]
    assert [each.sequence for each in to_drop(found, US, 40, 2)] == [1, 3]
    assert [each.sequence for each in to_drop(found, US, 40, 0)] == [1, 2, 3]


def test_the_order_is_that_of_sequence_not_of_any_clock() -> None:
    found = [held(1, 90_000), held(2, 10)]
    assert [each.sequence for each in to_drop(found, US, 20, 1)] == [1]


def test_the_snapshots_of_a_dead_appliance_do_not_age_by_our_clock() -> None:
    theirs = [held(1, 1_000_000, appliance_id="dead"), held(2, 1_000_300, appliance_id="dead")]
    assert to_drop([*theirs, held(3, 5)], US, 10 * MONTH_S, PLENTY) == []


def test_the_budget_is_the_share_and_shrinks_where_the_disk_runs_full() -> None:
    gib = 1024**3
    assert budget_bytes(total=32 * gib, free=16 * gib, used=0, share_percent=10) == 32 * gib // 10
    nearly_full = budget_bytes(total=32 * gib, free=0, used=gib, share_percent=10)
    assert nearly_full == gib - 64 * 1024**2
    assert budget_bytes(total=gib, free=0, used=0, share_percent=10) == 0
