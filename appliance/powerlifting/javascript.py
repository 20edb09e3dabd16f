"""The number rules of JavaScript where they can be seen: OpenLifter's figures must be ours to the last digit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

# Wide enough for every double with some places after the point.
_WIDE: Final = Context(prec=400)


def round_half_up(number: float) -> float:
    """`Math.round`: the nearest whole number, a half towards +infinity, and -0 for what lies just below 0."""
    if not math.isfinite(number):
        return number
    below = float(math.floor(number))
    # Not floor(number + 0.5), which rounds the largest number below one half to 1.
    rounded = below + 1 if number - below >= 0.5 else below
    return math.copysign(rounded, number)


def added_in_turn(numbers: Iterable[float]) -> float:
    """The sum with each step rounded to a double, as `+` does and Python's own `sum` from 3.12 on does not."""
    total = 0.0
    for number in numbers:
        total += number
    return total


def number_text(number: float) -> str:
    """`String(number)` of a number below 10²¹: the shortest decimal that names this double, 90 as "90"."""
    return f"{Decimal(repr(float(number))):f}".removesuffix(".0")


def decimal_text(number: float, *, least_places: int, most_places: int) -> str:
    """`Intl.NumberFormat("en")` without grouping: so many places after the point at least and at most.

    Rounds the shortest decimal, a half away from 0, so 1.005 becomes 1.01 although its double lies below.
    """
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    rounded = Decimal(repr(float(number))).quantize(Decimal(1).scaleb(-most_places), ROUND_HALF_UP, _WIDE)
    whole, _, fraction = f"{rounded:f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least_places, "0")
    return f"{whole}.{fraction}" if fraction else whole
