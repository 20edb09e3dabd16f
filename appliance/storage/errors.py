"""What can go wrong between us and the disk, as types with plain words for the operator."""

from __future__ import annotations

import sqlite3

import peewee

_REASONS = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written",
    sqlite3.SQLITE_READONLY: "the disk or the database file is write-protected",
    sqlite3.SQLITE_CANTOPEN: "the database file cannot be opened",
    sqlite3.SQLITE_BUSY: "another program is using the database",
    sqlite3.SQLITE_NOMEM: "there is not enough memory",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
}
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

# A file with other tables than ours, or with text that is none, is told by the plain error; a dead sector by a read
# that fails. A disk that is full, locked or write-protected, or a file that may not be read, is no damage.
_DAMAGED_TO_A_READER = _DAMAGED | {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT}
_DEAD_SECTORS = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS})


class StorageError(Exception):
    """The root of all that storage raises."""


class DataDirInUse(StorageError):
    """Another process works on this data directory."""


class DatabaseDamaged(StorageError):
    """The file is no database, or not a whole one."""


class DatabaseTooNew(StorageError):
    """A newer version of the appliance has written this database."""


class StorageFailed(StorageError):
    """The disk refused. Nothing of the command is on disk; the same command may succeed later.

    ``reason`` is in plain words: "the disk is full".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutOfStep(StorageError):
    """The command was decided on top of something that is not on disk; it must be decided again.

    The meet takes no updates until it has been read again with `Journal.reload`. ``last_server_seq`` is the
    newest number on disk.
    """

    def __init__(self, meet_id: str, last_server_seq: int) -> None:
        super().__init__(f"meet {meet_id} stands at {last_server_seq} on disk")
        self.meet_id = meet_id
        self.last_server_seq = last_server_seq


class Misuse(StorageError):
    """The command can never be carried out: it names what does not exist, or stores something twice.

    A bug of our own.
    """


class JournalStopped(StorageError):
    """The journal is not running, so nothing can be stored."""


def _sqlite_error(error: BaseException) -> BaseException:
    """Peewee raises types of its own, and keeps sqlite3's error, which alone has the code, in ``orig``."""
    original = getattr(error, "orig", None)
    return original if isinstance(original, BaseException) else error


def _primary_code(error: BaseException) -> int:
    code = getattr(_sqlite_error(error), "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else sqlite3.SQLITE_ERROR


def reason_of(error: BaseException) -> str:
    """What an error of SQLite or of ours means, in plain words."""
    if isinstance(error, StorageFailed):
        return error.reason
    return _REASONS.get(_primary_code(error)) or str(_sqlite_error(error))


def is_damage(error: BaseException) -> bool:
    """Whether an error on reading a database means that the file is damaged, and no second attempt will help."""
    if isinstance(error, StorageFailed) and error.__cause__ is not None:
        return is_damage(error.__cause__)
    if isinstance(error, StorageError):
        return isinstance(error, DatabaseDamaged)
    code = getattr(_sqlite_error(error), "sqlite_errorcode", None)
    return code in _DEAD_SECTORS or _primary_code(error) in _DAMAGED_TO_A_READER


def at_opening(error: sqlite3.Error | peewee.PeeweeException, path: str) -> StorageError:
    """The error to raise when a database cannot be opened."""
    if _primary_code(error) in _DAMAGED:
        return DatabaseDamaged(f"{path}: {reason_of(error)}")
    return StorageFailed(f"{path}: {reason_of(error)}")
