"""When the next heartbeat is due: every five seconds, and soon after each burst of commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from appliance.protocol.words import HEARTBEAT_S

# Under load bursts follow each other within milliseconds. One heartbeat for all of those is enough, since the last
# burst is always followed by one.
AFTER_BURST_S = 0.05


class Pulse:
    """Calls ``beat`` every `HEARTBEAT_S` seconds, and at most `AFTER_BURST_S` after each burst.

    Args:
        beat: sends a heartbeat to everybody.
    """

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._due: asyncio.TimerHandle = self._loop.call_later(HEARTBEAT_S, self._fire)
        self._after_burst = False

    def burst(self) -> None:
        """A burst was just released."""
        now = self._loop.time()
        if now - self._last >= AFTER_BURST_S:
            self._due.cancel()
            self._fire()
        elif not self._after_burst:
            self._due.cancel()
            self._after_burst = True
            self._due = self._loop.call_at(self._last + AFTER_BURST_S, self._fire)

    def stop(self) -> None:
        """No more heartbeats."""
        self._due.cancel()

    def _fire(self) -> None:
        self._after_burst = False
        self._last = self._loop.time()
        self._due = self._loop.call_later(HEARTBEAT_S, self._fire)
        self._beat()
