"""Where logs stand, and how it is noticed that they do not stand as they say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from appliance.protocol.digest import EMPTY_DIGEST
from appliance.storage.journal import Journal
from appliance.storage.positions import WINDOW, NotWhole, Position, digests, positions, verify, wrong_digest
from appliance.storage.snapshots import open_reader
from tests.storage.filled import Filled, on_file
from tests.storage.records import MEET_ID, create_meet


@pytest.fixture
async def filled(journal: Journal) -> Filled:
    filled = Filled(journal)
    await filled.grow(3)
    return filled


def verified(path: Path) -> list[Position]:
    with closing(open_reader(path)) as connection:
        return verify(connection)


async def test_every_meet_stands_where_its_log_ends(filled: Filled, database_path: Path) -> None:
    await filled.journal.submit(create_meet("200000000"))
    with closing(open_reader(database_path)) as connection:
        assert positions(connection) == [
            Position(MEET_ID, "Nationals", "0123456789abcdef", 3, filled.log.digest),
            Position("200000000", "Nationals", "0123456789abcdef", 0, EMPTY_DIGEST),
        ]
    assert [position.last_server_seq for position in verified(database_path)] == [3, 0]


async def test_the_digest_of_any_number_is_replayed_from_the_log(filled: Filled, database_path: Path) -> None:
    then = filled.log.digest
    await filled.grow(2 * WINDOW)
    with closing(open_reader(database_path)) as connection:
        found = digests(connection, MEET_ID, [0, 3, filled.log.last_server_seq, 999_999])
    assert found == {0: EMPTY_DIGEST, 3: then, filled.log.last_server_seq: filled.log.digest}


@pytest.fixture
async def path(filled: Filled, database_path: Path) -> Path:
    await filled.journal.stop()
    return database_path


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM log WHERE server_seq = 2", "number 2 is missing"),
        ("UPDATE meet SET digest = '0123456701234567'", "have the digest .*, not 0123456701234567"),
        ("UPDATE log SET key = 'x.other' WHERE server_seq = 2", "have the digest"),
        ("UPDATE log SET key = '..' WHERE server_seq = 2", "has the key"),
        ("UPDATE log SET client = 99 WHERE server_seq = 2", "refer to a client that does not exist"),
    ],
)
async def test_a_log_that_is_not_what_it_was_is_said(path: Path, damage: str, said: str) -> None:
    on_file(path, damage)
    with pytest.raises(NotWhole, match=said):
        verified(path)


async def test_a_right_digest_is_not_remarked_upon(path: Path) -> None:
    with closing(open_reader(path)) as connection:
        [position] = positions(connection)
        assert wrong_digest(connection, position) == []
