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
        self._seen: dict[str, Neighbour] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._browser: AsyncServiceBrowser | None = None

    @property
    def seen(self) -> list[Neighbour]:
        """The appliances that are there now, by name."""
        return sorted(self._seen.values(), key=lambda neighbour: neighbour.name)

    def attach(self, network: AsyncZeroconf) -> None:
        """Begin to look."""
        self._browser = AsyncServiceBrowser(network.zeroconf, SERVICE_TYPE, handlers=[self._on_change])

    async def detach(self) -> None:
        """Look no more, and see nobody any more; calling it twice is fine."""
        if self._browser is not None:
            await self._browser.async_cancel()
            self._browser = None
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        self._asking.clear()
        self._seen.clear()

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
            gone = self._seen.pop(name, None)
            if gone is not None:
                _log.info("appliance_gone", name=gone.name, host=gone.host)
        else:
            self._asking[name] = asyncio.get_running_loop().create_task(
                self._ask(zeroconf, name), name=f"asking {label_of(name)}"
            )

    async def _ask(self, zc: Zeroconf, name: str) -> None:
        info = AsyncServiceInfo(SERVICE_TYPE, name)
        neighbour = _neighbour(info) if await info.async_request(zc, ASK_MS) else None
        self._asking.pop(name, None)
        if neighbour is None or neighbour.announcement.claimant == self._own:
            self._seen.pop(name, None)
        elif self._seen.get(name) != neighbour:
            self._seen[name] = neighbour
            _log.info("appliance_seen", name=neighbour.name, host=neighbour.host, addresses=neighbour.reachable)


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


def _neighbour(info: AsyncServiceInfo) -> Neighbour | None:
    announcement = from_txt(info.properties)
    if announcement is None or not info.port or not info.server:
        return None
    addresses = sorted(info.parsed_addresses(IPVersion.All), key=is_link_local_v6)
    return Neighbour(
        name=label_of(info.name),
        host=info.server.removesuffix("."),
        port=info.port,
        addresses=tuple(addresses),
        announcement=announcement,
    )
