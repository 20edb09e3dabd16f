"""The appliance checks itself: what is on disk, in itself and against what is in memory.

At the start it decides how each meet is taken up; then, every few minutes, it reads everything again beside the running
meets, in a thread, through a connection of its own.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from msgspec import Struct, structs

from appliance.live.meets import Meets
from appliance.live.stored import log_of
from appliance.meet.log import UnreadableLog
from appliance.protocol.messages import Heartbeat
from appliance.service import warnings
from appliance.service.clock import wall_ms
from appliance.service.logging import get_logger
from appliance.service.warnings import WarningBoard
from appliance.storage.errors import reason_of
from appliance.storage.journal import Journal
from appliance.storage.loading import check
from appliance.storage.positions import digests, positions
from appliance.storage.snapshots import open_reader

_log = get_logger(__name__)


class CheckReport(Struct, frozen=True):
    """What has been found: ``runs`` and ``found`` are counted since the start, ``problems`` are the newest run's.

    ``at_ms`` is the wall clock at the end of the newest run, to be shown only; 0 before the first.
    """

    runs: int = 0
    found: int = 0
    problems: tuple[str, ...] = ()
    at_ms: int = 0


class SelfCheck:
    """Checks one appliance. To be used from one event loop.

    Args:
        database: the file that `journal` writes.
        journal: reads it at the start.
        meets: what is in memory.
        board: where it shows.

    Attributes:
        report: what was found so far.
        paused: who holds it keeps `run` from reading the database.
    """

    def __init__(self, database: Path, journal: Journal, meets: Meets, board: WarningBoard) -> None:
        self.report = CheckReport()
        self._database = database
        self._journal = journal
        self._meets = meets
        self._board = board
        self.paused = asyncio.Lock()

    async def take_up(self) -> None:
        """Check what is on disk and open every meet; a damaged one can only be read until its clients have mended it.

        Raises:
            StorageError: the database cannot be read.
        """
        found = await self._journal.read(check)
        # What is wrong with the file as a whole no client can mend.
        recoverable = all(problem.meet_id is not None for problem in found)
        told = [problem.what for problem in found]
        damaged = []
        for stored in await self._journal.reload_all():
            meet_id = stored.meet.meet_id
            try:
                log = log_of(stored)
            except UnreadableLog as error:
                _log.error("meet_unreadable", meet_id=meet_id, what=str(error))
                told.append(str(error))
                damaged.append(meet_id)
                continue
            wrong = [problem.what for problem in found if problem.meet_id in (None, meet_id)]
            if log.digest != stored.digest:
                wrong.append(f"the updates on disk have the digest {log.digest}, not {stored.digest}")
                told.append(wrong[-1])
            for what in wrong:
                _log.error("log_damaged", meet_id=meet_id, what=what)
            if wrong:
                damaged.append(meet_id)
            self._meets.open(stored, log, "; ".join(wrong) or None, recoverable=recoverable)
            _log.info("meet_opened", meet_id=meet_id, last_server_seq=stored.last_server_seq)
        if damaged:
            self._board.put_up(warnings.MEET_READ_ONLY, ", ".join(damaged))
        else:
            self._board.take_down(warnings.MEET_READ_ONLY)
        self._note(told)

    def count(self, problem: str) -> None:
        """Count something that was found, and dealt with, before anything was taken up."""
        self.report = structs.replace(self.report, found=self.report.found + 1)
        _log.error("self_check_found", what=problem)

    async def run(self) -> None:
        """Check everything once, while the meets go on."""
        async with self.paused:
            settled = {hub.meet.meet_id: hub.settled for hub in self._meets.hubs}
            self._note(await asyncio.to_thread(partial(look, self._database, settled)))

    def _note(self, problems: list[str]) -> None:
        before = self.report
        for what in problems:
            if what not in before.problems:
                _log.error("self_check_found", what=what)
        self.report = CheckReport(before.runs + 1, before.found + len(problems), tuple(problems), wall_ms())
        if problems:
            self._board.put_up(warnings.SELF_CHECK_FAILED, "; ".join(problems))
        else:
            self._board.take_down(warnings.SELF_CHECK_FAILED)


def look(
    database: Path,
    settled: Mapping[str, Heartbeat],
    connect: Callable[[Path], sqlite3.Connection] = open_reader,
) -> list[str]:
    """What is wrong with a database that may be in use, in plain words.

    Args:
        database: its file.
        settled: by meet id, where memory stood when everything that was decided was on disk: some moment before now.
            A meet that has begun another epoch since then is not compared.
        connect: opens the file for reading.
    """
    try:
        with closing(connect(database)) as connection:
            # All of it is of one moment.
            connection.execute("BEGIN")
            problems = [problem.what for problem in check(connection)]
            stand = {position.meet_id: position for position in positions(connection)}
            for meet_id, position in stand.items():
                memory = settled.get(meet_id)
                same = memory is not None and memory.epoch == position.epoch
                numbers = {position.last_server_seq, *([memory.last_server_seq] if same and memory else [])}
                try:
                    found = digests(connection, meet_id, numbers)
                except UnreadableLog as error:
                    problems.append(str(error))
                    continue
                if found.get(position.last_server_seq) != position.digest:
                    problems.append(
                        f"the updates of meet {meet_id} on disk have the digest {found.get(position.last_server_seq)}, "
                        f"not {position.digest}"
                    )
                if same and memory is not None and found.get(memory.last_server_seq) != memory.state_digest:
                    problems.append(
                        f"meet {meet_id} stood at {memory.last_server_seq} in memory with the digest "
                        f"{memory.state_digest}; on disk it is {found.get(memory.last_server_seq)}"
                    )
            problems += [f"meet {meet_id} runs, but is not on disk" for meet_id in settled if meet_id not in stand]
    except sqlite3.Error as error:
        return [reason_of(error)]
    return problems
