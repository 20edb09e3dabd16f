"""SQLite's write-ahead log as bytes, to cut it where a card may have cut it: https://www.sqlite.org/walformat.html."""

from __future__ import annotations

import struct
from pathlib import Path

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
_SALTS = slice(16, 24)

# In the shared index: how many frames there are, and how many of them are in the main file already.
_MAX_FRAME_AT = 16
_BACKFILLED_AT = 96


def frame_bytes(wal: bytes) -> int:
    """The size of a frame: a header and a page."""
    (page_bytes,) = struct.unpack_from(">I", wal, 8)
    return FRAME_HEADER_BYTES + int(page_bytes)


def salts(wal: bytes) -> bytes:
    """What the frames written since the log last began anew have in common."""
    return wal[_SALTS]


def frames(wal: bytes) -> int:
    """How many frames were written since the log last began anew; those that lie behind are older."""
    size = frame_bytes(wal)
    count = 0
    while wal[(at := HEADER_BYTES + count * size) + 8 : at + 16] == salts(wal):
        count += 1
    return count


def cut_at(wal: bytes, frame: int) -> int:
    """Where the log ends that has so many frames."""
    return HEADER_BYTES + frame * frame_bytes(wal)


def lose_the_end(database: Path, share: float) -> bool:
    """Cut the log of a killed server's database, mid-frame or not; False if there is nothing to cut.

    Of what is not in the main file yet, ``share`` stays: so is a card that said that it had synced, and had not.
    """
    log, index = database.with_name(database.name + "-wal"), database.with_name(database.name + "-shm")
    if not log.exists() or not index.exists() or log.stat().st_size < HEADER_BYTES:
        return False
    shared = index.read_bytes()
    (newest,) = struct.unpack_from("=I", shared, _MAX_FRAME_AT)
    (backfilled,) = struct.unpack_from("=I", shared, _BACKFILLED_AT)
    with log.open("r+b") as file:
        header = file.read(HEADER_BYTES)
        first, last = cut_at(header, backfilled), cut_at(header, newest)
        file.truncate(first + int(share * (last - first)))
    return bool(newest > backfilled)
