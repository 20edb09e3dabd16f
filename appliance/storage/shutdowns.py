"""Whether the appliance was stopped or just ended: by a power cut, a crash, the watchdog.

Nothing that was confirmed is lost by that; but memory cards die of power cuts, and a programmer wants to know.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.service.logging import get_logger
from appliance.storage import durable
from appliance.storage.errors import StorageError

_log = get_logger(__name__)


class Shutdowns(Struct):
    """What the marker holds: whether a run goes on, and how many ended without saying so."""

    running: bool = False
    unsafe: int = 0


def begin(marker: Path) -> int:
    """Note that a run begins; returns how many before it ended without `end`.

    A disk that refuses, or a marker that cannot be read, keeps nobody from starting.
    """
    before = _read(marker)
    if before.running:
        _log.warning("unsafe_shutdown", so_far=before.unsafe + 1)
    unsafe = before.unsafe + before.running
    _write(marker, Shutdowns(True, unsafe))
    return unsafe


def end(marker: Path, unsafe: int) -> None:
    """Note that the run ends in order."""
    _write(marker, Shutdowns(False, unsafe))


def _read(marker: Path) -> Shutdowns:
    try:
        return msgspec.json.decode(marker.read_bytes(), type=Shutdowns)
    except FileNotFoundError:
        return Shutdowns()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        _log.warning("shutdown_marker_unreadable", reason=str(error))
        return Shutdowns()


def _write(marker: Path, shutdowns: Shutdowns) -> None:
    try:
        durable.write(marker, msgspec.json.encode(shutdowns))
    except StorageError as error:
        _log.warning("shutdown_marker_not_written", reason=str(error))
