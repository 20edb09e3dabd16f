"""A database with a real log in it, as the engine decides it, and what tests do to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.meet.log import MeetLog, Sender
from appliance.meet.records import Accepted
from appliance.protocol.messages import Update
from appliance.storage.commands import AppendUpdates
from appliance.storage.journal import Journal
from tests.storage.records import MEET_ID, PLATFORM

SENDER = Sender("scoring-table", PLATFORM.name, PLATFORM.priority)


class Filled:
    """A meet that grows, in a journal and in memory."""

    def __init__(self, journal: Journal, meet_id: str = MEET_ID) -> None:
        self.journal = journal
        self.meet_id = meet_id
        self.log = MeetLog({PLATFORM.name: PLATFORM.priority})

    async def grow(self, count: int) -> None:
        """So many more updates, on a hundred keys."""
        first = self.log.last_server_seq + 1
        updates = [
            Update(update_key=f"x.k{n % 100}", update_value=n, local_seq_num=n, after_server_seq_num=n - 1)
            for n in range(first, first + count)
        ]
        decisions = self.log.receive(updates, SENDER)
        accepted = [decision for decision in decisions if isinstance(decision, Accepted)]
        assert len(accepted) == count
        self.log.settle()
        await self.journal.submit(AppendUpdates(self.meet_id, accepted, [], self.log.last_server_seq, self.log.digest))


def on_file(path: Path, statement: str) -> list[tuple[object, ...]]:
    """Run SQL on a file behind everybody's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


def flip_byte(path: Path, offset: int) -> None:
    """A card that forgets."""
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF
    path.write_bytes(content)
