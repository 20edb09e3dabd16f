"""The command: options in, table and JSON out."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec
import pytest

from appliance.client.bench import command, plan
from appliance.client.bench.figures import Figure, Report
from appliance.client.bench.participants import LostUpdates


def options(*arguments: str) -> argparse.Namespace:
    """As the whole command line parses them."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return parser.parse_args(["bench", *arguments])


def test_a_quick_run_measures_and_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "found.json"
    chosen = options("--quick", "--seconds", "0.1", "--only", "start_up", "--json", str(file), "--dir", str(tmp_path))
    assert chosen.run(chosen) == 0
    assert "first /healthz" in capsys.readouterr().out
    found = msgspec.json.decode(file.read_bytes(), type=Report)
    assert {figure.section for figure in found.figures} == {"start-up"}
    assert [each.name for each in tmp_path.iterdir()] == ["found.json"]


def test_json_on_standard_output_is_alone_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(options("--quick", "--only", "start_up", "--json", "-")) == 0
    captured = capsys.readouterr()
    assert msgspec.json.decode(captured.out, type=Report).figures
    assert "targets met" in captured.err


def test_lost_updates_fail_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def lose(_: plan.Bench) -> list[Figure]:
        raise LostUpdates("after 7 came [9]")

    monkeypatch.setattr(plan.Bench, "relay", lose)
    assert command.run(options("--quick", "--only", "relay")) == 1
    assert "after 7 came [9]" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", ["0", "-1", "many"])
def test_a_length_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(SystemExit):
        options("--seconds", seconds)
