"""A second place for snapshots: a folder that was named, or a USB stick labelled ``OPENLIFTER``."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from msgspec import Struct

from appliance.storage import durable
from appliance.storage.durable import FileRefused
from appliance.storage.errors import StorageFailed

LABEL = "OPENLIFTER"
FOLDER = "openlifter-snapshots"
"""The folder of ours on a stick."""

_ESCAPED = re.compile(r"\\([0-7]{3})")


class MountTable(Struct, frozen=True):
    """Where the system says what is mounted: proc(5), ``/proc/[pid]/mountinfo``, and udev's links by label."""

    mountinfo: Path = Path("/proc/self/mountinfo")
    by_label: Path = Path("/dev/disk/by-label")

    def mounted(self, label: str) -> Path | None:
        """Where the file system with a label is mounted, None if it is not."""
        try:
            device = (self.by_label / label).resolve(strict=True)
            lines = self.mountinfo.read_text(errors="surrogateescape").splitlines()
        except OSError:
            return None
        for line in lines:
            mount, _, file_system = line.partition(" - ")
            fields, source = mount.split(), file_system.split()
            if len(fields) > 4 and len(source) > 1 and Path(_unescaped(source[1])) == device:
                return Path(_unescaped(fields[4]))
        return None


class Mirror(Struct, frozen=True):
    """A place for copies. ``root`` must exist for it to be there: what is not mounted must not be filled."""

    root: Path
    folder: Path

    @property
    def there(self) -> bool:
        """Whether it can be reached."""
        return self.root.is_dir()


def find(configured: Path | None, mounts: MountTable) -> Mirror | None:
    """The mirror: the folder that was configured, whether it is there or not, else a stick that is mounted."""
    if configured is not None:
        return Mirror(configured, configured)
    stick = mounts.mounted(LABEL)
    return None if stick is None else Mirror(stick, stick / FOLDER)


def copy_to(mirror: Mirror, snapshot: Path) -> Path:
    """Copy a snapshot into the mirror, unless it is there already: whole and synced, or not at all.

    Raises:
        FileRefused: the mirror is gone, full or write-protected; nothing of the copy is left, or nothing that would
            ever be taken for a snapshot.
    """
    copied = mirror.folder / snapshot.name
    try:
        if not mirror.there:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(mirror.root))
        mirror.folder.mkdir(exist_ok=True)
        if copied.exists() and copied.stat().st_size == snapshot.stat().st_size:
            return copied
    except OSError as error:
        raise FileRefused(error) from error
    durable.copy(snapshot, copied, chunk_done=lambda: _still_there(mirror))
    return copied


def same_disk(one: Path, other: Path) -> bool:
    """Whether two folders lie on the same file system, so that one dead card takes both."""
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False


def _still_there(mirror: Mirror) -> None:
    # A stick that was pulled takes writes into the page cache for a while.
    if not mirror.there:
        raise StorageFailed("the folder is not there")


def _unescaped(text: str) -> str:
    """Space, tab, newline and backslash are octal in mountinfo."""
    return _ESCAPED.sub(lambda escaped: chr(int(escaped[1], 8)), text)
