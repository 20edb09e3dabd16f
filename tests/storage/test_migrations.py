from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.storage.migrations import MIGRATIONS, migrate

NEWEST = len(MIGRATIONS) + 1
LATER = (*MIGRATIONS, ("ALTER TABLE meet ADD COLUMN venue TEXT", "UPDATE meet SET venue = 'gym'"))


@pytest.fixture
def connection(database_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(database_path, isolation_level=None)
    yield connection
    connection.close()


def version(connection: sqlite3.Connection) -> int:
    ((number,),) = connection.execute("PRAGMA user_version").fetchall()
    return int(number)


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def test_an_empty_file_comes_to_the_newest_version(connection: sqlite3.Connection) -> None:
    migrate(connection, LATER)
    assert version(connection) == NEWEST
    assert "venue" in columns(connection, "meet")


def test_an_older_file_comes_to_the_newest_version_and_keeps_its_rows(connection: sqlite3.Connection) -> None:
    migrate(connection, LATER[:1])
    connection.execute("INSERT INTO meet VALUES (1, '123456789', 'Nationals', x'00', x'01', '', 0, '0000000000000000')")
    migrate(connection, LATER)
    assert version(connection) == NEWEST
    assert connection.execute("SELECT name, venue FROM meet").fetchall() == [("Nationals", "gym")]


def test_a_current_file_is_not_touched(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = connection.total_changes
    migrate(connection)
    assert connection.total_changes == before


def test_an_interrupted_migration_leaves_the_version_before(connection: sqlite3.Connection) -> None:
    migrate(connection)
    broken = (*MIGRATIONS, (LATER[-1][0], "UPDATE missing SET venue = 1"))
    with pytest.raises(sqlite3.OperationalError, match="no such table: missing"):
        migrate(connection, broken)
    assert version(connection) == len(MIGRATIONS)
    assert "venue" not in columns(connection, "meet")
    migrate(connection, LATER)
    assert version(connection) == NEWEST
