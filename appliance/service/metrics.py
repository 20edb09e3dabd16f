"""What ``/metrics`` shows, in Prometheus' text format: each room counts for itself, and is read when somebody asks.

So counting costs a room an addition, and nothing is counted twice. Which number of which room has which name stands in
`web.metrics`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "openlifter_"

# From a fast disk to one that is about to die, in seconds.
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Durations:
    """How long something took, each time: a histogram. One thread adds, any may read."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_S) + 1)
        self._sum_s = 0.0

    def add(self, seconds: float) -> None:
        """It took so long once more."""
        self._counts[bisect_left(BOUNDS_S, seconds)] += 1
        self._sum_s += seconds

    @property
    def sum_s(self) -> float:
        """All of them together, in seconds."""
        return self._sum_s

    @property
    def counts(self) -> tuple[int, ...]:
        """How often it took no longer than each of `BOUNDS_S` but longer than the one before; at last, how often
        longer than all."""
        return tuple(self._counts)


class Metrics:
    """The table of everything that is measured, in a registry of its own. Fill it once, then read it from one thread.

    Names are without ``openlifter_``, and without the ``_total`` of a counter.
    """

    def __init__(self) -> None:
        self._families: list[Callable[[], Metric]] = []
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        # Memory, processor time, open files: the names that every dashboard knows.
        ProcessCollector(registry=self._registry)

    def counter(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        """Something that only grows; it may begin again at 0."""
        self._families.append(lambda: CounterMetricFamily(PREFIX + name, meaning, value=read()))

    def gauge(self, name: str, meaning: str, read: Callable[[], float | None]) -> None:
        """Something that goes up and down; None for what is not known now."""

        def family() -> Metric:
            gauge = GaugeMetricFamily(PREFIX + name, meaning)
            value = read()
            if value is not None:
                gauge.add_metric([], value)
            return gauge

        self._families.append(family)

    def gauges(self, name: str, meaning: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Several of a kind, by the value of a label."""

        def family() -> Metric:
            gauge = GaugeMetricFamily(PREFIX + name, meaning, labels=[label])
            for value, number in read().items():
                gauge.add_metric([value], number)
            return gauge

        self._families.append(family)

    def histogram(self, name: str, meaning: str, read: Callable[[], Iterable[Durations]]) -> None:
        """Durations, in seconds; several are added up."""

        def family() -> Metric:
            together = list(read())
            reached, buckets = 0, []
            bounds = [*map(str, BOUNDS_S), "+Inf"]
            columns = zip(*(each.counts for each in together), strict=True)
            for bound, column in zip(bounds, columns if together else [(0,)] * len(bounds), strict=True):
                reached += sum(column)
                buckets.append((bound, reached))
            sum_s = sum(each.sum_s for each in together)
            return HistogramMetricFamily(PREFIX + name, meaning, buckets=buckets, sum_value=sum_s)

        self._families.append(family)

    def collect(self) -> Iterator[Metric]:
        """What prometheus_client's registry asks for: everything, as it is now."""
        for family in self._families:
            yield family()

    def exposition(self) -> bytes:
        """The page, of `CONTENT_TYPE`."""
        return generate_latest(self._registry)
