"""Looks at an appliance, its disk and its network, for `doctor`."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import aiohttp

from appliance import __version__
from appliance.discovery.advertiser import Advertiser
from appliance.discovery.browser import Browser
from appliance.discovery.ear import Heard, listen
from appliance.discovery.interfaces import listening, real_interfaces
from appliance.discovery.names import in_url, is_link_local_v6
from appliance.discovery.responders import other_responders
from appliance.live.meets import Meets
from appliance.publishing.outbox import Outbox
from appliance.service.clock import PLAUSIBLE_FROM_S, ServiceClock
from appliance.service.warnings import WarningBoard
from appliance.upkeep.doctor import Reached, Readings, Warned
from appliance.upkeep.keeper import SnapshotKeeper

LISTEN_S = 1.5
ANSWER_S = 2.0

# Who asks again within this time is shown the same: everybody on the network may ask.
FRESH_S = 5.0

_TEST_BYTES = 4096


class Examination:
    """Looks at a running appliance. To be used from one event loop.

    Args:
        data_dir: where a small file is written.
        openlifter: where a build of OpenLifter should be.
    """

    def __init__(
        self,
        data_dir: Path,
        openlifter: Path,
        advertiser: Advertiser,
        browser: Browser,
        keeper: SnapshotKeeper,
        outbox: Outbox,
        meets: Meets,
        clock: ServiceClock,
        board: WarningBoard,
    ) -> None:
        self._data_dir = data_dir
        self._openlifter = openlifter
        self._advertiser = advertiser
        self._browser = browser
        self._keeper = keeper
        self._outbox = outbox
        self._meets = meets
        self._clock = clock
        self._board = board
        self._one_at_a_time = asyncio.Lock()
        self._newest: tuple[float, Readings] | None = None

    async def readings(self) -> Readings:
        """What there is to see now, at most `FRESH_S` old; takes about two seconds."""
        async with self._one_at_a_time:
            now = time.monotonic()
            if self._newest is None or now - self._newest[0] > FRESH_S:
                self._newest = (now, await self._look())
            return self._newest[1]

    async def _look(self) -> Readings:
        advertiser, name = self._advertiser, self._advertiser.hostname
        heard, answering, disk, writing = await asyncio.gather(
            hear([name] if name else []) if advertiser.announced else _nobody(),
            answers(advertiser.addresses, advertiser.announcement.claimant.id),
            asyncio.to_thread(room, self._data_dir),
            asyncio.to_thread(write, self._data_dir),
        )
        reached = list(answering)
        if name is not None:
            answered = heard is None or name in heard.names
            reached.append(Reached(name, None if answered else "nobody on this network answers for this name"))
        newest = self._keeper.newest
        record = newest.record if newest else None
        return Readings(
            version=__version__,
            running=True,
            announced=advertiser.announced,
            name=advertiser.name,
            reached=tuple(reached),
            heard=None if heard is None else tuple(sorted(heard.others)),
            others=tuple(each.name for each in self._browser.seen),
            wall_s=time.time(),
            made_s=PLAUSIBLE_FROM_S,
            disk_total=disk[0],
            disk_free=disk[1],
            write_s=writing[0],
            write_problem=writing[1],
            snapshots=newest.sequence if newest else 0,
            snapshot_age_s=max(0.0, self._clock.now_s() - record.service_s) if record else None,
            unsaved=self._keeper.changed,
            meets=len(self._meets.meets),
            results_queued=self._outbox.depth,
            results_failed=self._outbox.failed,
            results_wait_for=self._outbox.waiting_for,
            openlifter=self._openlifter.exists(),
            warnings=tuple(Warned(each.detail, each.meaning, each.remedy) for each in self._board.active),
        )


async def look_from_outside(data_dir: Path, host: str | None, port: int) -> Readings:
    """What can be seen of an appliance that does not run on this computer, and of its network."""
    heard, disk, responders = await asyncio.gather(
        hear([]), asyncio.to_thread(room, data_dir), asyncio.to_thread(other_responders)
    )
    writing = await asyncio.to_thread(write, data_dir)
    hosts = {host} if host else {"0.0.0.0", "::"}  # noqa: S104 - only compared
    addresses = [each for each in listening(real_interfaces(), hosts) if not is_link_local_v6(each)]
    return Readings(
        version=__version__,
        running=False,
        reached=tuple(Reached(in_url(address, port), None) for address in addresses),
        heard=None if heard is None else tuple(sorted(heard.others)),
        responders=tuple(responders),
        wall_s=time.time(),
        made_s=PLAUSIBLE_FROM_S,
        disk_total=disk[0],
        disk_free=disk[1],
        write_s=writing[0],
        write_problem=writing[1],
    )


async def _nobody() -> None:
    """Who is not announced has no reason to ask around."""


async def hear(names: list[str]) -> Heard | None:
    """Who is heard by multicast; None where it is not possible to listen, or there is no network."""
    interfaces = real_interfaces()
    if not interfaces:
        return None
    try:
        return await listen(interfaces, LISTEN_S, names)
    except OSError:
        return None


async def answers(addresses: Iterable[str], appliance_id: str) -> list[Reached]:
    """Which of these ``host:port`` lead to this appliance."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(ANSWER_S)) as http:
        return list(await asyncio.gather(*(_reached(http, address, appliance_id) for address in addresses)))


async def _reached(http: aiohttp.ClientSession, address: str, appliance_id: str) -> Reached:
    try:
        async with http.get(f"http://{address}/.well-known/openlifter", allow_redirects=False) as answer:
            said = await answer.json()
    except TimeoutError:
        return Reached(address, f"nothing came within {ANSWER_S:g} s")
    except (aiohttp.ClientError, ValueError) as error:
        return Reached(address, str(error) or type(error).__name__)
    same = isinstance(said, dict) and said.get("id") == appliance_id
    return Reached(address, None if same else "another device has this address too")


def room(folder: Path) -> tuple[int | None, int | None]:
    """The size of the disk of a folder, and what is free of it, in bytes."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), None)
    try:
        disk = shutil.disk_usage(there or "/")
    except OSError:
        return None, None
    return disk.total, disk.free


def write(folder: Path) -> tuple[float | None, str | None]:
    """Store a small file as an update is stored; how long that took in seconds, or why it was not possible."""
    if not folder.is_dir():
        return None, None
    begun = time.monotonic()
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(_TEST_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return None, error.strerror or str(error)
    return time.monotonic() - begun, None
