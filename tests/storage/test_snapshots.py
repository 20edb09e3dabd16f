"""A snapshot is a whole copy with a name, or it is not there."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.storage import snapshots
from appliance.storage.errors import StorageError, StorageFailed
from appliance.storage.journal import Journal
from appliance.storage.positions import NotWhole
from appliance.storage.snapshots import Reason, Snapshot, name_of, names, prove, remove, remove_unfinished, take
from tests.small_disk import fill, mounted
from tests.storage.filled import Filled, flip_byte, on_file

AT_MS = 1_795_443_302_000


@pytest.fixture
async def filled(journal: Journal) -> Filled:
    filled = Filled(journal)
    await filled.grow(200)
    return filled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def taken(database_path: Path, folder: Path, reason: Reason = Reason.MANUAL) -> Snapshot:
    return take(database_path, folder, reason, service_s=77, wall_ms=AT_MS)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


async def test_it_is_one_file_with_everything_in_it(filled: Filled, database_path: Path, folder: Path) -> None:
    snapshot = taken(database_path, folder, Reason.FLIGHT_END)
    assert files(folder) == ["000001-flight-end-20261123T141502Z.sqlite3"] == [snapshot.name]
    [position] = prove(snapshot.path)
    assert (position.last_server_seq, position.digest) == (200, filled.log.digest)
    [found] = snapshots.snapshots(folder)
    assert found == snapshot
    assert found.record is not None
    assert (found.record.reason, found.record.service_s, found.record.taken_ms) == (Reason.FLIGHT_END, 77, AT_MS)
    assert found.record.positions == (position,)
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_it_is_of_one_moment_while_others_write(filled: Filled, database_path: Path, folder: Path) -> None:
    writing = asyncio.create_task(_grow_until_told(filled, told := asyncio.Event()))
    for _ in range(5):
        snapshot = await asyncio.to_thread(taken, database_path, folder)
        [position] = prove(snapshot.path)
        assert 200 <= position.last_server_seq <= filled.log.last_server_seq
    told.set()
    await writing
    assert len(snapshots.snapshots(folder)) == 5


async def _grow_until_told(filled: Filled, told: asyncio.Event) -> None:
    while not told.is_set():
        await filled.grow(10)


async def test_the_order_is_that_of_numbers_whatever_the_clock_says(
    filled: Filled, database_path: Path, folder: Path
) -> None:
    for wall_ms in (AT_MS, 0, -5, AT_MS * 1000):
        take(database_path, folder, Reason.PERIODIC, 0, wall_ms)
    remove(snapshots.snapshots(folder)[1])
    take(database_path, folder, Reason.PERIODIC, 0, AT_MS)
    assert [each.sequence for each in snapshots.snapshots(folder)] == [5, 4, 2, 1]


async def test_a_mirror_that_has_come_further_is_followed(filled: Filled, database_path: Path, folder: Path) -> None:
    assert take(database_path, folder, Reason.MANUAL, 0, 0, at_least_sequence=41).sequence == 41
    assert take(database_path, folder, Reason.MANUAL, 0, 0, at_least_sequence=7).sequence == 42


async def test_two_at_once_take_different_numbers(filled: Filled, database_path: Path, folder: Path) -> None:
    await asyncio.gather(*(asyncio.to_thread(taken, database_path, folder) for _ in range(4)))
    assert [each.sequence for each in snapshots.snapshots(folder)] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    "damage", ["DELETE FROM log WHERE server_seq = 7", "UPDATE meet SET digest = '0000000000000000'"]
)
async def test_of_a_database_that_is_not_whole_there_is_no_snapshot(
    filled: Filled, database_path: Path, folder: Path, damage: str
) -> None:
    on_file(database_path, damage)
    with pytest.raises(NotWhole):
        taken(database_path, folder)
    assert files(folder) == []


async def test_what_is_no_database_gives_none(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "none.sqlite3").write_bytes(b"no database " * 1000)
    for name in ("none.sqlite3", "gone.sqlite3"):
        with pytest.raises(StorageError):
            taken(tmp_path / name, folder)
    assert files(folder) == []


async def test_on_a_full_disk_nothing_is_left_of_it(filled: Filled, database_path: Path, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", megabytes=1) as disk:
        folder = disk / "snapshots"
        first = taken(database_path, folder)
        ballast = fill(disk)
        with pytest.raises(StorageFailed, match="the disk is full"):
            taken(database_path, folder)
        assert files(folder) == [first.name]
        ballast.unlink()
        assert taken(database_path, folder).sequence == 2


async def test_a_folder_that_cannot_be_made_is_said(filled: Filled, database_path: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageFailed):
        taken(database_path, tmp_path / "file" / "snapshots")


async def test_a_damaged_one_is_listed_without_a_record_and_does_not_prove(
    filled: Filled, database_path: Path, folder: Path
) -> None:
    snapshot = taken(database_path, folder)
    flip_byte(snapshot.path, 5)
    [found] = snapshots.snapshots(folder)
    assert found.record is None
    with pytest.raises(StorageError):
        prove(snapshot.path)


async def test_other_files_in_the_folder_are_nobodys_business(folder: Path) -> None:
    assert snapshots.snapshots(folder) == []
    folder.mkdir()
    (folder / "notes.txt").touch()
    (folder / "000001.part").touch()
    assert names(folder) == []
    assert remove_unfinished(folder) == 1
    assert files(folder) == ["notes.txt"]


def test_names_tell_people_when_in_utc() -> None:
    assert name_of(42, Reason.PERIODIC, 0) == "000042-periodic-19700101T000000Z.sqlite3"
    assert name_of(1_234_567, Reason.SHUTDOWN, 10**18).startswith("1234567-shutdown-9999")


KILLED = """
import os, sqlite3, sys
from pathlib import Path
from appliance.storage import durable, snapshots
from appliance.storage.snapshots import Reason
at = int(sys.argv[3])
def count(*_):
    global at
    at -= 1
    if at == 0:
        os.kill(os.getpid(), 9)
sys.settrace(lambda frame, event, arg: count() if "storage" in frame.f_code.co_filename else None)
snapshots.take(Path(sys.argv[1]), Path(sys.argv[2]), Reason.MANUAL, 0, 0)
"""


@pytest.mark.parametrize("call", [3, 12, 14, 17, 20, 24, 30, 36])
async def test_killed_in_the_middle_it_leaves_nothing_that_looks_like_one(
    filled: Filled, database_path: Path, folder: Path, call: int
) -> None:
    """The process dies at its n-th call of a function of storage."""
    first = taken(database_path, folder)
    command = [sys.executable, "-c", KILLED, str(database_path), str(folder), str(call)]
    killed = await asyncio.to_thread(
        subprocess.run, command, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    remove_unfinished(folder)
    for name in files(folder):
        prove(folder / name)
    assert taken(database_path, folder).sequence > first.sequence
    await filled.grow(1)


def test_no_thread_is_left_behind() -> None:
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("snapshot")]
