"""A database that is found damaged at the start: put aside as it is, the newest good snapshot in its place.

What the clients of a meet can mend is none of this: a log with a gap, or with a wrong digest, in a file that is sound
(see `SelfCheck.take_up`). What comes after the snapshot they bring back as after any loss: every meet that comes out of
a snapshot begins a new epoch.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.live.stored import log_of
from appliance.meet.log import UnreadableLog
from appliance.service.logging import get_logger
from appliance.storage.data_dir import DataDir
from appliance.storage.database import open_database
from appliance.storage.errors import StorageError, StorageFailed, is_damage, reason_of
from appliance.storage.loading import inspect, load_appliance, load_meet
from appliance.storage.migrations import MIGRATIONS
from appliance.storage.mirror import Mirror
from appliance.storage.positions import positions
from appliance.storage.restoring import FILES, move_aside, stage, swap
from appliance.storage.snapshots import Reason, Snapshot, names, open_reader, open_whole, prove, snapshots
from appliance.storage.thinning import drop_oldest

# What the rows of a damaged page can make of our reading functions.
_UNREADABLE = (UnreadableLog, ValueError, KeyError, TypeError, msgspec.MsgspecError)

_any_json = msgspec.json.Decoder(msgspec.Raw)

_log = get_logger(__name__)


class Rescued(Struct, frozen=True):
    """What was done about a damaged database; its text is for the operator.

    ``aside`` is the folder that has it now; ``snapshot`` what was taken instead, None if there was none that is good.
    """

    what: str
    aside: Path
    snapshot: Snapshot | None

    def __str__(self) -> str:
        kept = f"{self.what}; it is kept in {self.aside}"
        if self.snapshot is None or self.snapshot.record is None:
            return f"{kept}; there is no good snapshot, so the appliance began blank, and the tables bring the meets"
        at = datetime.fromtimestamp(min(max(self.snapshot.record.taken_ms // 1000, 0), 253_402_300_799), UTC)
        return f"{kept}; the meets are from the snapshot {self.snapshot.path} of {at:%Y-%m-%d %H:%M} UTC"


class _NoRoom(StorageFailed):
    """A snapshot is good, but the disk is too full for it."""


def rescue(data_dir: DataDir, mirror: Mirror | None, wall_ms: int) -> Rescued | None:
    """Look at the database before it is opened, and if it is damaged, put the newest good snapshot in its place.

    Nothing is changed before that snapshot lies beside it, proven whole; nothing of the damaged database is deleted.

    Args:
        data_dir: the appliance's, which belongs to this process.
        mirror: the second place for snapshots.
        wall_ms: the wall clock now, for the name of what is put aside.

    Returns:
        What was done, None if the database is sound, not there yet, of a newer appliance, or may not be read.

    Raises:
        StorageError: the disk refuses, and what was there is still there.
    """
    what = damage(data_dir)
    if what is None:
        return None
    _log.error("database_damaged", what=what)
    snapshot, staged = None, None
    for candidate in _candidates(data_dir, mirror):
        try:
            prove(candidate.path)
            staged = _staged(candidate, data_dir)
        except _NoRoom:
            raise
        except StorageError as error:
            _log.error("snapshot_not_good", path=str(candidate.path), reason=str(error))
            continue
        snapshot = candidate
        break
    aside = move_aside(data_dir.database, Reason.DAMAGED, wall_ms)
    if staged is not None:
        swap(staged, data_dir.database)
    rescued = Rescued(what, aside, snapshot)
    _log.error("database_replaced", what=what, aside=str(aside), snapshot=str(snapshot.path) if snapshot else None)
    return rescued


def damage(data_dir: DataDir) -> str | None:
    """What is wrong with the database as a file, in plain words; None if nothing, or if no file can tell."""
    database = data_dir.database
    there = [database.with_name(database.name + suffix) for suffix in FILES]
    for path in there:
        if os.path.lexists(path) and not path.is_file():
            return f"{path.name} is not a file"
    if not database.exists():
        # A start that was cut short between putting aside and putting in place leaves it like this, too.
        left = [path.name for path in there if path.exists()]
        if left:
            return f"{database.name} is gone, and {left[0]} is still there"
        if data_dir.snapshots.is_dir() and names(data_dir.snapshots):
            return f"{database.name} is gone, and its snapshots are still there"
        return None
    if database.stat().st_size == 0:
        return f"{database.name} is empty"
    return _damage_within(database)


def _damage_within(database: Path) -> str | None:
    try:
        with closing(open_reader(database)) as connection:
            ((version,),) = connection.execute("PRAGMA user_version").fetchall()
            if version > len(MIGRATIONS):
                return None
            tables = connection.execute("SELECT name FROM sqlite_schema").fetchall()
            found = [what for (what,) in connection.execute("PRAGMA quick_check(20)").fetchall() if what != "ok"]
        if found:
            return f"the database is damaged: {'; '.join(found)}"
        if version < 0 or (version == 0 and tables):
            return "the file has tables that are not the appliance's"
        if version < len(MIGRATIONS):
            open_database(database).close()
        with closing(open_reader(database)) as connection:
            return _damage_in_rows(connection)
    except (sqlite3.Error, StorageError) as error:
        return reason_of(error) if is_damage(error) else None
    except _UNREADABLE as error:
        return f"the database cannot be read: {error}"


def _damage_in_rows(connection: sqlite3.Connection) -> str | None:
    connection.execute("BEGIN")
    load_appliance(connection)
    found = [problem.what for problem in inspect(connection) if problem.meet_id is None]
    for position in positions(connection):
        # Values go to clients as they are, and one that is none would end every table's connection.
        stored = load_meet(connection, position.meet_id)
        log_of(stored)
        for update in stored.updates:
            _any_json.decode(update.value)
    return "; ".join(found) or None


def _candidates(data_dir: DataDir, mirror: Mirror | None) -> Iterator[Snapshot]:
    """The snapshots that can be opened, newest first; of the mirror only those of this appliance, as far as known."""
    own = _in(data_dir.snapshots)
    second = _in(mirror.folder) if mirror is not None and mirror.there else []
    appliance_id = own[0].record.appliance_id if own and own[0].record else _id_in(data_dir.database)
    ours = [each for each in second if each.record and appliance_id in (None, each.record.appliance_id)]
    yield from sorted([*own, *ours], key=lambda each: each.sequence, reverse=True)


def _in(folder: Path) -> list[Snapshot]:
    try:
        return [each for each in snapshots(folder) if each.record is not None]
    except StorageError as error:
        _log.warning("snapshots_not_read", folder=str(folder), reason=str(error))
        return []


def _id_in(database: Path) -> str | None:
    try:
        with closing(open_whole(database)) as connection:
            return load_appliance(connection).appliance_id
    except (sqlite3.Error, *_UNREADABLE):
        return None


def _staged(snapshot: Snapshot, data_dir: DataDir) -> Path:
    """Stage a snapshot; where the disk is full, the oldest others make room for it."""
    while True:
        try:
            return stage(snapshot.path, data_dir.path)
        except StorageFailed as error:
            if not _short_of_room(data_dir, snapshot):
                raise
            if drop_oldest(data_dir.snapshots, keep=snapshot.path) is None:
                raise _NoRoom(error.reason) from error


def _short_of_room(data_dir: DataDir, snapshot: Snapshot) -> bool:
    # SQLite has several names for a disk that is full, so what is free decides. A file may need its log once more.
    return shutil.disk_usage(data_dir.path).free < 2 * snapshot.size + 1024 * 1024
