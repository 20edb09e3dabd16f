"""What the benchmark found: figures, each with its control, the ratio to it, and the target it was to reach."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from msgspec import Struct


class Latencies(Struct, frozen=True):
    """Milliseconds: the middle one, the one that 99 % do not exceed, the worst."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    samples: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Latencies:
        """From samples in seconds; all zero for none."""
        in_order = sorted(seconds)
        if not in_order:
            return cls(0.0, 0.0, 0.0, 0)
        p50, p99 = (in_order[ceil(share * len(in_order)) - 1] for share in (0.5, 0.99))
        return cls(_ms(p50), _ms(p99), _ms(in_order[-1]), len(in_order))


class Control(Struct, frozen=True):
    """The same measurement on something that does less. ``ratio`` is the figure divided by ``value``.

    ``server_busy`` and ``generator_busy`` as in `Figure`, where they were looked at.
    """

    name: str
    value: float
    ratio: float
    server_busy: float | None = None
    generator_busy: float | None = None


class Target(Struct, frozen=True):
    """What the project wants, in words, and whether it was reached."""

    wanted: str
    met: bool


class Figure(Struct, frozen=True):
    """One thing measured.

    ``detail`` holds what helps to read it: latencies, and how busy (1.0 is one core) the server and the load generator
    were: where the generator is near 1 and the server is not, the figure is the generator's.
    """

    section: str
    name: str
    value: float
    unit: str
    controls: tuple[Control, ...] = ()
    targets: tuple[Target, ...] = ()
    detail: dict[str, float] = {}


class Report(Struct, frozen=True):
    """All that one run found. ``skipped`` says what was not measured, and why."""

    machine: dict[str, str]
    figures: list[Figure]
    skipped: list[str]


def against(value: float, name: str, control: float) -> Control:
    """A control of a figure with this value."""
    return Control(name, control, round(value / control, 3) if control else 0.0)


def at_least(value: float, wanted: float, of: str) -> Target:
    """A target that is reached by being large; ``of`` says what the number counts."""
    return Target(f"≥ {wanted:g} {of}", value >= wanted)


def at_most(value: float, wanted: float, of: str) -> Target:
    """A target that is reached by being small."""
    return Target(f"≤ {wanted:g} {of}", value <= wanted)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 3)
