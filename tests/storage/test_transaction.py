from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest

from appliance.meet.records import SessionRecord
from appliance.storage.commands import SaveSession
from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import OutOfStep
from appliance.storage.loading import load_meets
from appliance.storage.transaction import KnownMeet, Transaction
from tests.storage.records import MEET_ID, NATIONALS, append, create_meet, rejected


@pytest.fixture
def database(database_path: Path) -> Iterator[peewee.SqliteDatabase]:
    database = open_database(database_path)
    begun = Transaction(database, {})
    begun.begin()
    begun.add(NATIONALS)
    begun.add(create_meet("000000001"))
    begun.flush()
    begun.commit()
    yield database
    database.close()


def statements_for(database: peewee.SqliteDatabase, transaction: Transaction, last: int) -> list[str]:
    statements: list[str] = []
    connection_of(database).set_trace_callback(lambda statement: statements.append(statement.split()[0]))
    transaction.begin()
    for first in range(1, last, 50):
        transaction.add(append(first, first + 49, rejected(100_000 + first)))
        transaction.add(append(first, first + 49, meet_id="000000001"))
        record = SessionRecord(f"session-{first}", MEET_ID, "scoring-table", "Platform 1", "write", first)
        transaction.add(SaveSession(record))
    transaction.flush()
    transaction.commit()
    connection_of(database).set_trace_callback(None)
    return statements


@pytest.mark.parametrize("last", [50, 5000])
def test_any_number_of_updates_takes_the_same_few_statements(database: peewee.SqliteDatabase, last: int) -> None:
    known: dict[str, KnownMeet] = {}
    for meet_id in (MEET_ID, "000000001"):
        Transaction(database, known).meet(meet_id)
    statements = statements_for(database, Transaction(database, known), last)
    assert statements == ["BEGIN", "INSERT", "INSERT", "INSERT", "UPDATE", "COMMIT"]
    one, other = load_meets(connection_of(database))
    assert (len(one.updates), one.last_server_seq, one.digest) == (last, last, f"{last:016x}")
    assert (len(other.updates), other.last_server_seq) == (last, last)
    assert (len(one.rejected), len(one.sessions)) == (last // 50, 1 + last // 50)


def test_updates_follow_on_from_those_before_them_in_the_same_transaction(database: peewee.SqliteDatabase) -> None:
    transaction = Transaction(database, {})
    transaction.begin()
    transaction.add(append(1, 2))
    with pytest.raises(OutOfStep) as error:
        transaction.add(append(4, 5))
    assert (error.value.meet_id, error.value.last_server_seq) == (MEET_ID, 2)
    transaction.add(append(3, 3))
    transaction.flush()
    transaction.commit()
    assert transaction.positions == {MEET_ID: 3}
    assert load_meets(connection_of(database))[0].last_server_seq == 3


def test_rejections_alone_move_no_position_but_must_be_decided_at_the_right_one(
    database: peewee.SqliteDatabase,
) -> None:
    transaction = Transaction(database, {})
    transaction.begin()
    transaction.add(append(1, 0, rejected(1)))
    assert transaction.positions == {}
    with pytest.raises(OutOfStep):
        transaction.add(append(6, 5, rejected(2)))
    transaction.flush()
    transaction.commit()
    assert load_meets(connection_of(database))[0].rejected == [rejected(1)]
