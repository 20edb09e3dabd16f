"""Deleting the snapshots of a folder that need not be kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from appliance.storage.durable import FileRefused
from appliance.storage.retention import Held, budget_bytes, to_drop
from appliance.storage.snapshots import Snapshot, remove, snapshots


def thin(folder: Path, appliance_id: str, now_s: int, share_percent: int) -> list[Snapshot]:
    """Delete what `retention` does not want kept; returns what was deleted, oldest first.

    Args:
        folder: one of snapshots, or one that does not exist.
        appliance_id: this appliance.
        now_s: its seconds of service.
        share_percent: how much of the folder's disk snapshots may take.

    Raises:
        FileRefused: some may have been deleted all the same.
    """
    there = {each.name: each for each in snapshots(folder)}
    if not there:
        return []
    try:
        disk = shutil.disk_usage(folder)
    except OSError as error:
        raise FileRefused(error) from error
    used = sum(each.size for each in there.values())
    dropped = [
        there[each.name]
        for each in to_drop(
            map(_held, there.values()), appliance_id, now_s, budget_bytes(disk.total, disk.free, used, share_percent)
        )
    ]
    for each in dropped:
        remove(each)
    return dropped


def drop_oldest(folder: Path, keep: Path | None = None) -> Snapshot | None:
    """Delete the oldest snapshot of a folder, because the meets need its room now; those that cannot be read go first.

    Args:
        folder: one of snapshots, or one that does not exist.
        keep: one that must stay; by default the newest that can be read.

    Returns:
        What was deleted, None if there is nothing to spare.

    Raises:
        FileRefused: it cannot be deleted.
    """
    newest_first = snapshots(folder)
    if keep is None:
        keep = next((each.path for each in newest_first if each.record is not None), None)
    to_spare = [each for each in reversed(newest_first) if each.path != keep]
    oldest = next(iter(sorted(to_spare, key=lambda each: each.record is not None)), None)
    if oldest is not None:
        remove(oldest)
    return oldest


def _held(snapshot: Snapshot) -> Held:
    record = snapshot.record
    if record is None:
        return Held(snapshot.name, snapshot.sequence, snapshot.size, whole=False)
    return Held(
        snapshot.name,
        snapshot.sequence,
        snapshot.size,
        whole=True,
        appliance_id=record.appliance_id,
        service_s=record.service_s,
    )
