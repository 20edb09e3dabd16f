"""Opening the database: durable, checked for its version, one connection for the thread that opens it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import peewee

from appliance.storage.errors import DatabaseTooNew, at_opening
from appliance.storage.migrations import migrate

# For another program with the file open (a backup, the sqlite3 shell); our own writer is the only one.
BUSY_TIMEOUT_S = 5

_PRAGMAS = (
    ("journal_mode", "wal"),
    # The write-ahead log is synced at every commit, so what is committed survives a power cut.
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("cache_size", -8 * 1024),
    ("temp_store", "memory"),
    ("journal_size_limit", 16 * 1024 * 1024),
)


def open_database(path: Path) -> peewee.SqliteDatabase:
    """Open, create or bring up to date the database; connected for the calling thread only.

    Raises `DatabaseDamaged`, `DatabaseTooNew`, or `StorageFailed` when the disk refuses.
    """
    database = peewee.SqliteDatabase(
        str(path), pragmas=_PRAGMAS, autoconnect=False, timeout=BUSY_TIMEOUT_S, check_same_thread=True
    )
    try:
        database.connect()
        migrate(connection_of(database))
    except (sqlite3.Error, peewee.PeeweeException) as error:
        database.close()
        raise at_opening(error, str(path)) from error
    except DatabaseTooNew:
        database.close()
        raise
    return database


def connection_of(database: peewee.SqliteDatabase) -> sqlite3.Connection:
    """Peewee's own connection: in autocommit mode, its errors are sqlite3's."""
    connection: sqlite3.Connection = database.connection()  # type: ignore[no-untyped-call]
    return connection
