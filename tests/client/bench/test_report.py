"""The report says everything twice: for people and for programs."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
from rich.console import Console

from appliance.client.bench import report
from appliance.client.bench.figures import Control, Figure, Report, Target

FOUND = Report(
    {"cores": "2"},
    [
        Figure(
            "throughput",
            "4 tables",
            25_000.0,
            "updates/s",
            (Control("bare broadcast", 12_500.0, 2.0, 0.97, 0.5),),
            (Target("≥ 2 × bare broadcast", True), Target("≥ 9 × bare broadcast", False)),
            {"server_busy": 0.98, "generator_busy": 0.31},
        ),
        Figure("relay", "p99", 2.5, "ms", detail={"p50_ms": 1.0, "p99_ms": 2.5, "max_ms": 9.0, "samples": 500.0}),
    ],
    ["slow syncs: there is no C compiler"],
)


def shown() -> str:
    """The report as it is printed."""
    stream = io.StringIO()
    report.show(FOUND, Console(file=stream, width=200))
    return stream.getvalue()


def test_each_figure_stands_beside_its_controls_and_targets() -> None:
    text = shown()
    assert "25,000 updates/s" in text
    assert "×2.00 of bare broadcast (12,500 updates/s)" in text
    assert "≥ 2 × bare broadcast: met" in text
    assert "≥ 9 × bare broadcast: NOT MET" in text
    assert "1 of 2 targets met" in text


def test_who_was_busy_is_told() -> None:
    text = shown()
    assert "server 98%, generator 31% busy" in text
    assert "server 97%, generator 50% busy" in text


def test_what_was_not_measured_is_told() -> None:
    assert "Not measured: slow syncs: there is no C compiler" in shown()


def test_the_json_holds_all_of_it() -> None:
    assert msgspec.json.decode(report.to_json(FOUND), type=Report) == FOUND


def test_the_machine_is_described(tmp_path: Path) -> None:
    facts = report.machine(tmp_path)
    assert int(facts["cores"]) > 0
    assert facts["file_system"] != "unknown"
