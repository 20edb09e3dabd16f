"""Going back: whole or not at all, under a new epoch, and never without keeping what was there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.meet.records import Client, EntryIds
from appliance.storage import restoring
from appliance.storage.commands import AddClient, SaveServiceSeconds, SaveSession
from appliance.storage.errors import DatabaseTooNew, StorageError, StorageFailed
from appliance.storage.journal import Journal
from appliance.storage.loading import StoredMeet, load_appliance, load_meet
from appliance.storage.positions import Position
from appliance.storage.restoring import MeetChange, compare, keep_present, stage, swap
from appliance.storage.snapshots import Reason, Snapshot, open_reader, prove, take
from tests.small_disk import fill, mounted
from tests.storage.filled import Filled, flip_byte, on_file
from tests.storage.records import MEET_ID, NATIONALS, create_meet, session


@pytest.fixture
async def filled(journal: Journal) -> Filled:
    filled = Filled(journal)
    await filled.grow(20)
    return filled


@pytest.fixture
def yesterday(filled: Filled, database_path: Path) -> Snapshot:
    return take(database_path, database_path.parent / "snapshots", Reason.PERIODIC, 10, 0)


def on_disk(database_path: Path, meet_id: str = MEET_ID) -> StoredMeet:
    with closing(open_reader(database_path)) as connection:
        return load_meet(connection, meet_id)


async def test_yesterday_comes_back_under_a_new_epoch_with_the_old_as_parent(
    filled: Filled, yesterday: Snapshot, database_path: Path
) -> None:
    then = filled.log.digest
    await filled.grow(5)
    await filled.journal.stop()
    [position] = swap(stage(yesterday.path, database_path.parent), database_path)
    assert (position.last_server_seq, position.digest) == (20, then)
    stored = on_disk(database_path)
    old, new = stored.epochs
    assert old.epoch == NATIONALS.epoch.epoch
    assert (new.epoch, new.parent, new.after_seq) == (position.epoch, old.epoch, 20)
    assert position.epoch != old.epoch
    assert prove(database_path) == [position]


async def test_a_meet_whose_log_ends_in_the_same_place_keeps_its_epoch(
    filled: Filled, yesterday: Snapshot, database_path: Path
) -> None:
    await filled.journal.stop()
    [position] = swap(stage(yesterday.path, database_path.parent), database_path)
    assert position.epoch == NATIONALS.epoch.epoch


async def test_without_a_readable_present_every_meet_begins_an_epoch(
    filled: Filled, yesterday: Snapshot, database_path: Path
) -> None:
    await filled.journal.stop()
    database_path.write_bytes(b"no database" * 999)
    kept = keep_present(database_path, yesterday.path.parent, 0, 0)
    assert isinstance(kept, Path)
    assert (kept / database_path.name).read_bytes() == b"no database" * 999
    [position] = swap(stage(yesterday.path, database_path.parent), database_path)
    assert position.epoch != NATIONALS.epoch.epoch
    assert position.last_server_seq == 20


async def test_onto_a_blank_appliance(filled: Filled, yesterday: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "blank").mkdir()
    blank = tmp_path / "blank" / "meets.sqlite3"
    assert keep_present(blank, tmp_path / "blank" / "snapshots", 0, 0) is None
    swap(stage(yesterday.path, blank.parent), blank)
    assert on_disk(blank).last_server_seq == 20
    assert sorted(path.name for path in blank.parent.iterdir()) == ["meets.sqlite3"]


async def test_what_was_there_is_a_snapshot_to_go_back_to(
    filled: Filled, yesterday: Snapshot, database_path: Path
) -> None:
    await filled.grow(5)
    await filled.journal.stop()
    kept = keep_present(database_path, yesterday.path.parent, 11, 0)
    assert isinstance(kept, Snapshot)
    swap(stage(yesterday.path, database_path.parent), database_path)
    [position] = swap(stage(kept.path, database_path.parent), database_path)
    assert (position.last_server_seq, position.digest) == (25, filled.log.digest)


async def test_what_must_not_go_back_in_time_does_not(filled: Filled, yesterday: Snapshot, database_path: Path) -> None:
    await filled.journal.submit(SaveServiceSeconds(5000))
    await filled.journal.submit(SaveSession(session(dead=True)))
    await filled.journal.stop()
    swap(stage(yesterday.path, database_path.parent), database_path)
    with closing(open_reader(database_path)) as connection:
        assert load_appliance(connection).service_seconds == 5000
        assert not connection.execute("SELECT * FROM appliance WHERE key = 'snapshot'").fetchall()
    assert [each.dead for each in on_disk(database_path).sessions] == [True]


async def test_a_journal_can_go_on_at_once(filled: Filled, yesterday: Snapshot, database_path: Path) -> None:
    await filled.grow(5)
    staged = stage(yesterday.path, database_path.parent)
    [position] = await filled.journal.replace(lambda: swap(staged, database_path))
    assert (await filled.journal.reload(MEET_ID)).last_server_seq == position.last_server_seq == 20
    await filled.journal.submit(AddClient(MEET_ID, Client("another", EntryIds(106000, 106999))))


async def test_what_is_damaged_is_not_even_staged(filled: Filled, yesterday: Snapshot, database_path: Path) -> None:
    folder = database_path.parent
    on_file(yesterday.path, "DELETE FROM log WHERE server_seq = 3")
    with pytest.raises(StorageError, match="number 3 is missing"):
        stage(yesterday.path, folder)
    flip_byte(yesterday.path, 18)
    with pytest.raises(StorageError):
        stage(yesterday.path, folder)
    with pytest.raises(StorageFailed, match="there is no file"):
        stage(folder / "gone", folder)
    assert [path.name for path in folder.iterdir() if path.name.startswith("restored")] == []


async def test_what_a_newer_appliance_wrote_is_refused(
    filled: Filled, yesterday: Snapshot, database_path: Path
) -> None:
    on_file(yesterday.path, "PRAGMA user_version = 99")
    with pytest.raises(DatabaseTooNew):
        stage(yesterday.path, database_path.parent)


async def test_no_room_to_keep_what_is_there_is_said_and_changes_nothing(
    filled: Filled, yesterday: Snapshot, tmp_path: Path, database_path: Path
) -> None:
    await filled.journal.stop()
    with mounted(tmp_path / "disk", megabytes=2) as disk:
        database = disk / "meets.sqlite3"
        database.write_bytes(database_path.read_bytes())
        before = database.read_bytes()
        fill(disk)
        with pytest.raises(StorageFailed, match="the disk is full"):
            keep_present(database, disk / "snapshots", 0, 0)
        with pytest.raises(StorageFailed, match="the disk is full"):
            stage(yesterday.path, disk)
        assert database.read_bytes() == before


@pytest.mark.parametrize("broken", ["take_along", "begin_epochs"])
async def test_a_swap_that_fails_leaves_the_present_as_it_was(
    filled: Filled, yesterday: Snapshot, database_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    await filled.grow(5)
    staged = stage(yesterday.path, database_path.parent)

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, f"_{broken}", refuse)
        with pytest.raises(StorageFailed):
            await filled.journal.replace(lambda: swap(staged, database_path))
    assert (await filled.journal.reload(MEET_ID)).last_server_seq == 25
    await filled.grow(1)


async def test_while_another_program_reads_the_present_nothing_is_swapped(
    filled: Filled, yesterday: Snapshot, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its log could not be brought into the main file, which alone would be an older state."""
    monkeypatch.setattr(restoring, "BUSY_TIMEOUT_S", 0.05)
    staged = stage(yesterday.path, database_path.parent)
    with closing(open_reader(database_path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM log").fetchall()
        await filled.grow(5)
        with pytest.raises(StorageFailed, match="another program is using the database"):
            await filled.journal.replace(lambda: swap(staged, database_path))
    assert (await filled.journal.reload(MEET_ID)).last_server_seq == 25


async def test_what_a_restore_does_is_told_for_each_meet(filled: Filled) -> None:
    def at(meet_id: str, number: int) -> Position:
        return Position(meet_id, f"Meet {meet_id}", "e", number, f"{number:016x}")

    now = [at("1", 5), at("2", 7), at("3", 1)]
    then = [at("4", 2), at("2", 3), at("3", 1)]
    assert compare(now, then) == [
        MeetChange("1", "Meet 1", 5, None, False),
        MeetChange("2", "Meet 2", 7, 3, False),
        MeetChange("3", "Meet 3", 1, 1, True),
        MeetChange("4", "Meet 4", None, 2, False),
    ]
    assert create_meet("4").meet.meet_id == "4"
