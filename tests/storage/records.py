"""Records of a small meet, and what the tests say about them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from appliance.meet.records import (
    Accepted,
    Client,
    EntryIds,
    Epoch,
    Location,
    Meet,
    Rejected,
    SessionRecord,
)
from appliance.storage.commands import AppendUpdates, CreateMeet

MEET_ID = "123456789"
PLATFORM, WEIGH_IN = Location("Platform 1", 2), Location("Weigh-in 2", 1)
SCORING_TABLE = Client("scoring-table", EntryIds(105000, 105999))


def create_meet(meet_id: str = MEET_ID) -> CreateMeet:
    return CreateMeet(
        meet=Meet(meet_id, "Nationals", b"\x00hash\xff", b"\x01key", "127.0.0.1", (PLATFORM, WEIGH_IN)),
        epoch=Epoch("0123456789abcdef", None, 0),
        client=SCORING_TABLE,
        session=session(meet_id),
    )


def session(meet_id: str = MEET_ID, last_used_s: int = 10, dead: bool = False) -> SessionRecord:
    return SessionRecord(f"session-{meet_id}", meet_id, "scoring-table", "Platform 1", "write", last_used_s, dead)


NATIONALS = create_meet()


def update(server_seq: int, value: bytes = b"1", **fields: object) -> Accepted:
    given: dict[str, object] = {
        "server_seq": server_seq,
        "key": f"registration.entries[5003].squatKg[{server_seq % 5}]",
        "value": value,
        "client_id": "scoring-table",
        "local_seq": server_seq,
        "location_name": "Platform 1",
    }
    return Accepted(**(given | fields))  # type: ignore[arg-type]


def append(first: int, last: int, *rejected: Rejected, meet_id: str = MEET_ID, value: bytes = b"1") -> AppendUpdates:
    """Updates ``first`` to ``last``; their digest is their last number, so that it can be recognised."""
    accepted = [update(number, value) for number in range(first, last + 1)]
    return AppendUpdates(meet_id, accepted, list(rejected), last, f"{last:016x}")


def rejected(local_seq: int) -> Rejected:
    return Rejected("scoring-table", local_seq, False, "no such entry")


def numbers_on_disk(path: Path, meet_id: str = MEET_ID) -> list[int]:
    """The log's numbers, as another program sees them."""
    other = sqlite3.connect(path)
    rows = other.execute(
        "SELECT server_seq FROM log JOIN meet ON meet.id = meet WHERE meet_id = ? ORDER BY server_seq", (meet_id,)
    ).fetchall()
    other.close()
    return [number for (number,) in rows]
