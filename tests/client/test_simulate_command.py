"""The commands that show a simulation."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest
from rich.console import Console

from appliance.client import simulate_command
from appliance.client.recording import DEMO
from tests.world import World


def arguments(*given: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    simulate_command.add_parser(parser.add_subparsers())
    return parser.parse_args(["simulate", *given])


def test_a_replay_that_ends_as_recorded_is_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate_command.run(arguments(str(DEMO))) == 0
    assert "All places are equal, and end as OpenLifter itself ended." in capsys.readouterr().out


def test_a_place_without_a_recording_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate_command.run(arguments(str(tmp_path))) == 1
    assert "no recorded meet here" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [("--speed", "-1"), ("--speed", "fast"), ("--chaos", "total")])
def test_wrong_options_are_refused(wrong: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(str(DEMO), *wrong)
    assert wrong[0] in capsys.readouterr().err


async def test_the_demo_says_how_to_look_in(venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_command, "DEMO_SPEED", 0.0)
    shown = io.StringIO()
    begun: list[str] = []

    async def begins(meet_id: str) -> None:
        begun.append(meet_id)

    verdict = await simulate_command.demonstrate(Console(file=shown, width=200), venue.url, begins)
    assert verdict.passed
    assert venue.appliance is not None
    assert begun == list(venue.appliance.meets.names)
    assert "Harbour Barbell Club Open" in shown.getvalue()
    assert "password" in shown.getvalue()
