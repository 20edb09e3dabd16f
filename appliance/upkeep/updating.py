"""A new version, tried beside the one that runs, and kept only when it has shown that a meet can begin on it.

Which one starts is decided by the launcher of the box (image-build/launcher), from two places: ``trial``, in memory,
names the version that is being tried; ``current``, on the card, is the one that has been kept. A plug that is pulled
while one is tried forgets the trial: the box comes up with the version that was kept before.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import py_compile
import shutil
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from appliance.service.logging import get_logger
from appliance.storage.durable import PART, sync_folder
from appliance.upkeep.update_file import NotAnUpdate, check, unpack

CURRENT = "current"
FAILED = "did-not-work"
"""A file with the hashes of the updates that were rolled back: a stick that stays in the box is not tried for ever."""

# Under emulation, with a database to bring up to date, a start takes a minute.
PROVE_S = 180.0

_log = get_logger(__name__)


class Outcome(StrEnum):
    """How an update ended."""

    KEPT = "kept"
    ROLLED_BACK = "rolled back"
    ROLLED_BACK_TO_SNAPSHOT = "rolled back, with the meets as they were before"


class Places(Struct, frozen=True):
    """``versions``: a folder on the disk that is kept. ``trial``: a file in memory."""

    versions: Path = Path("/data/versions")
    trial: Path = Path("/run/openlifter/trial")


class Box(Protocol):
    """What an update does to the box that it runs on."""

    def snapshot(self) -> Path | None:
        """Take one of the meets; None where there are none. Raises StorageError."""

    def restart(self) -> None:
        """Stop the appliance and start it again, as the launcher chooses."""

    def restore(self, snapshot: Path) -> None:
        """Stop the appliance, go back to the snapshot, and start it."""

    def proves_itself(self, version: str | None, within_s: float) -> bool:
        """Whether an appliance of this version, None for any, says within that time that a meet can begin."""


def update(
    file: Path, key: Ed25519PublicKey, places: Places, box: Box, prove_s: float = PROVE_S
) -> tuple[str, Outcome]:
    """Check, install and try an update. Returns its version, and what became of it.

    Raises:
        NotAnUpdate: it was refused, or was tried before and did not work; nothing was touched.
        StorageError, OSError: it could not be installed, or no snapshot taken; the appliance was not touched.
    """
    failed, this = places.versions / FAILED, _hash(file)
    if failed.exists() and this in failed.read_text().split():
        raise NotAnUpdate("it was tried on this box before, and did not work")
    version, installed = install(file, key, places)
    snapshot = box.snapshot()
    places.trial.parent.mkdir(parents=True, exist_ok=True)
    places.trial.write_text(f"{installed}\n")
    _log.info("update_tried", version=version)
    try:
        box.restart()
        proven = box.proves_itself(version, prove_s)
        if proven:
            _keep(installed, places)
    finally:
        # Kept or not: what is tried is over.
        places.trial.unlink(missing_ok=True)
    if proven:
        _log.info("update_kept", version=version)
        return version, Outcome.KEPT
    _log.error("update_rolled_back", version=version)
    box.restart()
    outcome = Outcome.ROLLED_BACK
    if not box.proves_itself(None, prove_s) and snapshot is not None:
        # The new version has brought the database up to date, and the old one does not know that form.
        box.restore(snapshot)
        outcome = Outcome.ROLLED_BACK_TO_SNAPSHOT
    with suppress(OSError):
        with failed.open("a") as hashes:
            hashes.write(f"{this}\n")
        shutil.rmtree(installed)
    return version, outcome


def install(file: Path, key: Ed25519PublicKey, places: Places) -> tuple[str, Path]:
    """Unpack an update beside the versions that are there. Returns its version, and where it is: whole, on disk.

    Raises:
        NotAnUpdate: it was refused.
        OSError: the disk refuses; nothing is left of it.
    """
    part = places.versions / f"incoming{PART}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        with file.open("rb") as opened:
            check(opened, key)
            manifest = unpack(opened, part)
        _compile(part)
        # A number of its own: the same version may be running from there.
        number = 1 + max((int(each.name.split("-")[0]) for each in _installed(places)), default=0)
        installed = places.versions / f"{number:04d}-{manifest.version}"
        part.rename(installed)
        sync_folder(places.versions)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest.version, installed


def _compile(folder: Path) -> None:
    """For good, as on the card itself: the service may not write beside it, and would do it anew at each start."""
    compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    os.sync()


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _keep(installed: Path, places: Places) -> None:
    """From now on this one starts; of the others only the one before stays."""
    link = places.versions / CURRENT
    before = link.resolve() if link.is_symlink() else None
    new = places.versions / f"{CURRENT}{PART}"
    new.unlink(missing_ok=True)
    new.symlink_to(installed.name)
    os.replace(new, link)
    sync_folder(places.versions)
    for each in _installed(places):
        if each not in (installed, before):
            shutil.rmtree(each, ignore_errors=True)


def _installed(places: Places) -> list[Path]:
    if not places.versions.is_dir():
        return []
    return [each for each in places.versions.iterdir() if each.name[:4].isdigit() and each.name[4:5] == "-"]
