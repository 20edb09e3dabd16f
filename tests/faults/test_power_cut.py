"""The power goes at any instant: whatever reached the card opens to a prefix of what was acknowledged, and no less.

A meet of 500 updates is stored, one sync each, through a checkpoint. Then the states that the card may have been
in are laid out anew and opened: the log cut behind a frame or in the midst of one, a frame damaged, the main file with
only some of the pages that a checkpoint wrote. That clients bring back what is missing, fault plans show.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from pathlib import Path
from random import Random

import pytest
from msgspec import Struct

from appliance.meet.records import Accepted
from appliance.storage.database import connection_of, open_database
from appliance.storage.journal import Journal
from appliance.storage.loading import load_meets
from appliance.storage.positions import verify
from tests.faults.wal import cut_at, frame_bytes, frames, salts
from tests.storage.filled import Filled
from tests.storage.records import NATIONALS

UPDATES = 500

# Only every so many frames in the normal run. It is no divisor of anything, so that cuts fall everywhere in a commit.
STRIDE = 61


class Generation(Struct):
    """The write-ahead log from one of its beginnings to the next.

    Attributes:
        main, checkpointed: the main file beside it, before and after its frames were copied there.
        log: the log at its end.
        older: what the log held before: a new beginning writes over it, and leaves the rest.
        acked: after how many of its frames which update had been acknowledged, in order.
    """

    main: bytes
    checkpointed: bytes
    log: bytes
    older: bytes
    acked: list[tuple[int, int]]

    def intact_up_to(self, frame: int) -> int:
        """The newest update of which all frames are among the first so many."""
        return self.acked[bisect_right(self.acked, frame, key=lambda ack: ack[0]) - 1][1]


class Run(Struct):
    """A meet that was stored, and everything that the card held meanwhile."""

    generations: list[Generation]
    updates: list[Accepted]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return asyncio.run(stored(tmp_path_factory.mktemp("run") / "meets.sqlite3"))


async def stored(path: Path) -> Run:
    """Looked at after each acknowledgement: the log only grows between two of them, or begins anew."""
    wal = path.with_name(path.name + "-wal")
    journal = Journal(path)
    generations: list[Generation] = []
    older, main = b"", b""

    def look(number: int) -> None:
        nonlocal older, main
        log = wal.read_bytes()
        if not generations or salts(log) != salts(older):
            before = max(number - 1, 0)
            generations.append(Generation(main, main, log, older, [(0, before)]))
        newest = generations[-1]
        main = path.read_bytes()
        newest.log = older = log
        newest.checkpointed = main
        newest.acked.append((frames(log), number))

    await journal.start()
    # No checkpoint has come to it yet.
    main = path.read_bytes()
    look(0)
    await journal.submit(NATIONALS)
    look(0)
    filled = Filled(journal)
    for number in range(1, UPDATES + 1):
        await filled.grow(1)
        look(number)
    (meet,) = await journal.read(load_meets)
    await journal.stop()
    generations[-1].checkpointed = path.read_bytes()
    assert len(generations) > 1, "the log never began anew"
    return Run(generations, meet.updates)


class Card:
    """A card on which any state can be laid out."""

    def __init__(self, directory: Path, run: Run) -> None:
        self._path = directory / "meets.sqlite3"
        self._run = run

    def holds(self, main: bytes, log: bytes, number: int) -> None:
        """Whoever opens it finds the first so many updates of the run, and everything in order."""
        for left in self._path.parent.iterdir():
            left.unlink()
        self._path.write_bytes(main)
        self._path.with_name(self._path.name + "-wal").write_bytes(log)
        database = open_database(self._path)
        try:
            meets = load_meets(connection_of(database))
            stands = verify(connection_of(database))
        finally:
            database.close()
        assert [meet.updates for meet in meets] == ([self._run.updates[:number]] if meets else [])
        assert [at.last_server_seq for at in stands] == ([number] if meets else [])
        assert meets or number == 0


@pytest.fixture
def card(tmp_path: Path, run: Run) -> Card:
    return Card(tmp_path, run)


def cut_behind_frames(run: Run, card: Card, stride: int) -> None:
    for generation in run.generations:
        for frame in range(0, frames(generation.log) + 1, stride):
            end = cut_at(generation.log, frame)
            number = generation.intact_up_to(frame)
            card.holds(generation.main, generation.log[:end], number)
            # The card has the room of the older log, and its frames are still there.
            card.holds(generation.main, generation.log[:end] + generation.older[end:], number)


def test_the_log_ends_behind_a_frame(run: Run, card: Card) -> None:
    cut_behind_frames(run, card, STRIDE)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_log_ends_behind_any_frame(run: Run, card: Card) -> None:
    cut_behind_frames(run, card, 1)


def test_the_log_ends_behind_each_frame_of_some_commits(run: Run, card: Card) -> None:
    for generation in run.generations:
        (first, _), *_, (last, number) = generation.acked[len(generation.acked) // 2 :][:3]
        for frame in range(first, last + 1):
            end = cut_at(generation.log, frame)
            card.holds(generation.main, generation.log[:end], generation.intact_up_to(frame))
        assert generation.intact_up_to(last) == number


def test_the_log_ends_within_a_frame(run: Run, card: Card) -> None:
    random = Random(1)
    for generation in run.generations:
        for _ in range(20):
            frame = random.randrange(frames(generation.log))
            torn = cut_at(generation.log, frame) + random.randrange(1, frame_bytes(generation.log))
            card.holds(generation.main, generation.log[:torn], generation.intact_up_to(frame))


def test_the_header_of_the_log_is_torn(run: Run, card: Card) -> None:
    for generation in run.generations:
        for end in range(cut_at(generation.log, 0)):
            if end % 5 == 0:
                card.holds(generation.main, generation.log[:end], generation.intact_up_to(0))


def test_a_frame_is_damaged(run: Run, card: Card) -> None:
    random = Random(2)
    for generation in run.generations:
        for _ in range(20):
            frame = random.randrange(frames(generation.log))
            damaged = bytearray(generation.log)
            # Not the page number's own top byte alone: any bit of header and page counts for the checksum.
            at = cut_at(generation.log, frame) + random.randrange(frame_bytes(generation.log))
            damaged[at] ^= 1 << random.randrange(8)
            card.holds(generation.main, bytes(damaged), generation.intact_up_to(frame))


def test_a_checkpoint_is_cut_short(run: Run, card: Card) -> None:
    """The log is synced before the first page goes to the main file, and pages get there in any order, or in half."""
    random = Random(3)
    for generation in run.generations:
        page_bytes = 4096
        pages = range(0, len(generation.checkpointed), page_bytes)
        _, number = generation.acked[-1]
        for _ in range(10):
            main = bytearray(generation.main.ljust(random.choice((0, len(generation.checkpointed))), b"\0"))
            for at in pages:
                if random.random() < 0.5 and at < len(main):
                    written = random.choice((page_bytes, 512 * random.randrange(8)))
                    main[at : at + written] = generation.checkpointed[at : at + written]
            card.holds(bytes(main), generation.log, number)
