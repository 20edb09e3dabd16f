"""The bundle as files, in a folder or on the stick, for a director who sends it by another way."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from appliance.publishing import letter
from appliance.publishing.channels.channel import Host, Unavailable
from appliance.publishing.model import Outgoing
from appliance.storage import durable
from appliance.storage.durable import PART, FileRefused, sync_file, sync_folder
from appliance.storage.mirror import LABEL, MountTable

ON_STICK = "openlifter-results"
"""The folder of ours on a stick."""


class FolderChannel:
    """A folder that was named, or a folder of ours on a stick labelled ``OPENLIFTER``. Implements `Channel`."""

    name = "folder"
    hosts: tuple[Host, ...] = ()

    def __init__(self, configured: Path | None, mounts: MountTable) -> None:
        self._configured = configured
        self._mounts = mounts

    def obstacle(self) -> str | None:
        """The folder is not there, or no stick."""
        if self._configured is None:
            return None if self._mounts.mounted(LABEL) else f"no USB stick labelled {LABEL} is plugged in"
        return None if self._configured.is_dir() else f"the folder {self._configured} is not there"

    async def find(self, outgoing: Outgoing) -> str | None:
        """What has its name was whole and synced before it got it."""
        return await asyncio.to_thread(self._find, outgoing)

    async def submit(self, outgoing: Outgoing) -> str:
        """Write the bundle: all of it, or nothing that could be taken for it."""
        return await asyncio.to_thread(self._write, outgoing)

    async def test(self) -> str:
        """Write a small file, and remove it."""
        return await asyncio.to_thread(self._test)

    def _place(self) -> Path:
        stick = self._mounts.mounted(LABEL) if self._configured is None else None
        if stick is not None:
            return stick / ON_STICK
        if self._configured is not None and self._configured.is_dir():
            return self._configured
        raise Unavailable(self.obstacle() or "the stick was pulled")

    def _find(self, outgoing: Outgoing) -> str | None:
        bundle = self._place() / _name(outgoing)
        return _receipt(bundle) if bundle.is_dir() else None

    def _write(self, outgoing: Outgoing) -> str:
        place = self._place()
        bundle = place / _name(outgoing)
        part = bundle.with_name(bundle.name + PART)
        try:
            place.mkdir(exist_ok=True)
            if part.exists():
                shutil.rmtree(part)
            part.mkdir()
            _fill(part, letter.bundle(outgoing))
            part.replace(bundle)
            sync_folder(place)
        except OSError as error:
            shutil.rmtree(part, ignore_errors=True)
            raise Unavailable(f"{place}: {FileRefused(error).reason}") from error
        return _receipt(bundle)

    def _test(self) -> str:
        place = self._place()
        probe = place / f"openlifter-test-{secrets.token_hex(4)}"
        try:
            place.mkdir(exist_ok=True)
            durable.write(probe, b"This file may be deleted.\n")
            probe.unlink()
        except (OSError, FileRefused) as error:
            reason = error.reason if isinstance(error, FileRefused) else FileRefused(error).reason
            raise Unavailable(f"{place}: {reason}") from error
        return f"a file could be written to {place}"


def _name(outgoing: Outgoing) -> str:
    return f"{letter.stem(outgoing)}-{outgoing.key}"


def _receipt(bundle: Path) -> str:
    return f"written to {bundle}; from there it has to be sent to OpenPowerlifting by hand"


def _fill(part: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (part / name).write_bytes(content)
        sync_file(part / name)
    sync_folder(part)
