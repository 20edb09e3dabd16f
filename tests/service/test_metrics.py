"""The table of what is measured, and its page."""

from __future__ import annotations

import threading

from prometheus_client.parser import text_string_to_metric_families

from appliance.service.metrics import BOUNDS_S, Durations, Metrics


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample of the page by its name and labels, read as Prometheus does."""
    return {
        f"{sample.name}{''.join(f'[{value}]' for value in sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
    }


def test_a_room_is_read_when_the_page_is_asked_for() -> None:
    metrics, counted = Metrics(), {"accepted": 1, "inside": 5}
    metrics.counter("updates_accepted", "Updates.", lambda: counted["accepted"])
    metrics.gauge("connections", "Sockets.", lambda: counted["inside"])
    counted["accepted"] = 7
    assert samples(metrics)["openlifter_updates_accepted_total"] == 7
    counted["inside"] = 2
    assert samples(metrics)["openlifter_connections"] == 2


def test_what_is_not_known_has_no_sample() -> None:
    metrics = Metrics()
    metrics.gauge("snapshot_age_seconds", "Age.", lambda: None)
    assert "openlifter_snapshot_age_seconds" not in samples(metrics)


def test_several_of_a_kind_have_a_label() -> None:
    metrics = Metrics()
    metrics.gauges("warning", "Warnings.", "name", lambda: {"disk_nearly_full": 1.0, "mirror_gone": 0.0})
    page = samples(metrics)
    assert (page["openlifter_warning[disk_nearly_full]"], page["openlifter_warning[mirror_gone]"]) == (1, 0)


def test_durations_are_a_histogram_and_those_of_several_rooms_add_up() -> None:
    metrics, one, other = Metrics(), Durations(), Durations()
    metrics.histogram("commit_seconds", "Commits.", lambda: [one, other])
    for durations, seconds in ((one, 0.001), (one, 0.002), (other, 0.3), (other, 60.0)):
        durations.add(seconds)
    page = samples(metrics)
    assert page["openlifter_commit_seconds_bucket[0.001]"] == 1
    assert page["openlifter_commit_seconds_bucket[0.0025]"] == 2
    assert page["openlifter_commit_seconds_bucket[0.5]"] == 3
    assert page["openlifter_commit_seconds_bucket[10.0]"] == 3
    assert page["openlifter_commit_seconds_bucket[+Inf]"] == page["openlifter_commit_seconds_count"] == 4
    assert page["openlifter_commit_seconds_sum"] == 60.303


def test_a_histogram_of_no_room_is_empty() -> None:
    metrics = Metrics()
    metrics.histogram("ack_seconds", "Answers.", list)
    page = samples(metrics)
    assert page["openlifter_ack_seconds_count"] == 0
    assert len([name for name in page if "_bucket" in name]) == len(BOUNDS_S) + 1


def test_one_thread_adds_while_another_reads() -> None:
    metrics, durations = Metrics(), Durations()
    metrics.histogram("commit_seconds", "Commits.", lambda: [durations])

    def add() -> None:
        for _ in range(100_000):
            durations.add(0.01)

    adding = threading.Thread(target=add)
    adding.start()
    seen = [samples(metrics)["openlifter_commit_seconds_count"] for _ in range(20)]
    adding.join()
    assert seen == sorted(seen)
    assert samples(metrics)["openlifter_commit_seconds_count"] == 100_000


def test_memory_is_there_and_two_tables_do_not_know_each_other() -> None:
    first, second = Metrics(), Metrics()
    first.gauge("meets", "Meets.", lambda: 1)
    second.gauge("meets", "Meets.", lambda: 2)
    assert samples(first)["openlifter_meets"] == 1
    assert samples(second)["process_resident_memory_bytes"] > 1_000_000
