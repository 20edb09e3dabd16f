"""Whether results may go now: something set up to carry them, a clock that is set, and internet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from msgspec import Struct

from appliance.publishing.channels.channel import Channel
from appliance.publishing.internet import Internet, Reach
from appliance.service import warnings
from appliance.service.clock import PLAUSIBLE_FROM_S
from appliance.service.warnings import OperatorWarning, WarningBoard

# Internet that was not seen for so long may be there all the same: a try tells. So nothing waits for ever because the
# page of known content has changed, years from now.
DOUBT_S = 3600.0

_ALL = (warnings.PUBLISHING_NOT_SET_UP, warnings.CLOCK_NOT_SET, warnings.CAPTIVE_PORTAL)


class Hold(Struct, frozen=True):
    """Why nothing may go, in plain words, and what the operator has to look after, if anything."""

    what: str
    warning: OperatorWarning | None = None


class Gate:
    """Lets results through, or says what they wait for.

    Args:
        internet: how far it goes.
        monotonic: seconds.
        wall_s: the clock on the wall, in seconds since 1970.

    Attributes:
        arrivals: how often internet has come after it was not there.
    """

    def __init__(
        self, internet: Internet, monotonic: Callable[[], float], wall_s: Callable[[], float] = time.time
    ) -> None:
        self.internet = internet
        self.arrivals = 0
        self._monotonic = monotonic
        self._wall_s = wall_s
        self._held_since_s: float | None = None
        self._hold: Hold | None = None

    @property
    def stands_open(self) -> bool:
        """Whether there was internet when it was last looked for, and nothing says that this has changed."""
        return self.internet.settled and self._hold is None

    async def hold(self, channel: Channel) -> Hold | None:
        """What keeps a channel from carrying anything now; None if nothing does."""
        self._hold = await self._look(channel)
        return self._hold

    def warn(self, board: WarningBoard, *, waiting: bool) -> None:
        """Put up what the operator has to look after while something waits."""
        for warning in _ALL:
            if waiting and self._hold is not None and self._hold.warning is warning:
                board.put_up(warning, self._hold.what)
            else:
                board.take_down(warning)

    async def _look(self, channel: Channel) -> Hold | None:
        obstacle = await asyncio.to_thread(channel.obstacle)
        if obstacle is not None:
            return Hold(obstacle, warnings.PUBLISHING_NOT_SET_UP)
        if not channel.hosts:
            return None
        if self._wall_s() < PLAUSIBLE_FROM_S:
            return Hold("the clock is not set", warnings.CLOCK_NOT_SET)
        before = self.internet.reach
        reach = await self.internet.look(channel.hosts)
        if reach is Reach.ONLINE:
            self._held_since_s = None
            self.arrivals += before in (Reach.OFFLINE, Reach.CAPTIVE)
            return None
        return self._without_internet(reach)

    def _without_internet(self, reach: Reach) -> Hold | None:
        now_s = self._monotonic()
        if self._held_since_s is None:
            self._held_since_s = now_s
        elif now_s - self._held_since_s >= DOUBT_S:
            self._held_since_s = now_s
            return None
        if reach is Reach.CAPTIVE:
            return Hold("this network asks for a sign-in before it lets anything through", warnings.CAPTIVE_PORTAL)
        return Hold("there is no internet")
