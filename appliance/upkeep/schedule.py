"""When the appliance looks after itself: the only place that knows APScheduler.

APScheduler goes by the wall clock, which on this box may jump by years. With its own interval trigger a jump forward
would make it count every missed run, and a jump back would let it wait for years. So `Every` always counts from now,
and a watch on the monotonic clock sets all jobs anew when the wall clock has jumped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from appliance.service.logging import get_logger

WATCH_S = 5.0
JUMP_S = 2.0

_log = get_logger(__name__)


class Every(BaseTrigger):  # type: ignore[misc]
    """Some seconds after now, whenever now is."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """When to run next."""
        return now + self._interval


class Schedule:
    """Runs jobs again and again, each by itself and never twice at the same time.

    A job is poked only: APScheduler cancels what it runs when it is shut down, so what a job does is a task of ours,
    which `stop` waits for. A job that raises is logged, and runs again when it is due.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._monotonic = monotonic
        self._wall = wall
        self._running: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.TimerHandle | None = None
        self._apart_s = 0.0

    def every(self, seconds: float, name: str, job: Callable[[], Awaitable[None]]) -> None:
        """Run ``job`` every so many seconds, first so many seconds after the start."""
        self._scheduler.add_job(
            self._poke,
            Every(seconds),
            args=(name, job),
            id=name,
            coalesce=True,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """From now on."""
        self._scheduler.start()
        self._apart_s = self._wall() - self._monotonic()
        self._watch_clock()

    async def stop(self) -> None:
        """Start nothing any more, and wait for what runs."""
        if self._watch is not None:
            self._watch.cancel()
        self._scheduler.shutdown(wait=False)
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def next_run(self, name: str) -> datetime:
        """When a job is due by the wall clock."""
        due: datetime = self._scheduler.get_job(name).next_run_time
        return due

    async def _poke(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        running = self._running.get(name)
        if running is None or running.done():
            self._running[name] = asyncio.create_task(self._run(name, job), name=name)

    async def _run(self, name: str, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except Exception as error:  # noqa: BLE001  Whatever it is, the meets go on, and the job gets another chance.
            _log.error("job_failed", cause=error, job=name)

    def _watch_clock(self) -> None:
        apart_s = self._wall() - self._monotonic()
        if abs(apart_s - self._apart_s) > JUMP_S:
            _log.warning("wall_clock_jumped", seconds=round(apart_s - self._apart_s))
            for job in self._scheduler.get_jobs():
                job.reschedule(job.trigger)
        self._apart_s = apart_s
        self._watch = asyncio.get_running_loop().call_later(WATCH_S, self._watch_clock)
