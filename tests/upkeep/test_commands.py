"""The commands for snapshots and the PIN, as typed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from appliance import cli
from appliance.storage.data_dir import snapshots_in
from appliance.storage.snapshots import snapshots
from tests.storage.filled import flip_byte, on_file
from tests.web.test_operator import Operator
from tests.world import World, world


@pytest.fixture
async def data_dir(tmp_path: Path) -> Path:
    """What an appliance with a meet of two changes has left, the second of them after its snapshot."""
    async with world(tmp_path / "data") as venue:
        table = await venue.table()
        await table.create({"A": 1}, "A", meetName="Cup")
        await table.change(("meet.name", "Yesterday"))
        await venue.restart()
        again = await venue.table()
        again.token, again.local_seq = table.token, 1
        await again.change(("meet.name", "Today"), after=1)
    return tmp_path / "data"


def run(data_dir: Path, *arguments: str) -> int:
    return cli.main([*arguments, "--data-dir", str(data_dir)])


def listed(data_dir: Path) -> list[str]:
    return [each.name for each in snapshots(snapshots_in(data_dir))]


def test_one_is_taken_and_listed(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data_dir, "snapshot") == 0
    path = capsys.readouterr().out.strip()
    assert path == str(snapshots_in(data_dir) / listed(data_dir)[0])
    flip_byte(snapshots_in(data_dir) / listed(data_dir)[2], 5)
    assert run(data_dir, "snapshots", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "000003-manual" in lines[1]
    assert "Cup at 2" in lines[1]
    assert "damaged" in lines[3]
    assert run(data_dir, "snapshots", "list", "--json") == 0
    as_json = msgspec.json.decode(capsys.readouterr().out)
    assert [each["record"] and each["record"]["sequence"] for each in as_json] == [3, 2, None]


async def test_one_can_be_taken_beside_a_running_appliance(venue: World) -> None:
    table = await venue.table()
    await table.create({"A": 1}, "A")
    assert run(venue.data_dir, "snapshot") == 0
    assert await table.change(("meet.name", "Cup")) == [1]
    assert len(listed(venue.data_dir)) == 1


def test_where_there_is_nothing_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "snapshots", "list") == 0
    assert "There are no snapshots" in capsys.readouterr().out
    assert run(tmp_path, "snapshot") == 1
    assert "there are no meets" in capsys.readouterr().err
    assert run(tmp_path / "none", "operator-pin", "--new") == 1
    assert "start it once" in capsys.readouterr().err


@pytest.mark.parametrize("by_name", [True, False])
def test_going_back_says_what_it_did_and_keeps_what_was_there(
    data_dir: Path, capsys: pytest.CaptureFixture[str], by_name: bool
) -> None:
    yesterday = listed(data_dir)[-1]
    assert run(data_dir, "restore", yesterday if by_name else str(snapshots_in(data_dir) / yesterday)) == 0
    said = capsys.readouterr().out
    assert "went from change 2 to 1" in said
    kept = listed(data_dir)[0]
    assert "before-restore" in kept
    assert kept in said
    assert on_file(data_dir / "meets.sqlite3", "SELECT last_server_seq FROM meet") == [(1,)]
    assert run(data_dir, "restore", kept) == 0
    assert on_file(data_dir / "meets.sqlite3", "SELECT last_server_seq FROM meet") == [(2,)]
    assert on_file(data_dir / "meets.sqlite3", "SELECT count(*), count(parent) FROM epoch") == [(3, 2)]


def test_onto_a_blank_appliance_and_back_to_nothing(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = snapshots_in(data_dir) / listed(data_dir)[0]
    assert run(tmp_path / "blank", "restore", str(newest)) == 0
    assert "is back, at change 2" in capsys.readouterr().out


def test_a_damaged_present_is_put_aside(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data_dir / "meets.sqlite3").write_bytes(b"no database")
    assert run(data_dir, "restore", listed(data_dir)[0]) == 0
    [aside] = (data_dir / "replaced").iterdir()
    assert str(aside) in capsys.readouterr().out
    assert (aside / "meets.sqlite3").read_bytes() == b"no database"


def test_a_damaged_file_changes_nothing(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (data_dir / "meets.sqlite3").read_bytes()
    newest = snapshots_in(data_dir) / listed(data_dir)[0]
    on_file(newest, "DELETE FROM log WHERE server_seq = 1")
    assert run(data_dir, "restore", str(newest)) == 1
    assert "number 1 is missing" in capsys.readouterr().err
    assert run(data_dir, "restore", "none") == 1
    assert "there is no file none" in capsys.readouterr().err
    assert (data_dir / "meets.sqlite3").read_bytes() == before


async def test_not_while_an_appliance_runs_there(venue: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(venue.data_dir, "restore", "any") == 1
    assert "in use by another appliance" in capsys.readouterr().err


async def test_the_pin_is_changed_while_it_runs(venue: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(run, venue.data_dir, "operator-pin", "--new") == 0
    venue.operator_pin = capsys.readouterr().out.split()[-1]
    async with Operator(venue):
        pass
    assert await asyncio.to_thread(run, venue.data_dir, "operator-pin", "--set", "11112222") == 0
    venue.operator_pin = "11112222"
    async with Operator(venue):
        pass
    assert await asyncio.to_thread(run, venue.data_dir, "operator-pin", "--set", "12") == 2
    assert "6 to 12 digits" in capsys.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes into the directory of somebody else")
def test_what_root_makes_the_service_can_read(data_dir: Path) -> None:
    for path in (data_dir, *data_dir.rglob("*")):
        os.chown(path, 65534, 65534)
    for command in (["snapshot"], ["operator-pin", "--set", "12345678"]):
        assert cli.main([*command, "--data-dir", str(data_dir)]) == 0
    taken, *_ = snapshots(snapshots_in(data_dir))
    assert cli.main(["restore", str(taken.path), "--data-dir", str(data_dir)]) == 0
    assert {path.stat().st_uid for path in data_dir.rglob("*")} == {65534}
