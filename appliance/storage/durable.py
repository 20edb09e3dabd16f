"""Files that are there whole or not at all, whatever moment the power goes."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance.storage.errors import StorageFailed

PART = ".part"
"""Ends the name of every file of ours that is not finished. What a crash left behind is never loaded."""

# So much is copied between two syncs: whoever else waits for this disk waits for no more than this.
SYNC_EVERY_BYTES = 2 * 1024 * 1024

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full",
    errno.EFBIG: "the disk is full",
    errno.EROFS: "the disk is write-protected",
    errno.EACCES: "the folder may not be written to",
    errno.EPERM: "the folder may not be written to",
    errno.ENOENT: "the folder is not there",
    errno.ENODEV: "the folder is not there",
    errno.ENXIO: "the folder is not there",
    errno.ENOTDIR: "the folder is not there",
    errno.EIO: "the disk cannot be read or written",
}


class FileRefused(StorageFailed):
    """The system refused to read or write a file; ``number`` is its errno."""

    def __init__(self, error: OSError) -> None:
        super().__init__(_REASONS.get(error.errno or 0) or error.strerror or str(error))
        self.number = error.errno or 0


def sync_file(path: Path) -> None:
    """Have the content of a file on disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Have the names in a folder on disk. Raises OSError; a file system that cannot sync a folder is forgiven."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def put_in_place(part: Path, path: Path) -> None:
    """Give a finished and synced file its name, durably. Raises OSError."""
    part.replace(path)
    sync_folder(path.parent)


def copy(source: Path, path: Path, chunk_done: Callable[[], None] = lambda: None) -> None:
    """Copy a file so that ``path`` is the whole copy or does not exist.

    Args:
        source: the file to copy.
        path: the copy; a file of that name is replaced.
        chunk_done: called after each `SYNC_EVERY_BYTES`.

    Raises:
        FileRefused: nothing is left behind.
    """
    part = path.with_name(path.name + PART)
    try:
        try:
            with source.open("rb") as given, part.open("wb") as taken:
                while chunk := given.read(SYNC_EVERY_BYTES):
                    taken.write(chunk)
                    taken.flush()
                    os.fsync(taken.fileno())
                    chunk_done()
            put_in_place(part, path)
        except BaseException:
            discard(part)
            raise
    except OSError as error:
        raise FileRefused(error) from error


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a small file so that it holds its old content or the new one, never a part.

    Raises:
        FileRefused: the old content stays.
    """
    part = path.with_name(path.name + PART)
    try:
        try:
            # One left behind by a crash may have any mode.
            part.unlink(missing_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            put_in_place(part, path)
        except BaseException:
            discard(part)
            raise
    except OSError as error:
        raise FileRefused(error) from error


def discard(path: Path) -> None:
    """Remove a file if it is there and can be removed: one that is left behind is never loaded."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
