"""Writing a small secret so that it is there whole, durably, and for nobody else to read."""

from __future__ import annotations

import os
from pathlib import Path

OWNER_ONLY = 0o600


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only the service may read: its old content stays until the new one is on disk.

    Raises:
        OSError: the folder cannot be written to.
    """
    unfinished = path.with_name(path.name + ".new")
    # One left behind by a crash may have any mode and any content.
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
