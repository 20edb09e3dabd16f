"""Each command is stored whole or not at all."""

from __future__ import annotations

import pytest

from appliance.meet.records import Rejected, SessionRecord
from appliance.storage.commands import AddClient, AppendUpdates, Command, CreateMeet, SaveSession
from appliance.storage.errors import Misuse
from appliance.storage.journal import Journal
from appliance.storage.loading import load_meets
from tests.storage.records import MEET_ID, NATIONALS, SCORING_TABLE, append, create_meet, rejected, session, update

NO_MEET = "999999999"
STRANGER = Rejected("stranger", 1, False, "no such entry")


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (append(1, 1, meet_id=NO_MEET), "there is no meet 999999999"),
        (AddClient(NO_MEET, SCORING_TABLE), "there is no meet 999999999"),
        (SaveSession(session(NO_MEET)), "there is no meet 999999999"),
        (append(1, 2, STRANGER), "has no client or location 'stranger'"),
        (
            AppendUpdates(MEET_ID, [update(1), update(2, location_name="Bar")], [], 2, "2" * 16),
            "has no client or location 'Bar'",
        ),
        (
            SaveSession(SessionRecord("s", MEET_ID, "stranger", "Platform 1", "write", 1)),
            "has no client or location 'stranger'",
        ),
        (AppendUpdates(MEET_ID, [update(1), update(3)], [], 2, "2" * 16), "are not numbered 1 to 2"),
        (AppendUpdates(MEET_ID, [update(1), update(2, local_seq=1)], [], 2, "2" * 16), "UNIQUE constraint"),
        (append(1, 2, rejected(3), rejected(3)), "UNIQUE constraint"),
        (AppendUpdates(MEET_ID, [update(1, local_seq=2**64)], [], 1, "1" * 16), "cannot store REAL"),
        (AppendUpdates(MEET_ID, [update(1, key="\ud800")], [], 1, "1" * 16), "surrogates not allowed"),
        (AppendUpdates(MEET_ID, [update(1, value=b"\xff")], [], 1, "1" * 16), "can't decode"),
        (NATIONALS, "UNIQUE constraint"),
        (
            CreateMeet(
                create_meet(NO_MEET).meet,
                NATIONALS.epoch,
                SCORING_TABLE,
                SessionRecord("s", NO_MEET, "stranger", "Platform 1", "write", 1),
            ),
            "has no client or location 'stranger'",
        ),
    ],
)
async def test_a_command_that_is_impossible_changes_nothing(journal: Journal, command: Command, what: str) -> None:
    before = await journal.read(load_meets)
    with pytest.raises(Misuse, match=what):
        await journal.submit(command)
    assert await journal.read(load_meets) == before
