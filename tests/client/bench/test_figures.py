"""Figures: percentiles by nearest rank, ratios, targets."""

from __future__ import annotations

from appliance.client.bench.figures import Latencies, against, at_least, at_most


def test_percentiles_are_samples_that_were_measured() -> None:
    found = Latencies.of([number / 1000 for number in range(200, 0, -1)])
    assert (found.p50_ms, found.p99_ms, found.max_ms, found.samples) == (100, 198, 200, 200)


def test_one_sample_is_all_of_them() -> None:
    assert Latencies.of([0.002]) == Latencies(2, 2, 2, 1)


def test_no_samples_are_no_latency() -> None:
    assert Latencies.of([]).samples == 0


def test_a_ratio_is_figure_by_control() -> None:
    assert against(25_000, "bare", 12_500).ratio == 2
    assert against(25_000, "bare", 0).ratio == 0


def test_a_target_is_met_at_its_bound() -> None:
    assert at_least(2.0, 2, "×").met
    assert not at_least(1.9, 2, "×").met
    assert at_most(1.5, 1.5, "×").met
    assert not at_most(1.6, 1.5, "×").met
