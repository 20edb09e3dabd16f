"""Which other appliances are on the network."""

from __future__ import annotations

import asyncio

from zeroconf import IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from appliance.discovery.interfaces import Interface, to_zeroconf
from appliance.discovery.names import SERVICE_TYPE, Claimant, Neighbour, from_txt, is_link_local_v6, label_of
from appliance.service.logging import get_logger

# An appliance answers at once; on a Wi-Fi that loses packets zeroconf asks again within this time.
ASK_MS = 3000

_log = get_logger(__name__)


class Browser:
    """Sees the other appliances as long as it is attached to a network.

    Args:
        own: who we are, and so no other; None: everybody is another.
    """

    def __init__(self, own: Claimant | None = None) -> None:
        self._own = own
        self._names: set[str] = set()
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._browser: AsyncServiceBrowser | None = None
        self._zc: Zeroconf | None = None

    @property
    def seen(self) -> list[Neighbour]:
        """The appliances that are there now, by name."""
        neighbours = (_neighbour(self._zc, name) for name in sorted(self._names)) if self._zc is not None else ()
        return [each for each in neighbours if each is not None and each.announcement.claimant != self._own]

    def attach(self, network: AsyncZeroconf) -> None:
        """Begin to look."""
        self._zc = network.zeroconf
        self._browser = AsyncServiceBrowser(self._zc, SERVICE_TYPE, handlers=[self._on_change])

    async def detach(self) -> None:
        """Look no more, and see nobody any more; calling it twice is fine."""
        if self._browser is not None:
            await self._browser.async_cancel()
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        self._asking.clear()
        self._names.clear()
        self._browser = self._zc = None

    # zeroconf calls its handlers by keyword.
    def _on_change(
        self,
        zeroconf: Zeroconf,
        service_type: str,  # noqa: ARG002
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        before = self._asking.pop(name, None)
        if before is not None:
            before.cancel()
        if state_change is ServiceStateChange.Removed:
            if name in self._names:
                self._names.remove(name)
                _log.info("appliance_gone", name=label_of(name))
        else:
            task = asyncio.get_running_loop().create_task(self._ask(zeroconf, name), name=f"asking {label_of(name)}")
            self._asking[name] = task

    async def _ask(self, zc: Zeroconf, name: str) -> None:
        """Get into zeroconf's cache what `seen` reads there."""
        found = await AsyncServiceInfo(SERVICE_TYPE, name).async_request(zc, ASK_MS)
        self._asking.pop(name, None)
        neighbour = _neighbour(zc, name) if found else None
        if neighbour is not None and neighbour.announcement.claimant != self._own and name not in self._names:
            _log.info("appliance_seen", name=neighbour.name, host=neighbour.host, addresses=neighbour.reachable)
        self._names.add(name)


async def look(interfaces: list[Interface], listen_s: float) -> list[Neighbour]:
    """All appliances that are heard within ``listen_s`` seconds.

    Raises:
        OSError: the port of multicast DNS cannot be had.
    """
    async with AsyncZeroconf(interfaces=to_zeroconf(interfaces)) as network:
        browser = Browser()
        browser.attach(network)
        try:
            await asyncio.sleep(listen_s)
            return browser.seen
        finally:
            await browser.detach()


def _neighbour(zc: Zeroconf, name: str) -> Neighbour | None:
    """The appliance as the newest of what was heard of it says; None if it is none, or has not told all of it."""
    info = AsyncServiceInfo(SERVICE_TYPE, name)
    announcement = from_txt(info.properties) if info.load_from_cache(zc) else None
    if announcement is None or not info.port or not info.server:
        return None
    return Neighbour(
        name=label_of(name),
        host=info.server.removesuffix("."),
        port=info.port,
        addresses=tuple(sorted(info.parsed_addresses(IPVersion.All), key=is_link_local_v6)),
        announcement=announcement,
    )
