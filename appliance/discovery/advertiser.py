"""Makes the appliance known on the network, keeps that true while the network changes, and takes it back at the end.

Nothing here can fail in a way that the meet would feel: what goes wrong is a warning, and is tried again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence

import msgspec
from zeroconf import Error
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery import responders
from appliance.discovery.browser import Browser
from appliance.discovery.interfaces import Interface, all_addresses, listening, real_interfaces, to_zeroconf
from appliance.discovery.names import Announcement, host_name, in_url, is_link_local_v6, label_of
from appliance.discovery.network_watch import NetworkWatch
from appliance.discovery.presence import Facts, Presence
from appliance.service import warnings
from appliance.service.logging import get_logger
from appliance.service.warnings import WarningBoard

# How often what nobody tells us is looked at: whether there are other meets, or whether the computer slept.
TICK_S = 2.0
# The kernel tells of changes of the network. Where it does not, each tick is a look.
LOOK_S = 10.0
# Two networks that are joined far away tell nobody: so often we ask whether our names are still ours.
ASK_S = 60.0
RETRY_S = 3.0

# A card that comes up says so several times.
SETTLE_S = 0.15
# Until everybody has answered who he is (RFC 6762, 6: at most half a second), and until a loser has gone.
ANSWERS_S = 1.0
LOSER_GONE_S = 3.0
# Echoes of an address that we have just given up are no objection of somebody else.
ECHO_S = 120.0
GOODBYE_S = 2.0

HTTP_PORT = 80

_log = get_logger(__name__)


class NoNetwork(Exception):
    """There is no network card with a link and an address."""


class Advertiser:
    """The appliance as others on the network see it.

    Args:
        label: the wished instance name, see `names.make_label`.
        announcement: what is said of the appliance; its meets are filled in here.
        meets: the ids of the meets as they are now, the most important first.
        browser: sees others as long as there is a network.
        board: for what goes wrong.
        enabled: whether it may be made known; if not, it sees no others either.
        interfaces: the network cards as they are now.

    Attributes:
        port: where it listens, 0 before `start`.
    """

    def __init__(
        self,
        label: str,
        announcement: Announcement,
        meets: Callable[[], Sequence[str]],
        browser: Browser,
        board: WarningBoard,
        *,
        enabled: bool = True,
        interfaces: Callable[[], list[Interface]] = real_interfaces,
    ) -> None:
        self._label = label
        self._said = announcement
        self._meets = meets
        self._browser = browser
        self._board = board
        self._enabled = enabled
        self._look = interfaces
        self._hosts: Collection[str] = ()
        self.port = 0
        self._presence: Presence | None = None
        self._own: set[str] = set()
        self._former: dict[str, float] = {}
        self._network_news = False
        self._doubted = False
        self._slept_s = _slept_s()
        self._wake = asyncio.Event()
        self._watch = NetworkWatch(self._network_changed)
        self._is_told = False
        self._task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The instance name that it has, else the one that it wishes for."""
        names = self._presence and self._presence.names
        return label_of(names.instance) if names else self._label

    @property
    def hostname(self) -> str | None:
        """``openlifter.local``, or whatever it got; None while it is not made known."""
        names = self._presence and self._presence.names
        return names.host.removesuffix(".") if names else None

    @property
    def announced(self) -> bool:
        """Whether it may be made known: not where it is switched off, or where only this computer can reach it."""
        return self._task is not None

    @property
    def announcement(self) -> Announcement:
        """What is said of it now."""
        return msgspec.structs.replace(self._said, meets=tuple(self._meets()))

    @property
    def addresses(self) -> list[str]:
        """Where it can be reached, as in a URL, best first; on this computer only, if that is all it listens to."""
        out = [address for address in listening(self._look(), self._hosts) if not is_link_local_v6(address)]
        return [in_url(address, self.port) for address in out or sorted(filter(_is_loopback, self._hosts))]

    @property
    def hosts(self) -> list[str]:
        """As in a URL, what it answers to: its name, and its addresses. A port that is the usual one is left out."""
        named = [f"{self.hostname}:{self.port}"] if self.hostname else []
        return [each.removesuffix(f":{HTTP_PORT}") for each in [*named, *self.addresses]]

    def start(self, hosts: Collection[str], port: int) -> None:
        """Make it known, in the background, as a server that was bound to these hosts and listens on this port.

        A server that only this computer can reach is not made known.
        """
        self._hosts, self.port = hosts, port
        if not self._enabled or all(map(_is_loopback, hosts)):
            _log.info("discovery_off", reason="it is switched off" if not self._enabled else "only for this computer")
            return
        self._task = asyncio.get_running_loop().create_task(self._run(), name="discovery")

    async def stop(self) -> None:
        """Say goodbye; calling it twice, or without a start, is fine."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    # ------------------------------------------------------------ while it runs

    async def _run(self) -> None:
        self._is_told = self._watch.start()
        try:
            while True:
                await self._try()
                await self._pause(RETRY_S if self._is_told else TICK_S)
        finally:
            self._watch.stop()

    async def _try(self) -> None:
        try:
            await self._make_known()
        except NoNetwork:
            self._board.take_down(warnings.DISCOVERY_FAILED, warnings.NAME_TAKEN, warnings.SECOND_RESPONDER)
            self._board.put_up(warnings.NO_NETWORK, "no cable and no Wi-Fi")
        except (OSError, RuntimeError, Error) as error:
            self._board.put_up(warnings.DISCOVERY_FAILED, str(error) or type(error).__name__)
        except Exception as error:  # noqa: BLE001 - no bug here may end a meet, nor a packet that zeroconf cannot read
            _log.error("discovery_failed", cause=error)
            self._board.put_up(warnings.DISCOVERY_FAILED, f"{type(error).__name__}: {error}")

    async def _make_known(self) -> None:
        """Until there is no network any more; raises `NoNetwork` then."""
        interfaces = self._interfaces()
        self._note_responders()
        network = AsyncZeroconf(interfaces=to_zeroconf(interfaces))
        try:
            await network.zeroconf.async_wait_for_start()
            if not network.zeroconf.engine.senders:
                # Each address is still being checked for doubles (RFC 4862, 5.4); the kernel tells when it may be used.
                raise NoNetwork
            self._browser.attach(network)
            self._presence = Presence(
                network, interfaces, self._facts(interfaces), self._label, self._ours, self._doubt
            )
            await self._presence.announce()
            _log.info("announced", name=self.name, host=self.hostname, addresses=self.addresses)
            self._board.take_down(warnings.NO_NETWORK, warnings.DISCOVERY_FAILED)
            self._note_name()
            await self._keep_true(self._presence, interfaces)
        finally:
            self._presence = None
            await self._browser.detach()
            await _close(network)

    async def _keep_true(self, presence: Presence, interfaces: list[Interface]) -> None:
        now = time.monotonic()
        look_at, ask_at = now + LOOK_S, now + ASK_S
        while True:
            await self._pause(TICK_S)
            now = time.monotonic()
            if self._network_news or now >= look_at or not self._is_told:
                if self._network_news:
                    await asyncio.sleep(SETTLE_S)
                self._network_news = False
                interfaces = self._interfaces()
                await presence.move(interfaces, self._facts(interfaces))
                look_at = now + LOOK_S
            await presence.say(self._facts(interfaces))
            if self._has_slept():
                await presence.repeat()
            if self._doubted or now >= ask_at:
                self._doubted = False
                presence.ask()
                await asyncio.sleep(ANSWERS_S)
                contested = await presence.settle()
                self._note_name()
                self._note_responders()
                ask_at = now + (LOSER_GONE_S if contested else ASK_S)

    def _facts(self, interfaces: list[Interface]) -> Facts:
        return Facts(self.announcement, self.port, tuple(listening(interfaces, self._hosts)))

    def _has_slept(self) -> bool:
        """Whether the computer was asleep since the last call: others have forgotten it then."""
        before, self._slept_s = self._slept_s, _slept_s()
        return self._slept_s - before > 1

    def _note_name(self) -> None:
        first = host_name(1).removesuffix(".")
        if self.hostname == first:
            self._board.take_down(warnings.NAME_TAKEN)
        else:
            self._board.put_up(warnings.NAME_TAKEN, f"{first} is another device; this appliance is {self.hostname}")

    def _interfaces(self) -> list[Interface]:
        """The cards that lead to a listening server; raises `NoNetwork` where there is none."""
        found = self._look()
        own = all_addresses() | {address for card in found for address in card.addresses}
        now = time.monotonic()
        self._former.update(dict.fromkeys(self._own - own, now + ECHO_S))
        self._own = own
        if not listening(found, self._hosts):
            raise NoNetwork
        return found

    def _ours(self) -> set[str]:
        now = time.monotonic()
        return self._own | {address for address, until in self._former.items() if now < until}

    def _note_responders(self) -> None:
        others = responders.other_responders()
        if others:
            self._board.put_up(warnings.SECOND_RESPONDER, ", ".join(others))
        else:
            self._board.take_down(warnings.SECOND_RESPONDER)

    def _network_changed(self) -> None:
        self._network_news = True
        self._wake.set()

    def _doubt(self) -> None:
        self._doubted = True
        self._wake.set()

    async def _pause(self, longest_s: float) -> None:
        """Until something happens, at most so long."""
        try:
            async with asyncio.timeout(longest_s):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()


async def _close(network: AsyncZeroconf) -> None:
    try:
        async with asyncio.timeout(GOODBYE_S):
            await network.async_close()
    except (TimeoutError, OSError, Error) as error:
        _log.warning("goodbye_failed", reason=str(error) or type(error).__name__)


def _is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


def _slept_s() -> float:
    """Seconds that the computer was suspended since it was started."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
