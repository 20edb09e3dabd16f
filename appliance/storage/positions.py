"""Where the logs of a database stand, and whether they are what they say they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator

import msgspec
from msgspec import Struct

from appliance.meet.log import UnreadableLog
from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.storage.errors import StorageError
from appliance.storage.loading import check

# Rows that are read and replayed at a time. The interpreter is held for no longer than these take.
WINDOW = 500


class Position(Struct, frozen=True):
    """Where the log of one meet stands: its newest epoch, its newest number, the digest of what stands."""

    meet_id: str
    name: str
    epoch: str
    last_server_seq: int
    digest: str


class NotWhole(StorageError):
    """A database can be opened, but what is in it is not right; the message says what."""


def positions(connection: sqlite3.Connection) -> list[Position]:
    """The position of every meet, in order of creation. Raises sqlite3's errors."""
    rows = connection.execute(
        """SELECT meet_id, name, (SELECT epoch FROM epoch WHERE meet = meet.id ORDER BY ordinal DESC LIMIT 1),
                  last_server_seq, digest
           FROM meet ORDER BY id"""
    ).fetchall()
    return [Position(meet_id, name, epoch or "", last, digest) for meet_id, name, epoch, last, digest in rows]


def digests(connection: sqlite3.Connection, meet_id: str, numbers: Collection[int]) -> dict[int, str]:
    """The digest of what stood at each of ``numbers``, replayed from the log; a number beyond it is absent.

    Raises:
        UnreadableLog: a key in the log is none.
        sqlite3.Error: the log cannot be read.
    """
    state = State()
    found = {0: state.digest} if 0 in numbers else {}
    for server_seq, key in _log(connection, meet_id):
        path = keys.parse(key)
        if isinstance(path, keys.MalformedKey):
            raise UnreadableLog(f"update {server_seq} on disk has the key {key!r}: {path.reason}")
        state.apply(Accepted(server_seq, key, b"", "", 0, ""), path)
        if server_seq in numbers:
            found[server_seq] = state.digest
    return found


def verify(connection: sqlite3.Connection) -> list[Position]:
    """Prove a database whole: SQLite's integrity check, references, logs without gaps, digests as they should be.

    Returns:
        Where its meets stand.

    Raises:
        NotWhole: with all that is wrong.
        sqlite3.Error: it cannot be read at all.
    """
    found = connection.execute("PRAGMA integrity_check(20)").fetchall()
    wrong = [f"the database is damaged: {what}" for (what,) in found if what != "ok"]
    if not wrong:
        wrong += [problem.what for problem in check(connection)]
    stand = positions(connection) if not wrong else []
    for position in stand:
        wrong += wrong_digest(connection, position)
    if wrong:
        raise NotWhole("; ".join(wrong))
    return stand


def wrong_digest(connection: sqlite3.Connection, position: Position) -> list[str]:
    """What is wrong with the digest that a meet stands at, compared with its log; nothing if it is right."""
    number = position.last_server_seq
    try:
        replayed = digests(connection, position.meet_id, {number}).get(number)
    except UnreadableLog as error:
        return [str(error)]
    if replayed == position.digest:
        return []
    return [f"the updates of meet {position.meet_id} have the digest {replayed}, not {position.digest}"]


def _log(connection: sqlite3.Connection, meet_id: str) -> Iterator[tuple[int, str]]:
    after = 0
    while True:
        ((gathered,),) = connection.execute(
            """SELECT json_group_array(json_array(server_seq, key)) FROM (
                   SELECT server_seq, key FROM log WHERE meet = (SELECT id FROM meet WHERE meet_id = ?)
                   AND server_seq > ? ORDER BY server_seq LIMIT ?)""",
            (meet_id, after, WINDOW),
        ).fetchall()
        rows = sorted(msgspec.json.decode(gathered, type=list[tuple[int, str]]))
        if not rows:
            return
        yield from rows
        after = rows[-1][0]
