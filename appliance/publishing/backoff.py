"""How long to wait before the next try: due at once, then longer and longer, up to an hour, for ever.

Seconds are of any clock that only goes forward; the wall clock has no say.
"""

from __future__ import annotations

FIRST_S = 30.0
LONGEST_S = 3600.0

# A receiver that asks for more patience than this is mistaken, and would never get the results.
MOST_PATIENCE_S = 24 * 3600.0

# Beyond this many the delay has long reached its longest.
_MANY = 30


def delay_s(attempts: int, jitter: float) -> float:
    """Seconds from a try that failed to the next.

    Args:
        attempts: how many have failed in a row, 1 or more.
        jitter: a random number from 0 to 1, so that boxes that failed together do not come back together.
    """
    full = min(LONGEST_S, FIRST_S * 2.0 ** min(attempts - 1, _MANY))
    return full * (0.5 + jitter / 2)


def patience_s(retry_after_s: float | None) -> float:
    """What of a receiver's wish to be left alone is granted, in seconds; None is no such wish."""
    return min(max(0.0, retry_after_s or 0.0), MOST_PATIENCE_S)
