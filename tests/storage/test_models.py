from __future__ import annotations

import sqlite3
from pathlib import Path

import peewee

from appliance.storage.database import connection_of, open_database
from appliance.storage.models import TABLES


def shape(connection: sqlite3.Connection) -> dict[str, object]:
    """Columns, unique keys and references of every table, however its CREATE statement is written."""
    tables = connection.execute("SELECT name, wr, strict FROM pragma_table_list WHERE name NOT LIKE 'sqlite_%'")
    return {
        table: (
            without_rowid,
            strict,
            connection.execute('SELECT name, type, pk, "notnull" OR pk FROM pragma_table_info(?)', (table,)).fetchall(),
            sorted(
                connection.execute(
                    """SELECT "unique", (SELECT group_concat(name) FROM pragma_index_info(i.name))
                       FROM pragma_index_list(?) AS i""",
                    (table,),
                ).fetchall()
            ),
            sorted(connection.execute('SELECT "from", "table" FROM pragma_foreign_key_list(?)', (table,)).fetchall()),
        )
        for table, without_rowid, strict in tables.fetchall()
    }


def test_the_models_describe_what_the_migrations_make(database_path: Path) -> None:
    migrated = open_database(database_path)
    of_models = peewee.SqliteDatabase(":memory:")
    for table in TABLES:
        peewee.SchemaManager(table, of_models).create_all()
    assert shape(connection_of(migrated)) == shape(connection_of(of_models))
    migrated.close()
    of_models.close()
