from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest

from appliance.meet.records import Client, EntryIds, Epoch, Rejected
from appliance.storage.commands import (
    AddClient,
    AppendUpdates,
    BeginEpoch,
    RecoverLog,
    SaveServiceSeconds,
    SaveSession,
)
from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import Misuse
from appliance.storage.journal import Journal
from appliance.storage.loading import Problem, check, load_appliance, load_meet, load_meets
from appliance.storage.transaction import Transaction
from tests.storage.records import MEET_ID, NATIONALS, append, create_meet, rejected, session, update


async def test_a_new_meet_comes_back_as_it_was_given(journal: Journal) -> None:
    (stored,) = await journal.read(load_meets)
    assert stored.meet == NATIONALS.meet
    assert stored.epochs == [NATIONALS.epoch]
    assert stored.clients == [NATIONALS.client]
    assert stored.sessions == [NATIONALS.session]
    assert (stored.updates, stored.rejected) == ([], [])
    assert (stored.last_server_seq, stored.digest) == (0, "0" * 16)


async def test_updates_come_back_in_number_order_with_what_they_overruled(journal: Journal) -> None:
    weigh_in = update(1, client_id="", local_seq=0, location_name="Weigh-in 2")
    platform = update(2, overrules=1, overruled_location="Weigh-in 2")
    await journal.submit(AppendUpdates(MEET_ID, [weigh_in, platform], [], 2, "00000000000000ff"))
    stored = await journal.read(lambda connection: load_meet(connection, MEET_ID))
    assert stored.updates == [weigh_in, platform]
    assert (stored.last_server_seq, stored.digest) == (2, "00000000000000ff")


async def test_rejections_come_back_with_and_without_what_stands(journal: Journal) -> None:
    conflict = Rejected("scoring-table", 2, True, "“Platform 1” has priority", 7, "Platform 1")
    await journal.submit(AppendUpdates(MEET_ID, [], [conflict, rejected(1)], 0, "0" * 16))
    (stored,) = await journal.read(load_meets)
    assert stored.rejected == [rejected(1), conflict]


@pytest.mark.parametrize(
    "value",
    [
        rb'"\ud800"',
        rb'"\u0000 \\u0000 \" \/"',
        '"żółć 🏋 \u2028"'.encode(),
        b'{"a":[1.10,1e400,-0,12345678901234567890123]}',
        b"null",
    ],
)
async def test_values_come_back_byte_for_byte(journal: Journal, value: bytes) -> None:
    await journal.submit(append(1, 1, value=value))
    (stored,) = await journal.read(load_meets)
    assert stored.updates[0].value == value


async def test_meets_are_kept_apart_and_come_in_order_of_creation(journal: Journal) -> None:
    await journal.submit(create_meet("000000001"))
    await journal.submit(append(1, 3, meet_id="000000001"))
    one, other = await journal.read(load_meets)
    assert (one.meet.meet_id, len(one.updates)) == (MEET_ID, 0)
    assert (other.meet.meet_id, len(other.updates)) == ("000000001", 3)


async def test_a_client_keeps_its_place_when_its_block_is_enlarged(journal: Journal) -> None:
    await journal.submit(AddClient(MEET_ID, Client("a-late-comer", EntryIds(106000, 106999))))
    await journal.submit(AddClient(MEET_ID, Client("scoring-table", EntryIds(105000, 109999))))
    (stored,) = await journal.read(load_meets)
    assert stored.clients == [
        Client("scoring-table", EntryIds(105000, 109999)),
        Client("a-late-comer", EntryIds(106000, 106999)),
    ]


async def test_a_used_session_is_renewed_and_a_dead_one_stays_dead(journal: Journal) -> None:
    await journal.submit(SaveSession(session(last_used_s=20)))
    (stored,) = await journal.read(load_meets)
    assert stored.sessions == [session(last_used_s=20)]
    await journal.submit(SaveSession(session(last_used_s=30, dead=True)))
    await journal.submit(SaveSession(session(last_used_s=40)))
    (stored,) = await journal.read(load_meets)
    assert stored.sessions == [session(last_used_s=40, dead=True)]


async def test_the_appliance_keeps_its_id_and_its_service_time(database_path: Path) -> None:
    journal = Journal(database_path)
    await journal.start()
    new = await journal.read(load_appliance)
    await journal.submit(SaveServiceSeconds(3600))
    await journal.stop()
    again = Journal(database_path)
    await again.start()
    kept = await again.read(load_appliance)
    await again.stop()
    assert (new.service_seconds, kept.service_seconds) == (0, 3600)
    assert len(new.appliance_id) == 16
    assert kept.appliance_id == new.appliance_id


async def test_a_meet_that_is_not_there_is_our_own_misuse(journal: Journal) -> None:
    with pytest.raises(Misuse, match="there is no meet 999"):
        await journal.read(lambda connection: load_meet(connection, "999"))


async def test_a_long_meet_is_read_in_a_moment(journal: Journal) -> None:
    await journal.submit(append(1, 20_000))
    begun = perf_counter()
    (stored,) = await journal.read(load_meets)
    assert len(stored.updates) == 20_000
    # Takes 60 ms; row by row beside a busy event loop it would be minutes.
    assert perf_counter() - begun < 1


async def test_a_sound_database_has_no_problem(journal: Journal) -> None:
    await journal.submit(append(1, 10, rejected(11)))
    assert await journal.read(check) == []


@pytest.fixture
def ten_updates(database_path: Path) -> Iterator[sqlite3.Connection]:
    """The nationals with ten updates, on a connection that lets us do damage."""
    database = open_database(database_path)
    connection = connection_of(database)
    transaction = Transaction(database, {})
    transaction.begin()
    transaction.add(NATIONALS)
    transaction.add(append(1, 10))
    transaction.flush()
    transaction.commit()
    connection.execute("PRAGMA foreign_keys = 0")
    yield connection
    database.close()


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (
            "DELETE FROM log WHERE server_seq IN (4, 5, 8)",
            "number 4 is missing from the log, and 3 in all",
        ),
        ("DELETE FROM log WHERE server_seq = 1", "number 1 is missing from the log, and 1 in all"),
        (
            "DELETE FROM log WHERE server_seq > 8",
            "the log ends at number 8, although the meet stands at 10",
        ),
        (
            "UPDATE meet SET last_server_seq = 9",
            "the log goes on to number 10, although the meet stands at 9",
        ),
    ],
)
def test_a_log_that_is_not_whole_is_named(ten_updates: sqlite3.Connection, damage: str, what: str) -> None:
    ten_updates.execute(damage)
    assert check(ten_updates) == [Problem(MEET_ID, what)]


def test_a_dangling_reference_is_named(ten_updates: sqlite3.Connection) -> None:
    ten_updates.execute("DELETE FROM client")
    assert Problem(None, "10 rows of log refer to a client that does not exist") in check(ten_updates)


def test_a_damaged_page_is_said(ten_updates: sqlite3.Connection, database_path: Path) -> None:
    ((page,),) = ten_updates.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'log'").fetchall()
    ten_updates.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with database_path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xee" * 4096)
    fresh = sqlite3.connect(database_path)
    problems = check(fresh)
    fresh.close()
    assert problems
    assert all("damaged" in problem.what for problem in problems)


NEXT = Epoch("b" * 16, NATIONALS.epoch.epoch, 2)


async def test_an_epoch_begins_after_the_newest_number(journal: Journal) -> None:
    await journal.submit(append(1, 2))
    await journal.submit(BeginEpoch(MEET_ID, NEXT))
    (stored,) = await journal.read(load_meets)
    assert stored.epochs == [NATIONALS.epoch, NEXT]


async def test_a_log_that_came_back_may_have_holes_up_to_its_newest_number_only(journal: Journal) -> None:
    await journal.submit(append(1, 2))
    back = [update(5, client_id="", local_seq=0), update(9, local_seq=7)]
    epochs = (NATIONALS.epoch, Epoch("b" * 16, NATIONALS.epoch.epoch, 9))
    digest = "00000000000000ff"
    await journal.submit(RecoverLog(MEET_ID, epochs, back, {"scoring-table": 8}, 9, digest, whole=False))
    (stored,) = await journal.read(load_meets)
    assert [each.server_seq for each in stored.updates] == [1, 2, 5, 9]
    assert (stored.last_server_seq, stored.digest, stored.epochs) == (9, digest, list(epochs))
    assert stored.answered == {"scoring-table": 8}
    assert await journal.read(check) == []
    # It goes on from there, and from there on nothing may be missing.
    await journal.submit(AppendUpdates(MEET_ID, [update(10), update(11)], [], 11, digest))
    assert await journal.read(check) == []
    await journal.read(lambda each: each.execute("DELETE FROM log WHERE server_seq = 10").fetchall())
    assert await journal.read(check) == [Problem(MEET_ID, "number 10 is missing from the log, and 1 in all")]


async def test_a_whole_log_takes_the_place_of_a_damaged_one(journal: Journal) -> None:
    await journal.submit(append(1, 3))
    whole = [update(1, b"7"), update(4, local_seq=3)]
    epochs = (NATIONALS.epoch, Epoch("b" * 16, NATIONALS.epoch.epoch, 4))
    await journal.submit(RecoverLog(MEET_ID, epochs, whole, {}, 4, "0" * 16, whole=True))
    (stored,) = await journal.read(load_meets)
    assert stored.updates == whole
    assert await journal.read(check) == []
