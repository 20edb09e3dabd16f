"""Going back to a snapshot: staged, proven whole, the present put aside, then swapped in by one rename.

The restored meets go on under a new epoch where their log now ends elsewhere: tables that have seen more see that
numbers were taken back, and can bring what they still hold.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from appliance.service.logging import get_logger
from appliance.storage import durable
from appliance.storage.database import open_database
from appliance.storage.durable import FileRefused, discard, sync_file, sync_folder
from appliance.storage.errors import StorageError, StorageFailed, reason_of
from appliance.storage.loading import load_appliance
from appliance.storage.positions import Position, positions
from appliance.storage.publications import doubt, take_along
from appliance.storage.snapshots import (
    SUFFIX,
    Reason,
    Snapshot,
    forget_record,
    name_of,
    open_whole,
    prove,
    take,
)

STAGED = "restored.sqlite3" + durable.PART
ASIDE = "replaced"
"""Folder in the data directory for databases that were replaced and of which no snapshot could be taken."""

_WAL, _SHM = "-wal", "-shm"
FILES = ("", _WAL, _SHM, "-journal")
"""What the names of a database's files end in; the main file is the first."""

_ASIDE_NAME = re.compile(r"(\d{6,})-.*")

# For a reader that looks at the present database while it shall be replaced.
BUSY_TIMEOUT_S = 5.0

_log = get_logger(__name__)


class MeetChange(Struct, frozen=True):
    """What restoring does to a meet: its newest number now and in the snapshot, None where it does not exist.

    ``same`` is true where not even an update differs.
    """

    meet_id: str
    name: str
    now: int | None
    then: int | None
    same: bool


def compare(now: Sequence[Position], then: Sequence[Position]) -> list[MeetChange]:
    """What becomes of each meet, those that exist now first."""
    before = {position.meet_id: position for position in then}
    after = {position.meet_id: position for position in now}
    changes = []
    for meet_id in [*after, *(meet_id for meet_id in before if meet_id not in after)]:
        old, new = before.get(meet_id), after.get(meet_id)
        changes.append(
            MeetChange(
                meet_id,
                (after.get(meet_id) or before[meet_id]).name,
                new.last_server_seq if new else None,
                old.last_server_seq if old else None,
                new is not None and old is not None and _equal(new, old),
            )
        )
    return changes


def stage(file: Path, data_dir: Path) -> Path:
    """Copy a snapshot, from wherever it lies, beside the database, prove it whole, and bring it up to date.

    Returns:
        The staged file, for `swap`.

    Raises:
        StorageError: the file cannot be read, is damaged, or of a newer appliance; nothing was changed.
    """
    staged = data_dir / STAGED
    clear(data_dir)
    if not file.is_file():
        raise StorageFailed(f"there is no file {file}")
    try:
        durable.copy(file, staged)
        prove(staged)
        with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
            forget_record(connection)
        # Brings it to the newest schema, and into the write-ahead mode of the journal.
        open_database(staged).close()
        _single_file(staged)
    except sqlite3.Error as error:
        clear(data_dir)
        raise StorageFailed(f"{file}: {reason_of(error)}") from error
    except StorageError:
        clear(data_dir)
        raise
    return staged


def keep_present(database: Path, folder: Path, service_s: int, wall_ms: int) -> Snapshot | Path | None:
    """Keep what is there now: as a snapshot, so that a restore can be undone; as it is if it is not whole.

    Nobody may have the database open.

    Returns:
        The snapshot, or the folder to which the files were copied; None if there is no database.

    Raises:
        StorageError: neither was possible; nothing was changed.
    """
    if not database.exists():
        return None
    try:
        return take(database, folder, Reason.BEFORE_RESTORE, service_s, wall_ms)
    except StorageError as error:
        _log.warning("present_not_whole", reason=str(error))
        return put_aside(database, name_of(0, Reason.BEFORE_RESTORE, wall_ms).removesuffix(SUFFIX))


def swap(staged: Path, database: Path) -> list[Position]:
    """Put a staged database in the place of the present one, which nobody has open and which was kept.

    What must not go back in time is taken along: the seconds of service, which sessions have ended, and what was
    published and sent.
    The present database is left as it was if this fails.

    Returns:
        Where the meets stand now.

    Raises:
        StorageError: nothing was changed.
    """
    try:
        present = _tidy(database)
        with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            doubt(connection)
            if present:
                _take_along(database, connection)
            _begin_epochs(connection, _positions_of(database) if present else [])
            connection.execute("COMMIT")
            stand = positions(connection)
        sync_file(staged)
        # A write-ahead log that is left behind would be replayed into the wrong database.
        for suffix in (_WAL, _SHM):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        sync_folder(database.parent)
        durable.put_in_place(staged, database)
    except OSError as error:
        raise FileRefused(error) from error
    except sqlite3.Error as error:
        raise StorageFailed(reason_of(error)) from error
    return stand


def put_aside(database: Path, label: str) -> Path | None:
    """Copy a database that cannot be snapshot, with its log, to a folder of its own; None if there is none.

    Raises:
        FileRefused: there is no room for it; it is left where it was.
    """
    if not database.exists():
        return None
    aside = database.parent / ASIDE / label
    try:
        aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        for suffix in ("", _WAL):
            file = database.with_name(database.name + suffix)
            if file.exists():
                durable.copy(file, aside / file.name)
    except OSError as error:
        raise FileRefused(error) from error
    except StorageError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return aside


def move_aside(database: Path, reason: Reason, wall_ms: int) -> Path:
    """Move a database that is damaged, with all its files as they are, to a folder of its own.

    It takes no room and reads nothing, so it works on a disk that is full and with a file that cannot be read.

    Returns:
        The folder: ``replaced/000003-damaged-20261123T141502Z``, numbered on from those that are there.

    Raises:
        FileRefused: some of the files may have been moved; the next attempt takes the others to another folder.
    """
    replaced = database.parent / ASIDE
    try:
        replaced.mkdir(exist_ok=True, mode=0o700)
        named = [_ASIDE_NAME.fullmatch(each.name) for each in replaced.iterdir()]
        number = 1 + max([int(each[1]) for each in named if each], default=0)
        aside = replaced / name_of(number, reason, wall_ms).removesuffix(SUFFIX)
        aside.mkdir(mode=0o700)
        for suffix in FILES:
            file = database.with_name(database.name + suffix)
            # A link that leads nowhere is a file of ours, too.
            if os.path.lexists(file):
                file.rename(aside / file.name)
        for folder in (aside, replaced, database.parent):
            sync_folder(folder)
    except OSError as error:
        raise FileRefused(error) from error
    return aside


def clear(data_dir: Path) -> None:
    """Remove what an interrupted restore has left; it is never loaded."""
    for suffix in (*FILES, durable.PART):
        discard(data_dir / (STAGED + suffix))


def _tidy(database: Path) -> bool:
    """Bring the write-ahead log into the main file; False if there is no database that can be read."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(database, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as connection:
            ((busy, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            positions(connection)
    except sqlite3.DatabaseError:
        return False
    if busy:
        # Without its log the main file would be an older state, should the swap be interrupted.
        raise StorageFailed("another program is using the database: try again")
    return True


def _positions_of(database: Path) -> list[Position]:
    with closing(open_whole(database)) as connection:
        return positions(connection)


def _take_along(database: Path, staged: sqlite3.Connection) -> None:
    with closing(open_whole(database)) as present:
        service_s = load_appliance(present).service_seconds
        take_along(present, staged)
        dead = present.execute(
            """SELECT session_id, meet.meet_id, client.client_id, location.name, role, last_used_s
               FROM session JOIN meet ON meet.id = session.meet JOIN client ON client.id = client
               JOIN location ON location.id = location WHERE dead"""
        ).fetchall()
    staged.execute(
        "UPDATE appliance SET value = ? WHERE key = 'service_seconds' AND CAST(value AS INTEGER) < ?",
        (str(service_s), service_s),
    )
    staged.executemany(
        """INSERT INTO session (session_id, meet, client, location, role, last_used_s, dead)
           SELECT ?, meet.id, client.id, location.id, ?, ?, 1 FROM meet
           JOIN client ON client.meet = meet.id AND client.client_id = ?
           JOIN location ON location.meet = meet.id AND location.name = ?
           WHERE meet.meet_id = ?
           ON CONFLICT (session_id) DO UPDATE SET dead = 1""",
        [(session, role, used_s, client, location, meet) for session, meet, client, location, role, used_s in dead],
    )


def _begin_epochs(staged: sqlite3.Connection, before: Sequence[Position]) -> None:
    present = {position.meet_id: position for position in before}
    for position in positions(staged):
        was = present.get(position.meet_id)
        if was is not None and _equal(was, position):
            continue
        staged.execute(
            """INSERT INTO epoch (meet, ordinal, epoch, parent, after_seq)
               SELECT id, (SELECT coalesce(max(ordinal), 0) + 1 FROM epoch WHERE meet = meet.id), ?, ?, last_server_seq
               FROM meet WHERE meet_id = ?""",
            (secrets.token_hex(8), position.epoch or None, position.meet_id),
        )


def _equal(one: Position, other: Position) -> bool:
    return (one.epoch, one.last_server_seq, one.digest) == (other.epoch, other.last_server_seq, other.digest)


def _single_file(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
