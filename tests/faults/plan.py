"""Fault plans: what goes wrong during a meet, and when, drawn from a seed. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from random import Random

from msgspec import Struct

TABLES = ("Platform 1", "Platform 2", "Weigh-in", "Jury", "Desk")

FEWEST_FAULTS, MOST_FAULTS = 2, 6

# The shares of the updates that are answered when the first fault, the other ones and the last start happen.
FIRST, LAST, RESTART = 0.1, 0.9, 0.95

LONGEST_FREEZE_S = 30.0
CLOCK_JUMP_YEARS = 5.0


class Kind(StrEnum):
    """What goes wrong."""

    KILLED = "killed"
    FROZEN = "frozen"
    COPIED = "copied"
    """Not a fault: an operator stops the appliance and copies its data directory."""
    OLD_COPY = "old copy"
    OLD_SNAPSHOT = "old snapshot"
    EMPTIED = "emptied"
    POWER_CUT = "power cut"
    """Killed, and the card had not synced what it said it had."""
    TRUNCATED = "truncated"
    BITS_FLIPPED = "bits flipped"
    CLOCK = "clock"
    CUT = "link cut"
    MUTE = "mute"
    """What a table says does not get through, what it is told does."""
    DEAF = "deaf"
    """What a table is told does not get through, what it says does."""
    HALF_OPEN_HERE = "half-open (table)"
    """The table believes in a connection that the server knows to be gone."""
    HALF_OPEN_THERE = "half-open (server)"
    """The server believes in a connection that the table knows to be gone."""


DAMAGE = frozenset({Kind.TRUNCATED, Kind.BITS_FLIPPED})
OLD = frozenset({Kind.OLD_COPY, Kind.OLD_SNAPSHOT})
LINK = frozenset({Kind.CUT, Kind.MUTE, Kind.DEAF, Kind.HALF_OPEN_HERE, Kind.HALF_OPEN_THERE})
STARTS = frozenset({Kind.KILLED, Kind.POWER_CUT, Kind.EMPTIED}) | OLD | DAMAGE
"""After these the server starts."""

_WEIGHTS = {
    Kind.KILLED: 4,
    Kind.FROZEN: 3,
    Kind.OLD_COPY: 3,
    Kind.OLD_SNAPSHOT: 2,
    Kind.EMPTIED: 3,
    Kind.POWER_CUT: 3,
    Kind.TRUNCATED: 2,
    Kind.BITS_FLIPPED: 2,
    Kind.CLOCK: 2,
    Kind.CUT: 3,
    Kind.MUTE: 2,
    Kind.DEAF: 2,
    Kind.HALF_OPEN_HERE: 1,
    Kind.HALF_OPEN_THERE: 2,
}


class Fault(Struct, frozen=True):
    """One thing that goes wrong.

    Attributes:
        after: it happens when so many updates have been answered.
        table: whose link it is, "" for faults of the server.
        lasts_s: how long a link or the server is in trouble.
        years: by how much the wall clock jumps.
        where: at which share of a file the damage is, or how much of the write-ahead log stays.
    """

    kind: Kind
    after: int
    table: str = ""
    lasts_s: float = 0.0
    years: float = 0.0
    where: float = 0.0


class Plan(Struct, frozen=True):
    """What happens to one meet.

    Attributes:
        updates: how many are made, by all tables together.
        late, twice: the shares of frames that are late, and that come twice.
        faults: in the order in which they happen. After the last of them the server starts: from there the time is
            taken until everything is well again.
    """

    seed: int
    updates: int
    late: float
    twice: float
    faults: tuple[Fault, ...]


def draw(seed: int, updates: int, *, without: Collection[Kind] = DAMAGE) -> Plan:
    """The plan of a seed.

    Args:
        updates: how many are made, 100 or more.
        without: kinds of faults that cannot be injected here.
    """
    random = Random(seed)
    weights = {kind: weight for kind, weight in _WEIGHTS.items() if kind not in without}
    kinds = random.choices(list(weights), list(weights.values()), k=random.randint(FEWEST_FAULTS, MOST_FAULTS) - 1)
    starts = [kind for kind in weights if kind in STARTS]
    (last,) = random.choices(starts, [weights[kind] for kind in starts])
    times = sorted(random.randrange(int(FIRST * updates), int(LAST * updates)) for _ in kinds)
    faults = [_fault(kind, after, random) for kind, after in zip(kinds, times, strict=True)]
    faults.append(_fault(last, int(RESTART * updates), random))
    if any(fault.kind in OLD for fault in faults):
        first_old = next(fault.after for fault in faults if fault.kind in OLD)
        copied = Fault(Kind.COPIED, random.randrange(int(FIRST * updates) // 2, first_old))
        faults = sorted([copied, *faults], key=lambda fault: fault.after)
    return Plan(seed, updates, random.choice((0.0, 0.02, 0.05)), random.choice((0.0, 0.02, 0.05)), tuple(faults))


def _fault(kind: Kind, after: int, random: Random) -> Fault:
    table = random.choice(TABLES) if kind in LINK else ""
    lasts_s = 0.0
    if kind is Kind.FROZEN:
        # Mostly short. Longer than the silence that clients put up with is another matter, and so is the longest.
        (longest_s,) = random.choices((2.0, 14.0, LONGEST_FREEZE_S), (85, 12, 3))
        lasts_s = random.uniform(0.05, longest_s)
    elif kind in LINK:
        lasts_s = random.uniform(0.05, 3.0)
    years = random.uniform(-CLOCK_JUMP_YEARS, CLOCK_JUMP_YEARS) if kind is Kind.CLOCK else 0.0
    where = random.random() if kind in DAMAGE or kind is Kind.POWER_CUT else 0.0
    return Fault(kind, after, table, lasts_s, years, where)
