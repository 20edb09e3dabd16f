"""The one writer: a thread that owns the database, with group commit.

Whatever is submitted while a transaction is being synced goes into the next one, so one sync carries
everybody. A command is answered after the sync of the transaction that holds it. If that fails, nothing of
the transaction is on disk and every command in it fails; the journal goes on, and each next transaction
simply tries again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any, TypeVar

import peewee
from msgspec import Struct

from appliance.service.logging import get_logger
from appliance.service.metrics import Durations
from appliance.storage.commands import AppendUpdates, Command, Probe
from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import (
    JournalStopped,
    Misuse,
    OutOfStep,
    StorageError,
    StorageFailed,
    reason_of,
)
from appliance.storage.loading import StoredMeet, load_meet, load_meets
from appliance.storage.transaction import KnownMeet, Transaction

_T = TypeVar("_T")
_Answer = asyncio.Future[Any]

_IMPOSSIBLE = (Misuse, sqlite3.IntegrityError, peewee.IntegrityError, UnicodeError, OverflowError)
_FAILED = (sqlite3.Error, peewee.PeeweeException, StorageError)

_log = get_logger(__name__)


class _Write(Struct, frozen=True):
    command: Command
    answer: _Answer


class _Read(Struct, frozen=True):
    ask: Callable[[sqlite3.Connection], Any]
    answer: _Answer


class _Replace(Struct, frozen=True):
    swap: Callable[[], Any]
    answer: _Answer


_Work = _Write | _Read | _Replace


class _Outcome(Struct, frozen=True):
    answer: _Answer
    result: object = None
    error: Exception | None = None


class Journal:
    """Stores commands in the order in which they are submitted, from one event loop.

    ``commits``, ``commands`` (those committed), ``failures`` (transactions that failed), ``last_commit_s``
    (how long the newest commit took, from taking the write lock to the end of the sync) and ``durations`` (of all
    commits) are there to be watched.
    """

    def __init__(self, path: Path) -> None:
        self.commits = 0
        self.commands = 0
        self.failures = 0
        self.last_commit_s = 0.0
        self.durations = Durations()
        self._path = path
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._running = False
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._ended: asyncio.Future[None]
        # From here on the thread's own. No database means that a failure has left it in an unknown state: it
        # is opened, and all positions read, anew before anything else is written.
        self._database: peewee.SqliteDatabase | None = None
        self._known: dict[str, KnownMeet] = {}
        # Meets of which a command has failed: what was decided on top of it is void until they are read
        # again.
        self._void: set[str] = set()
        self._in_hand: list[_Work | None] = []
        self._outcomes: list[_Outcome] = []

    async def start(self) -> None:
        """Open the database. Raises `DatabaseDamaged`, `DatabaseTooNew` or `StorageFailed`."""
        self._loop = asyncio.get_running_loop()
        self._ended = self._loop.create_future()
        opened = self._loop.create_future()
        self._thread = Thread(target=self._run, args=(opened,), name="journal", daemon=True)
        self._thread.start()
        await opened
        self._running = True

    async def stop(self) -> None:
        """Store all that was submitted, then close the database. Nothing can be submitted any more."""
        if self._running:
            self._running = False
            self._queue.put(None)
        if self._thread is not None:
            await asyncio.shield(self._ended)
            self._thread.join()

    def submit(self, command: Command) -> asyncio.Future[None]:
        """Queue a command, at once; await the answer to know that it is on disk.

        The answer raises `StorageFailed` (nothing of it is on disk, try again), `OutOfStep` (decide it again
        after `reload`), `Misuse`, or `JournalStopped`, which a journal that does not run raises at once.
        Giving up the wait does not take the command back.
        """
        answer = self._new_answer()
        self._queue.put(_Write(command, answer))
        return answer

    def read(self, ask: Callable[[sqlite3.Connection], _T]) -> asyncio.Future[_T]:
        """Have a function of `loading` answered, after all that was submitted before.

        The answer raises what the function raises, `StorageFailed` for errors of SQLite, or `JournalStopped`.
        """
        answer = self._new_answer()
        self._queue.put(_Read(ask, answer))
        return answer

    def reload(self, meet_id: str) -> asyncio.Future[StoredMeet]:
        """Read a meet as it is on disk, after all that was submitted before has been answered.

        After a failed `AppendUpdates` the meet takes no more of them before this: updates and rejections may
        have been decided on top of what failed. What is submitted from here on must be decided on top of the
        answer.
        """
        return self.read(partial(self._load_again, meet_id))

    def reload_all(self) -> asyncio.Future[list[StoredMeet]]:
        """Read every meet as `reload` does one."""
        return self.read(self._load_all_again)

    def replace(self, swap: Callable[[], _T]) -> asyncio.Future[_T]:
        """Have another database put in the place of this one, after all that was submitted before.

        ``swap`` runs in the writer's thread while the file is closed, and moves files. Whatever it does, the file that
        is there afterwards is opened; and every meet takes updates only after it has been read with `reload` or
        `reload_all`, since those that come were decided on top of the file that was there before. The answer is that
        of ``swap``.
        """
        answer = self._new_answer()
        self._queue.put(_Replace(swap, answer))
        return answer

    async def probe(self) -> None:
        """Write and commit one tiny row. Raises `StorageFailed` if the disk does not take it."""
        await self.submit(Probe())

    async def works(self) -> None:
        """Wait until the thread has worked off what was submitted before, whether or not the disk takes it.

        Raises:
            JournalStopped: it never will.
        """
        try:
            await self.read(_nothing)
        except StorageFailed as error:
            _log.debug("journal_works_without_disk", reason=str(error))

    @property
    def waiting(self) -> int:
        """How much waits for the thread."""
        return self._queue.qsize()

    def _new_answer(self) -> _Answer:
        if not self._running:
            raise JournalStopped("the journal is not running")
        return self._loop.create_future()

    # What follows runs in the thread.

    def _run(self, opened: _Answer) -> None:
        try:
            try:
                self._database = open_database(self._path)
            except StorageError as error:
                self._outcomes.append(_Outcome(opened, error=error))
                return
            self._outcomes.append(_Outcome(opened))
            self._deliver()
            while self._work_off(self._take()):
                pass
            self._checkpoint()
        finally:
            self._close()
            self._deliver()
            self._tell(self._end)

    def _take(self) -> list[_Work | None]:
        taken = self._in_hand = [self._queue.get()]
        while not self._queue.empty():
            taken.append(self._queue.get())
        return taken

    def _work_off(self, taken: list[_Work | None]) -> bool:
        """Do what was taken from the queue, in order; False if that was the end."""
        for _, group in groupby(taken, type):
            work = list(group)
            if writes := [item for item in work if isinstance(item, _Write)]:
                self._commit(writes)
            for item in work:
                if isinstance(item, _Read):
                    self._answer(item)
                elif isinstance(item, _Replace):
                    self._swap(item)
            self._deliver()
        return taken[-1] is not None

    def _commit(self, writes: list[_Write]) -> None:
        begun = perf_counter()
        try:
            transaction = Transaction(self._reach(), self._known)
            transaction.begin()
            outcomes = [self._add(transaction, write) for write in writes]
            transaction.flush()
        except _IMPOSSIBLE as error:
            self._abandon()
            if len(writes) > 1:
                # One of them is impossible, and only it must fail.
                for write in writes:
                    self._commit([write])
            else:
                self._refuse(writes, partial(Misuse, reason_of(error)))
            return
        except _FAILED as error:
            self._abandon()
            self._fail(writes, error)
            return
        try:
            transaction.commit()
        except sqlite3.Error as error:
            self._abandon()
            if not self._landed(transaction.positions):
                self._fail(writes, error)
                return
        self.commits += 1
        self.commands += sum(outcome.error is None for outcome in outcomes)
        self.last_commit_s = perf_counter() - begun
        self.durations.add(self.last_commit_s)
        self._outcomes += outcomes

    def _add(self, transaction: Transaction, write: _Write) -> _Outcome:
        command = write.command
        try:
            if isinstance(command, AppendUpdates) and command.meet_id in self._void:
                raise OutOfStep(command.meet_id, transaction.meet(command.meet_id).last_server_seq)
            transaction.add(command)
        except OutOfStep as error:
            self._void.add(error.meet_id)
            return _Outcome(write.answer, error=error)
        return _Outcome(write.answer)

    def _fail(self, writes: list[_Write], error: Exception) -> None:
        reason = reason_of(error)
        self.failures += 1
        _log.error("storage_failed", reason=reason, commands=len(writes))
        self._refuse(writes, partial(StorageFailed, reason))

    def _refuse(self, writes: list[_Write], new_error: Callable[[], Exception]) -> None:
        for write in writes:
            if isinstance(write.command, AppendUpdates):
                self._void.add(write.command.meet_id)
            self._outcomes.append(_Outcome(write.answer, error=new_error()))

    def _abandon(self) -> None:
        """Make sure that nothing of the transaction remains, neither on disk nor in what we know."""
        self._known.clear()
        if self._database is None:
            return
        connection = connection_of(self._database)
        # A full disk has rolled back by itself. Whatever ran now would be committed one by one.
        if connection.in_transaction:
            try:
                connection.execute("ROLLBACK")
            except sqlite3.Error:
                self._close()

    def _landed(self, positions: dict[str, int]) -> bool:
        """Whether a commit that reported an error is on disk all the same, seen through a fresh connection.

        One that added no update cannot be told by its positions, and counts as failed: it may be repeated.
        """
        try:
            # The old connection stays until the new one is there: opening the only one needs space on the
            # disk.
            fresh = open_database(self._path)
            self._close()
            self._database = fresh
            transaction = Transaction(fresh, self._known)
            on_disk = {meet_id: transaction.meet(meet_id).last_server_seq for meet_id in positions}
        except _FAILED:
            self._known.clear()
            self._close()
            return False
        return bool(positions) and on_disk == positions

    def _answer(self, read: _Read) -> None:
        try:
            result = read.ask(connection_of(self._reach()))
        except sqlite3.Error as error:
            self._outcomes.append(_Outcome(read.answer, error=StorageFailed(reason_of(error))))
        except Exception as error:  # noqa: BLE001  Whatever the asker's own function raises is for the asker.
            self._outcomes.append(_Outcome(read.answer, error=error))
        else:
            self._outcomes.append(_Outcome(read.answer, result))

    def _swap(self, item: _Replace) -> None:
        self._checkpoint()
        self._close()
        self._known.clear()
        try:
            result = item.swap()
        except Exception as error:  # noqa: BLE001  Whatever the asker's own function raises is for the asker.
            self._outcomes.append(_Outcome(item.answer, error=error))
        else:
            self._outcomes.append(_Outcome(item.answer, result))
        try:
            self._void.update(
                meet_id for (meet_id,) in connection_of(self._reach()).execute("SELECT meet_id FROM meet")
            )
        except _FAILED as error:
            # It is opened again with the next command, which fails where this did.
            _log.error("storage_failed", reason=reason_of(error), commands=0)

    def _load_again(self, meet_id: str, connection: sqlite3.Connection) -> StoredMeet:
        stored = load_meet(connection, meet_id)
        self._void.discard(meet_id)
        return stored

    def _load_all_again(self, connection: sqlite3.Connection) -> list[StoredMeet]:
        stored = load_meets(connection)
        self._void.clear()
        return stored

    def _reach(self) -> peewee.SqliteDatabase:
        if self._database is None:
            self._database = open_database(self._path)
        return self._database

    def _checkpoint(self) -> None:
        """Leave one tidy file behind; the write-ahead log is as durable, so a failure harms nobody."""
        try:
            connection_of(self._reach()).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (sqlite3.Error, StorageError) as error:
            _log.warning("checkpoint_failed", reason=reason_of(error))

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _deliver(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if outcomes:
            self._tell(partial(_resolve, outcomes))

    def _tell(self, callback: Callable[[], None]) -> None:
        """Run something on the event loop, unless that is gone, and with it whoever waited."""
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:
            _log.warning("event_loop_gone")

    # Back on the event loop.

    def _end(self) -> None:
        self._running = False
        # Only if the thread has died of a bug of ours is anybody left here without an answer.
        left = list(self._in_hand)
        while not self._queue.empty():
            left.append(self._queue.get())
        stopped = JournalStopped("the journal has stopped")
        _resolve(_Outcome(item.answer, error=stopped) for item in left if item is not None)
        self._ended.set_result(None)


def _nothing(_connection: sqlite3.Connection) -> None:
    pass


def _resolve(outcomes: Iterable[_Outcome]) -> None:
    for outcome in outcomes:
        if outcome.answer.done():
            # Whoever asked has given up waiting.
            continue
        if outcome.error is None:
            outcome.answer.set_result(outcome.result)
        else:
            outcome.answer.set_exception(outcome.error)
