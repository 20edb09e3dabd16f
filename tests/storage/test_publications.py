"""Publications on disk: nothing of them is lost, whatever the meets go back to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.meet.records import Publication, Results, Submission
from appliance.storage.commands import SavePublication
from appliance.storage.errors import Misuse
from appliance.storage.journal import Journal
from appliance.storage.publications import load_publications, load_results, load_submissions
from appliance.storage.restoring import stage, swap
from appliance.storage.snapshots import Reason, open_reader, take
from tests.storage.records import MEET_ID

CUP = Publication("cup", MEET_ID, "Cup “Ä”", "0123456789abcdef", 812, "director@club.example", 5, 1)
RESULTS = Results("OPL Format v1\n\r\nÄ,1\n".encode(), b'{"meet":{}}')
FIRST = Submission(1, 1, "mail", 1_793_491_200_000)


async def stored(journal: Journal) -> list[Publication]:
    return await journal.read(load_publications)


def on_disk(database: Path) -> list[Publication]:
    with closing(open_reader(database)) as connection:
        return load_publications(connection)


async def test_what_was_stored_is_read_back_as_it_was(journal: Journal) -> None:
    other = replace(CUP, publication_id="another", doubtful=True, receipt="250 OK", due_s=7, copy="due")
    await journal.submit(SavePublication(CUP, RESULTS))
    await journal.submit(SavePublication(other, RESULTS, FIRST))
    assert await stored(journal) == [CUP, other]
    assert await journal.read(lambda connection: load_results(connection, "cup")) == RESULTS
    assert await journal.read(lambda connection: load_submissions(connection, "another")) == [FIRST]


async def test_what_becomes_of_it_is_written_over_what_was(journal: Journal) -> None:
    await journal.submit(SavePublication(CUP, RESULTS, FIRST))
    sent, done = replace(CUP, state="sent", receipt="#12"), replace(FIRST, outcome="sent", what="#12")
    await journal.submit(SavePublication(sent, submission=done))
    assert await stored(journal) == [sent]
    assert await journal.read(lambda connection: load_submissions(connection, "cup")) == [done]
    assert await journal.read(lambda connection: load_results(connection, "cup")) == RESULTS


async def test_one_that_is_not_known_needs_its_results(journal: Journal) -> None:
    with pytest.raises(Misuse, match="there is no publication cup"):
        await journal.submit(SavePublication(CUP))
    with pytest.raises(Misuse, match="there is no publication cup"):
        await journal.read(lambda connection: load_results(connection, "cup"))
    assert await stored(journal) == []


async def test_going_back_does_not_take_back_what_was_sent(journal: Journal, database_path: Path) -> None:
    await journal.submit(SavePublication(CUP, RESULTS, FIRST))
    snapshot = take(database_path, database_path.parent / "snapshots", Reason.MANUAL, 0, 0)
    sent, done = replace(CUP, state="sent", receipt="#12"), replace(FIRST, outcome="sent")
    later = replace(CUP, publication_id="later", edition=2)
    await journal.submit(SavePublication(sent, submission=done))
    await journal.submit(SavePublication(later, RESULTS))
    await journal.stop()
    swap(stage(snapshot.path, database_path.parent), database_path)
    assert on_disk(database_path) == [sent, later]
    with closing(open_reader(database_path)) as connection:
        assert load_submissions(connection, "cup") == [done]
        assert load_results(connection, "later") == RESULTS


@pytest.mark.parametrize(("state", "doubtful"), [("queued", True), ("failed", True), ("sent", False)])
async def test_what_waits_in_a_snapshot_and_nowhere_else_may_have_been_sent_since(
    journal: Journal, database_path: Path, state: str, doubtful: bool
) -> None:
    await journal.submit(SavePublication(replace(CUP, state=state), RESULTS))
    snapshot = take(database_path, database_path.parent / "snapshots", Reason.MANUAL, 0, 0)
    await journal.stop()
    database_path.unlink()
    swap(stage(snapshot.path, database_path.parent), database_path)
    assert on_disk(database_path) == [replace(CUP, state=state, doubtful=doubtful)]


def test_nothing_published_is_nothing(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE publication (id, " + ", ".join(Publication.__struct_fields__) + ")")
        assert load_publications(connection) == []
