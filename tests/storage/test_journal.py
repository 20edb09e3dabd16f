from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.meet.records import Client, EntryIds
from appliance.storage import journal as journal_module
from appliance.storage.commands import AddClient, AppendUpdates
from appliance.storage.errors import (
    DatabaseDamaged,
    JournalStopped,
    Misuse,
    OutOfStep,
    StorageError,
    StorageFailed,
)
from appliance.storage.journal import Journal
from appliance.storage.loading import check, load_meets
from appliance.storage.transaction import Transaction
from tests.storage.records import MEET_ID, NATIONALS, append, create_meet, numbers_on_disk, rejected


@contextmanager
def write_lock(path: Path) -> Iterator[None]:
    """Another program in the middle of a write: the journal's next transaction waits for it."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def busy(journal: Journal) -> Iterator[None]:
    """The journal's thread is held up: all that is submitted meanwhile is taken, and committed, together."""
    begun, over = threading.Event(), threading.Event()

    def hold_up(_: sqlite3.Connection) -> None:
        begun.set()
        over.wait(5)

    journal.read(hold_up)
    assert begun.wait(5)
    yield
    over.set()


async def set_pragma(journal: Journal, pragma: str) -> None:
    await journal.read(lambda connection: connection.execute(f"PRAGMA {pragma}").fetchall())


async def fill_disk(journal: Journal) -> None:
    """Let the database not grow by a single page."""
    await set_pragma(journal, "max_page_count = 1")


async def free_disk(journal: Journal) -> None:
    await set_pragma(journal, "max_page_count = 1000000")


def spoil(path: Path) -> None:
    path.write_bytes(b"not a database" * 500)


def write_ahead_log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


BIG = b'"' + b"x" * 3000 + b'"'


async def test_what_is_acknowledged_is_on_disk(journal: Journal, database_path: Path) -> None:
    await journal.submit(append(1, 3))
    assert numbers_on_disk(database_path) == [1, 2, 3]


async def test_what_arrives_during_a_commit_shares_the_next_one(journal: Journal, database_path: Path) -> None:
    before = journal.commits
    with write_lock(database_path):
        answers = [journal.submit(append(number, number)) for number in range(1, 101)]
    await asyncio.gather(*answers)
    assert journal.commits - before <= 2
    assert numbers_on_disk(database_path) == list(range(1, 101))


async def test_what_it_does_can_be_watched(journal: Journal) -> None:
    await journal.submit(append(1, 1))
    assert (journal.commits, journal.commands, journal.failures) == (2, 2, 0)
    assert sum(journal.durations.counts) == 2
    assert 0 < journal.last_commit_s < 5


async def test_a_caller_that_gives_up_harms_nobody(journal: Journal, database_path: Path) -> None:
    with write_lock(database_path):
        given_up, waiting = journal.submit(append(1, 1)), journal.submit(append(2, 2))
        given_up.cancel()
    await waiting
    assert numbers_on_disk(database_path) == [1, 2]


def test_an_event_loop_that_is_gone_harms_nobody(database_path: Path) -> None:
    journal = Journal(database_path)

    async def leave_without_waiting() -> None:
        await journal.start()
        await journal.submit(NATIONALS)
        journal.submit(append(1, 1))
        journal.read(lambda connection: left.wait(5))

    left = threading.Event()
    asyncio.run(leave_without_waiting())
    left.set()
    journal._queue.put(None)
    assert journal._thread is not None
    journal._thread.join(10)
    assert not journal._thread.is_alive()
    assert numbers_on_disk(database_path) == [1]


async def test_stopping_stores_all_that_was_submitted(database_path: Path) -> None:
    journal = Journal(database_path)
    await journal.start()
    answers = [journal.submit(NATIONALS), *(journal.submit(append(n, n)) for n in range(1, 51))]
    await journal.stop()
    assert all(answer.done() and answer.exception() is None for answer in answers)
    assert numbers_on_disk(database_path) == list(range(1, 51))
    assert not write_ahead_log(database_path).exists()


async def test_stopping_leaves_all_in_one_file_though_another_program_has_it_open(database_path: Path) -> None:
    journal = Journal(database_path)
    await journal.start()
    await journal.submit(NATIONALS)
    other = sqlite3.connect(database_path)
    other.execute("SELECT * FROM meet").fetchall()
    await journal.stop()
    assert write_ahead_log(database_path).stat().st_size == 0
    other.close()


async def test_nothing_can_be_asked_of_a_journal_that_does_not_run(database_path: Path) -> None:
    journal = Journal(database_path)
    with pytest.raises(JournalStopped):
        journal.submit(append(1, 1))
    await journal.start()
    await journal.stop()
    await journal.stop()
    with pytest.raises(JournalStopped):
        journal.submit(append(1, 1))
    with pytest.raises(JournalStopped):
        await journal.probe()
    with pytest.raises(JournalStopped):
        journal.read(load_meets)


async def test_a_damaged_database_is_said_at_the_start(database_path: Path) -> None:
    spoil(database_path)
    journal = Journal(database_path)
    with pytest.raises(DatabaseDamaged):
        await journal.start()
    await journal.stop()


async def test_reads_see_what_was_submitted_before_them_only(journal: Journal, database_path: Path) -> None:
    with write_lock(database_path):
        journal.submit(append(1, 2))
        reading = journal.read(load_meets)
        later = journal.submit(append(3, 3))
    (stored,) = await reading
    await later
    assert stored.last_server_seq == 2


async def test_an_error_of_a_read_is_for_its_asker(journal: Journal) -> None:
    with pytest.raises(StorageFailed, match="no such table"):
        await journal.read(lambda connection: connection.execute("SELECT * FROM missing"))
    with pytest.raises(ZeroDivisionError):
        await journal.read(lambda _: 1 // 0)
    await journal.probe()


async def test_an_impossible_command_does_not_fail_its_neighbours(journal: Journal, database_path: Path) -> None:
    await journal.submit(create_meet("000000001"))
    with write_lock(database_path):
        first = journal.submit(append(1, 1))
        again = journal.submit(NATIONALS)
        other = journal.submit(append(1, 5, meet_id="000000001"))
    await asyncio.gather(first, other)
    with pytest.raises(Misuse):
        await again
    assert journal.failures == 0
    assert numbers_on_disk(database_path, "000000001") == [1, 2, 3, 4, 5]


async def test_a_full_disk_fails_the_whole_transaction_and_leaves_nothing_of_it(journal: Journal) -> None:
    await journal.submit(append(1, 2))
    before = await journal.read(load_meets)
    await fill_disk(journal)
    with busy(journal):
        before_it = journal.submit(create_meet("000000001"))
        large = journal.submit(append(3, 40, rejected(41), value=BIG))
        after_it = journal.submit(AddClient(MEET_ID, Client("weigh-in", EntryIds(106000, 106999))))
    for answer in (before_it, large, after_it):
        with pytest.raises(StorageFailed, match="the disk is full"):
            await answer
    assert journal.failures == 1
    assert await journal.read(load_meets) == before
    assert await journal.read(check) == []


async def test_service_resumes_by_itself_when_there_is_space(journal: Journal, database_path: Path) -> None:
    await fill_disk(journal)
    with pytest.raises(StorageFailed):
        await journal.submit(append(1, 40, value=BIG))
    await free_disk(journal)
    assert (await journal.reload(MEET_ID)).last_server_seq == 0
    await journal.submit(append(1, 40, value=BIG))
    assert numbers_on_disk(database_path) == list(range(1, 41))


async def test_what_was_decided_on_top_of_a_failure_is_void_until_the_meet_is_read_again(journal: Journal) -> None:
    await journal.submit(create_meet("000000001"))
    await fill_disk(journal)
    with pytest.raises(StorageFailed):
        await journal.submit(append(1, 40, value=BIG))
    await free_disk(journal)
    # It would follow on from disk, but was decided by a log in which other updates and rejections stand.
    with pytest.raises(OutOfStep) as error:
        await journal.submit(append(1, 1))
    assert (error.value.meet_id, error.value.last_server_seq) == (MEET_ID, 0)
    await journal.submit(append(1, 1, meet_id="000000001"))
    await journal.reload(MEET_ID)
    await journal.submit(append(1, 1))


async def test_updates_that_do_not_follow_on_from_disk_are_out_of_step(journal: Journal) -> None:
    await journal.submit(append(1, 3))
    with pytest.raises(OutOfStep) as error:
        await journal.submit(append(5, 6))
    assert error.value.last_server_seq == 3
    with pytest.raises(OutOfStep):
        await journal.submit(append(4, 4))
    assert (await journal.reload(MEET_ID)).last_server_seq == 3
    await journal.submit(append(4, 4))


async def test_a_database_that_another_program_holds_is_a_failure(journal: Journal, database_path: Path) -> None:
    await set_pragma(journal, "busy_timeout = 1")
    with write_lock(database_path), pytest.raises(StorageFailed, match="another program is using the database"):
        await journal.submit(append(1, 1))
    await journal.reload(MEET_ID)
    await journal.submit(append(1, 1))


async def test_a_probe_writes(journal: Journal) -> None:
    def probes(connection: sqlite3.Connection) -> int:
        ((count,),) = connection.execute("SELECT value FROM appliance WHERE key = 'probes'").fetchall()
        return int(count)

    before = await journal.read(probes)
    await journal.probe()
    assert await journal.read(probes) == before + 1


async def test_a_probe_fails_when_the_disk_does_not_take_it(journal: Journal) -> None:
    await set_pragma(journal, "query_only = 1")
    with pytest.raises(StorageFailed, match="write-protected"):
        await journal.probe()
    await set_pragma(journal, "query_only = 0")
    await journal.probe()


def fail_commits(monkeypatch: pytest.MonkeyPatch, *, after_landing: bool) -> None:
    """Let the next commit report an I/O error, after or before it has done its work."""
    commit = Transaction.commit

    def fail(transaction: Transaction) -> None:
        monkeypatch.setattr(Transaction, "commit", commit)
        if after_landing:
            commit(transaction)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Transaction, "commit", fail)


async def test_a_commit_that_landed_though_it_reported_an_error_is_a_success(
    journal: Journal, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_commits(monkeypatch, after_landing=True)
    await journal.submit(append(1, 3))
    assert numbers_on_disk(database_path) == [1, 2, 3]
    await journal.submit(append(4, 4))


async def test_a_commit_that_did_not_land_is_a_failure(
    journal: Journal, database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_commits(monkeypatch, after_landing=False)
    with pytest.raises(StorageFailed, match="disk I/O error"):
        await journal.submit(append(1, 3))
    assert numbers_on_disk(database_path) == []
    await journal.reload(MEET_ID)
    await journal.submit(append(1, 3))


async def test_while_the_truth_cannot_be_read_everything_fails_and_then_it_is_read_anew(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise StorageFailed("the disk cannot be read or written")

    with monkeypatch.context() as broken:
        broken.setattr(journal_module, "open_database", refuse)
        fail_commits(monkeypatch, after_landing=True)
        with pytest.raises(StorageFailed):
            await journal.submit(append(1, 3))
        for attempt in (journal.probe(), journal.reload(MEET_ID)):
            with pytest.raises(StorageError, match="cannot be read or written"):
                await attempt
    # It had landed: the updates that follow on from what the sender was told do not follow on from disk.
    with pytest.raises(OutOfStep) as error:
        await journal.submit(append(1, 3))
    assert error.value.last_server_seq == 3
    assert (await journal.reload(MEET_ID)).last_server_seq == 3
    await journal.submit(append(4, 4))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_bug_that_ends_the_thread_leaves_nobody_waiting(journal: Journal, database_path: Path) -> None:
    with write_lock(database_path):
        fatal = journal.submit(AppendUpdates(MEET_ID, None, [], 0, ""))  # type: ignore[arg-type]
        write: asyncio.Future[None] = journal.submit(append(1, 1))
        read = journal.read(load_meets)
    answers: tuple[asyncio.Future[object], ...] = (fatal, write, read)  # type: ignore[assignment]
    for answer in answers:
        with pytest.raises(JournalStopped):
            await answer
    with pytest.raises(JournalStopped):
        journal.submit(append(1, 1))


class TestReplacing:
    async def test_what_was_submitted_before_is_in_the_file_that_goes(
        self, journal: Journal, database_path: Path, tmp_path: Path
    ) -> None:
        """And the whole of it: no log is left beside a database that is moved."""
        write = journal.submit(append(1, 3))

        def put_away() -> list[str]:
            database_path.rename(tmp_path / "old.sqlite3")
            return sorted(path.name for path in tmp_path.iterdir())

        assert await journal.replace(put_away) == ["old.sqlite3"]
        await write
        assert numbers_on_disk(tmp_path / "old.sqlite3") == [1, 2, 3]
        assert await journal.read(load_meets) == []
        await journal.submit(NATIONALS)

    async def test_what_was_decided_on_the_old_file_is_void_until_the_meet_is_read_again(
        self, journal: Journal, database_path: Path, tmp_path: Path
    ) -> None:
        await journal.submit(append(1, 3))
        await journal.replace(lambda: None)
        with pytest.raises(OutOfStep):
            await journal.submit(append(4, 4))
        await journal.reload(MEET_ID)
        await journal.submit(append(4, 4))
        await journal.replace(lambda: None)
        assert [stored.last_server_seq for stored in await journal.reload_all()] == [4]
        await journal.submit(append(5, 5))

    async def test_a_swap_that_fails_is_told_and_the_old_file_serves_on(self, journal: Journal) -> None:
        def refuse() -> None:
            raise StorageFailed("the disk is full")

        with pytest.raises(StorageFailed, match="the disk is full"):
            await journal.replace(refuse)
        await journal.reload(MEET_ID)
        await journal.submit(append(1, 1))


async def test_it_works_as_long_as_its_thread_answers_even_where_the_disk_refuses(
    journal: Journal, database_path: Path
) -> None:
    with write_lock(database_path):
        answer = journal.submit(append(1, 1))
        working = asyncio.ensure_future(journal.works())
        await asyncio.sleep(0.05)
        assert not working.done()
        # The one is in hand, the other waits.
        assert journal.waiting <= 1
    await asyncio.gather(answer, working)
    await fill_disk(journal)
    with pytest.raises(StorageFailed):
        await journal.submit(append(2, 2, value=BIG))
    await journal.works()
    await journal.stop()
    with pytest.raises(JournalStopped):
        await journal.works()
