"""Which snapshots to keep: all of the last hour, one an hour of a day, one a day of a month, within a budget.

Ages are seconds of service (see ``service.clock``), because the wall clock of this box may be years off and may jump:
a box that is switched on for one day a month keeps that day's hours until it has run for another day. They only say
something between snapshots of the same appliance. Those of another one, which a mirror may hold, do not grow older
than they were when its last one was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

HOUR_S = 3600
DAY_S = 24 * HOUR_S
MONTH_S = 30 * DAY_S


class Held(Struct, frozen=True):
    """A snapshot, as far as its keeping goes. ``whole`` is false for one that cannot be read."""

    name: str
    sequence: int
    size: int
    whole: bool
    appliance_id: str = ""
    service_s: int = 0


def to_drop(held: Iterable[Held], appliance_id: str, now_s: int, budget_bytes: int) -> list[Held]:
    """Which snapshots to delete, oldest first; never the newest whole one.

    Args:
        held: all that there are, in any order.
        appliance_id: this appliance.
        now_s: its seconds of service.
        budget_bytes: what those that are kept may take together. Where it is too little, what cannot be read goes
            first, then the oldest.
    """
    newest_first = sorted(held, key=lambda each: (each.sequence, each.name), reverse=True)
    newest_whole = next((each for each in newest_first if each.whole), None)
    young = _by_age(newest_first, appliance_id, now_s)
    kept = [each for each in newest_first if each in young or each is newest_whole]
    over = sum(each.size for each in kept) - budget_bytes
    for each in sorted(kept, key=lambda each: (each.whole, each.sequence, each.name)):
        if over > 0 and each is not newest_whole:
            kept.remove(each)
            over -= each.size
    return [each for each in reversed(newest_first) if each not in kept]


def budget_bytes(total: int, free: int, used: int, share_percent: int) -> int:
    """What snapshots may take of a disk, all in bytes.

    Their share of it, and less where the disk runs full: what the meets need for the rest of the day comes first.
    """
    reserve = min(64 * 1024 * 1024, total // 20)
    return max(0, min(total * share_percent // 100, used + free - reserve))


def _by_age(newest_first: Sequence[Held], appliance_id: str, now_s: int) -> list[Held]:
    newest_s = {appliance_id: now_s}
    for each in newest_first:
        if each.whole and each.appliance_id != appliance_id:
            newest_s[each.appliance_id] = max(newest_s.get(each.appliance_id, 0), each.service_s)
    kept = []
    buckets: set[tuple[str, str, int]] = set()
    for each in newest_first:
        # After a crash service seconds may lie up to a minute ahead: that is age 0.
        age_s = max(0, newest_s[each.appliance_id] - each.service_s) if each.whole else 0
        if age_s <= HOUR_S:
            kept.append(each)
            continue
        if age_s <= DAY_S:
            bucket = (each.appliance_id, "hour", each.service_s // HOUR_S)
        elif age_s <= MONTH_S:
            bucket = (each.appliance_id, "day", each.service_s // DAY_S)
        else:
            continue
        if bucket not in buckets:
            buckets.add(bucket)
            kept.append(each)
    return kept
