from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import DatabaseDamaged, DatabaseTooNew, StorageFailed
from appliance.storage.migrations import MIGRATIONS


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("user_version", len(MIGRATIONS))],
)
def test_a_database_is_opened_durable_and_strict(database_path: Path, pragma: str, value: object) -> None:
    database = open_database(database_path)
    assert connection_of(database).execute(f"PRAGMA {pragma}").fetchall() == [(value,)]
    database.close()


def test_a_file_that_is_no_database_is_damaged(database_path: Path) -> None:
    database_path.write_bytes(b"not a database" * 500)
    with pytest.raises(DatabaseDamaged, match="the file is not a database"):
        open_database(database_path)


def test_a_database_of_a_newer_appliance_is_left_alone(database_path: Path) -> None:
    newer = sqlite3.connect(database_path)
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    before = database_path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="version 99, and this appliance knows up to"):
        open_database(database_path)
    assert database_path.read_bytes()[96:] == before[96:]


def test_a_database_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="the database file cannot be opened"):
        open_database(tmp_path / "missing" / "meets.sqlite3")
