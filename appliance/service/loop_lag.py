"""How late the event loop is: what everybody on it waits, tables and displays alike."""

from __future__ import annotations

import asyncio

from appliance.service.metrics import Durations

EVERY_S = 1.0


class LoopLag:
    """Looks once a second, from its making until `stop`. Costs next to nothing.

    Attributes:
        lags: how late each look was.
        newest_s: how late the newest was.
    """

    def __init__(self) -> None:
        self.lags = Durations()
        self.newest_s = 0.0
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(EVERY_S, self._look)

    def _look(self) -> None:
        now = self._loop.time()
        self.newest_s = max(0.0, now - self._timer.when())
        self.lags.add(self.newest_s)
        self._timer = self._loop.call_later(EVERY_S, self._look)

    def stop(self) -> None:
        """No more."""
        self._timer.cancel()
