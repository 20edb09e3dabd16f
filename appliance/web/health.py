"""``/healthz`` and ``/readyz``: for programs that look after the appliance. People read the operator page."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from time import perf_counter

from aiohttp import hdrs, web
from msgspec import Struct

from appliance.live.doors import Doors
from appliance.live.hub import Hub
from appliance.live.meets import Meets
from appliance.service.warnings import WarningBoard
from appliance.storage.errors import StorageError
from appliance.storage.journal import Journal
from appliance.storage.retention import budget_bytes

# A disk that takes longer for one row cannot carry a meet.
PROBE_S = 5.0

_HEADERS = {hdrs.CACHE_CONTROL: "no-store"}


class Check(Struct, frozen=True):
    """One thing that has to be right, and what was seen, in plain words."""

    ok: bool
    what: str


class Health:
    """The two handlers, and what they look at; ``data_dir`` is where the meets are."""

    def __init__(self, meets: Meets, journal: Journal, doors: Doors, board: WarningBoard, data_dir: Path) -> None:
        self._meets = meets
        self._journal = journal
        self._doors = doors
        self._board = board
        self._data_dir = data_dir

    async def healthz(self, _request: web.Request) -> web.Response:
        """``GET /healthz``: 200 only when an update could be stored right now, else 503 with the reason.

        ``warnings`` are the names of what holds now; what exactly was seen is for the operator.
        """
        warnings = [warning.name for warning in self._board.active]
        journal = await self._journal_check()
        if not journal.ok:
            failing = {"status": "failing", "reason": journal.what, "warnings": warnings}
            return web.json_response(failing, status=503, headers=_HEADERS)
        return web.json_response({"status": "ok", "warnings": warnings}, headers=_HEADERS)

    async def readyz(self, _request: web.Request) -> web.Response:
        """``GET /readyz``: 200 when a meet can begin: all meets are there, a change can be stored, the disk has room.

        Else 503. ``checks`` says of each what was seen.
        """
        checks = {"meets": self._meets_check(), "journal": await self._journal_check(), "disk": await self._disk()}
        ready = all(check.ok for check in checks.values())
        body = {
            "status": "ready" if ready else "not ready",
            "checks": {name: {"ok": check.ok, "what": check.what} for name, check in checks.items()},
        }
        return web.json_response(body, status=200 if ready else 503, headers=_HEADERS)

    def _meets_check(self) -> Check:
        if self._meets.failed.done():
            return Check(ok=False, what="a meet has broken, and the appliance is about to be started again")
        if not self._doors.open:
            return Check(ok=False, what="the appliance is going back to a snapshot")
        wrong = [f"meet {hub.meet.meet_id} {what}" for hub in self._meets.hubs if (what := _wrong_with(hub))]
        if wrong:
            return Check(ok=False, what="; ".join(wrong))
        return Check(ok=True, what=f"{len(self._meets.hubs)} loaded")

    async def _journal_check(self) -> Check:
        begun = perf_counter()
        try:
            async with asyncio.timeout(PROBE_S):
                await self._journal.probe()
        except TimeoutError:
            return Check(ok=False, what="the disk does not answer")
        except StorageError as error:
            return Check(ok=False, what=str(error))
        return Check(ok=True, what=f"a change was stored in {1000 * (perf_counter() - begun):.0f} ms")

    async def _disk(self) -> Check:
        try:
            async with asyncio.timeout(PROBE_S):
                disk = await asyncio.to_thread(shutil.disk_usage, self._data_dir)
        except TimeoutError:
            return Check(ok=False, what="the disk does not answer")
        except OSError as error:
            return Check(ok=False, what=error.strerror or str(error))
        # The rule by which the operator is warned.
        room = budget_bytes(disk.total, disk.free, 0, 100) > 0
        return Check(ok=room, what=f"{disk.free // 1024**2} of {disk.total // 1024**2} MiB are free")


def _wrong_with(hub: Hub) -> str | None:
    if hub.recovery.running:
        return "is getting back from its tables what the appliance lost"
    return f"can only be read: {hub.damage}" if hub.damage is not None else None
