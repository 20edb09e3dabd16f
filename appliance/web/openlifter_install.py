"""`openlifter-appliance install-openlifter`: put a build of OpenLifter where the appliance serves it from."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from appliance.web.openlifter_build import BASE, NotABuild, files_of, prepare

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


class Installed(msgspec.Struct, frozen=True):
    """What was installed."""

    place: Path
    files: int
    size: int
    """Bytes."""
    made_for: str
    """The address that the build was made for."""
    replaced: bool
    """Whether there was a build before."""

    def __str__(self) -> str:
        verb = "Replaced the OpenLifter in" if self.replaced else "Installed OpenLifter in"
        moved = "" if self.made_for == BASE else f"\nIt was made for {self.made_for}; here it is served under {BASE}"
        return f"{verb} {self.place}: {self.files} files, {self.size / 2**20:.1f} MiB{moved}"


def install(source: Path, place: Path) -> Installed:
    """Check a build and put a copy of it in place of the one that is there; what is served is always one or the other.

    Args:
        source: a folder or zip with a build. It is only read.
        place: where the appliance looks for it, a folder that need not exist.

    Raises:
        NotABuild: `source` holds none, or `place` holds something else, which is left alone.
        OSError: reading or writing failed. What was in place is still there.
    """
    if not source.exists():
        raise NotABuild(f"there is nothing at {source}")
    files = files_of(source)
    build = prepare(files)
    replaced = _is_taken(place)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        new = beside / "build"
        _write(files, new)
        if replaced:
            _swap(new, place, beside / "before")
        else:
            new.rename(place)
        _sync(place.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Installed(place, len(files), sum(map(len, files.values())), build.made_for, replaced)


def _is_taken(place: Path) -> bool:
    """Whether there is a build to replace, be it a bad one; anything else is not ours to remove."""
    if not os.path.lexists(place):
        return False
    if (place.is_dir() and not any(place.iterdir())) or (place / "index.html").is_file() or zipfile.is_zipfile(place):
        return True
    raise NotABuild(f"{place} holds something else than OpenLifter: move it away first")


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folders = {folder}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        folders.update(parent for parent in path.parents if parent.is_relative_to(folder))
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    for each in _deepest_first(folders):
        _sync(each)


def _deepest_first(folders: Iterable[Path]) -> list[Path]:
    return sorted(folders, key=lambda path: len(path.parts), reverse=True)


def _swap(new: Path, place: Path, aside: Path) -> None:
    """Exchange the two in one step; where the file system cannot, in two."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        result = renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(place), _RENAME_EXCHANGE)
        if result == 0:
            return
    place.rename(aside)
    try:
        new.rename(place)
    except OSError:
        aside.rename(place)
        raise


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
