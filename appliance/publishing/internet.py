"""Whether there is internet: asked only while something waits, and no more often than every twenty seconds.

Not asked is not pestered: the receiver's own port is tried, and one page of known content, by which a network that asks
for a sign-in first (a captive portal) is told from the internet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum

import aiohttp

from appliance.publishing.channels.channel import Host
from appliance.service.logging import get_logger

# With the tick of `upkeep.recurring`, a network that comes is noticed within 30 s.
PROBE_S = 20.0
PATIENCE_S = 8.0

_MOST_BYTES = 4096
_NETWORK_AUTHENTICATION_REQUIRED = 511
"""RFC 6585."""

_log = get_logger(__name__)


class Reach(StrEnum):
    """How far it goes from here."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"
    CAPTIVE = "captive"


class Internet:
    """Knows how far it goes.

    Args:
        probe_url: a page over http; empty: captive portals are not looked for.
        probe_answer: what it begins with.
        monotonic: seconds.
    """

    def __init__(self, probe_url: str, probe_answer: str, monotonic: Callable[[], float]) -> None:
        self.reach = Reach.UNKNOWN
        self._probe_url = probe_url
        self._probe_answer = probe_answer.encode()
        self._monotonic = monotonic
        self._due_s = 0.0
        self._looked = False

    @property
    def settled(self) -> bool:
        """Whether it was there when it was last looked for, and nothing has changed since."""
        return self._looked and self.reach is Reach.ONLINE

    def network_changed(self) -> None:
        """A cable, a link or an address has come or gone: look again as soon as anybody asks."""
        self._looked = False

    async def look(self, hosts: tuple[Host, ...]) -> Reach:
        """How far it goes now, as of at most `PROBE_S` ago. Without hosts no internet is needed."""
        if hosts and (not self._looked or self._monotonic() >= self._due_s):
            self._looked = True
            reach = await self._probe(hosts)
            self._due_s = self._monotonic() + PROBE_S
            if reach != self.reach:
                _log.info("internet", reach=reach)
            self.reach = reach
        return self.reach if hosts else Reach.ONLINE

    async def _probe(self, hosts: tuple[Host, ...]) -> Reach:
        reached = any(await asyncio.gather(*map(_answers, hosts)))
        captive = await self._captive()
        if captive:
            return Reach.CAPTIVE
        # Where the page is as it should be, the receiver is what is wrong: trying to send tells in what way.
        return Reach.ONLINE if reached or captive is False else Reach.OFFLINE

    async def _captive(self) -> bool | None:
        """Whether somebody else answers for the page of known content; None if nobody answers."""
        if not self._probe_url:
            return None
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as http,
                http.get(self._probe_url, allow_redirects=False) as answer,
            ):
                return somebody_else(answer.status, await answer.content.read(_MOST_BYTES), self._probe_answer)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def somebody_else(status: int, body: bytes, expected: bytes) -> bool | None:
    """Whether this is a captive portal's answer; None where it may be the page's own server in trouble."""
    if status == 200:
        return not body.startswith(expected)
    if 300 <= status < 400 or status == _NETWORK_AUTHENTICATION_REQUIRED:
        return True
    return None


async def _answers(host: Host) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            _, writer = await asyncio.open_connection(*host)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
