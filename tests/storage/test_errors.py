from __future__ import annotations

import sqlite3
from pathlib import Path

import peewee
import pytest

from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import StorageFailed, reason_of
from appliance.storage.models import ApplianceRow


def test_sqlite_errors_are_said_in_plain_words(database_path: Path) -> None:
    database = open_database(database_path)
    connection = connection_of(database)
    connection.execute("PRAGMA query_only = 1")
    with pytest.raises(sqlite3.OperationalError) as plain:
        connection.execute("DELETE FROM appliance")
    with pytest.raises(peewee.OperationalError) as wrapped:
        ApplianceRow.delete().execute(database)
    database.close()
    assert reason_of(plain.value) == reason_of(wrapped.value) == "the disk or the database file is write-protected"


def test_a_reason_given_before_is_kept() -> None:
    assert reason_of(StorageFailed("the disk is full")) == "the disk is full"


def test_an_error_without_a_name_of_ours_speaks_for_itself() -> None:
    with pytest.raises(sqlite3.OperationalError) as error:
        sqlite3.connect(":memory:").execute("SELECT * FROM missing")
    assert reason_of(error.value) == "no such table: missing"
