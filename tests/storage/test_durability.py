"""What is acknowledged survives a kill and a disk without a byte left. More rounds are in the fault runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import StorageFailed
from appliance.storage.journal import Journal
from appliance.storage.loading import check, load_meets
from tests.small_disk import fill, mounted
from tests.storage.records import MEET_ID, NATIONALS, append, numbers_on_disk, rejected

ACKNOWLEDGEMENTS_BEFORE_KILL = (1, 40, 150)


def test_a_killed_writer_has_kept_all_that_it_acknowledged(database_path: Path) -> None:
    for acknowledgements in ACKNOWLEDGEMENTS_BEFORE_KILL:
        command = [sys.executable, "-m", "tests.storage.writer_under_load", str(database_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            said = [writer.stdout.readline() for _ in range(acknowledgements)]
            writer.kill()
            # What it said before it died counts too.
            said += writer.stdout.readlines()
        database = open_database(database_path)
        (stored,) = load_meets(connection_of(database))
        problems = check(connection_of(database))
        database.close()
        assert problems == []
        assert [update.server_seq for update in stored.updates] == list(range(1, stored.last_server_seq + 1))
        assert stored.last_server_seq >= max(int(line) for line in said)
        assert stored.last_server_seq % 7 == 0, "half a command is on disk"
        assert stored.digest == f"{stored.last_server_seq:016x}"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of one megabyte."""
    with mounted(tmp_path / "disk", megabytes=1) as disk:
        yield disk


async def probe_for_ever(journal: Journal) -> None:
    """Even a tiny row finds no room once the last page of the write-ahead log is full."""
    while True:
        await journal.probe()


async def test_a_disk_filled_to_the_brim_and_freed_again(small_disk: Path) -> None:
    path = small_disk / "meets.sqlite3"
    journal = Journal(path)
    await journal.start()
    await journal.submit(NATIONALS)
    await journal.submit(append(1, 5, rejected(6)))
    for round_ in range(3):
        first = 6 + 5 * round_
        before = await journal.read(load_meets)
        ballast = fill(small_disk)
        with pytest.raises(StorageFailed, match="the disk is full"):
            # More than the room that is left in the last pages.
            await journal.submit(append(first, first + 1000))
        assert await journal.read(load_meets) == before
        assert numbers_on_disk(path) == list(range(1, first))
        with pytest.raises(StorageFailed):
            await probe_for_ever(journal)
        ballast.unlink()
        await journal.probe()
        assert (await journal.reload(MEET_ID)).last_server_seq == first - 1
        await journal.submit(append(first, first + 4))
        assert numbers_on_disk(path) == list(range(1, first + 5))
    assert await journal.read(check) == []
    await journal.stop()
    assert numbers_on_disk(path) == list(range(1, 21))


async def test_a_journal_that_must_stop_on_a_full_disk_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "meets.sqlite3"
    journal = Journal(path)
    await journal.start()
    await journal.submit(NATIONALS)
    await journal.submit(append(1, 500))
    ballast = fill(small_disk)
    with pytest.raises(StorageFailed, match="the disk is full"):
        await journal.submit(append(501, 2000))
    await journal.stop()
    ballast.unlink()
    again = Journal(path)
    await again.start()
    (stored,) = await again.read(load_meets)
    assert stored.last_server_seq == 500
    assert await again.read(check) == []
    await again.stop()
