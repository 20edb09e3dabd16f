"""The commands for publications, as typed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from appliance import cli
from appliance.publishing.channels.channel import Unavailable, Uncertain
from tests.publishing.hall import CORRECTED, DIRECTOR, Hall, fails, takes


def run(data_dir: Path, *arguments: str) -> int:
    return cli.main([*arguments, "--data-dir", str(data_dir)])


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """What an appliance has left: one publication sent at its second try, its correction not yet."""
    (tmp_path / "data").mkdir()
    hall = Hall(tmp_path / "data")
    await hall.start()
    hall.told.deed = fails(Uncertain("cut off"))
    await hall.publish(email=DIRECTOR)
    hall.told.deed = takes
    await hall.later(30)
    hall.told.deed = fails(Unavailable("451 busy"))
    await hall.publish(CORRECTED)
    await hall.stop()
    return tmp_path / "data"


def ids(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert run(data_dir, "publications", "list", "--json") == 0
    return [each["publication_id"] for each in msgspec.json.decode(capsys.readouterr().out)]


def test_they_are_listed_with_what_became_of_them(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(left, "publications", "list") == 0
    head, first, receipt, second, error = capsys.readouterr().out.splitlines()
    assert head.split() == ["id", "state", "tries", "meet"]
    assert first.split()[1:] == ["sent", "2", "Cup", "der", "Stärksten"]
    assert "250 OK (an earlier try may have arrived too" in receipt
    assert (second.split()[1], error.strip()) == ("queued", "451 busy")


def test_one_is_shown_with_each_try(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = ids(left, capsys)
    assert run(left, "publications", "show", first[:6]) == 0
    shown = capsys.readouterr().out
    for line in (
        "sent, may have arrived before",
        "try 1       told: uncertain, cut off",
        "try 2       told: sent, 250 OK",
    ):
        assert line in shown
    assert f"{DIRECTOR}: due" in shown
    assert run(left, "publications", "show", second, "--json") == 0
    assert msgspec.json.decode(capsys.readouterr().out)["submissions"][0]["outcome"] == "unavailable"


async def test_one_is_cancelled_when_the_appliance_sees_it(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = ids(left, capsys)
    assert run(left, "publications", "cancel", second) == 0
    assert "within seconds" in capsys.readouterr().out
    assert run(left, "publications", "cancel", first) == 1
    assert "sent already" in capsys.readouterr().err
    hall = Hall(left)
    await hall.start()
    assert [each.state for each in hall.outbox.publications] == ["sent", "cancelled"]
    await hall.stop()


def test_one_that_is_not_there_or_not_one(left: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(left, "publications", "retry", "xyz") == 1
    assert "there is no publication xyz" in capsys.readouterr().err
    assert run(left, "publications", "show", "") == 1


def test_where_nothing_was_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "publications", "list") == 0
    assert "Nothing was published." in capsys.readouterr().out


def test_a_channel_is_tried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "test-channel", "folder", "--publishing-folder", str(tmp_path)) == 0
    assert capsys.readouterr().out == f"folder works: a file could be written to {tmp_path}.\n"
    assert run(tmp_path, "test-channel", "mail") == 1
    assert "mail does not work: no mail server is set" in capsys.readouterr().err
