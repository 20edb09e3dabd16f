"""One appliance as it is announced: its names, its addresses and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery import claims
from appliance.discovery.claims import Names, Overhearing
from appliance.discovery.interfaces import Interface, to_zeroconf
from appliance.discovery.names import SERVICE_TYPE, Announcement, keeps, to_txt
from appliance.service.logging import get_logger

# Who loses his power says no goodbye. After this many seconds he is forgotten.
TTL_S = 120

_log = get_logger(__name__)


class Facts(Struct, frozen=True):
    """What is announced beside the names; the addresses in the order in which they should be tried."""

    announcement: Announcement
    port: int
    addresses: tuple[str, ...]


class Presence:
    """The announcement of one appliance on the network cards of this moment.

    Args:
        network: zeroconf on these cards.
        interfaces: the cards.
        facts: what is announced.
        label: the wished instance name.
        own: the addresses of this machine, and those that it had until a moment ago.
        doubt: called when somebody else is heard to claim one of our names: `settle` should be called a second later.
    """

    def __init__(
        self,
        network: AsyncZeroconf,
        interfaces: list[Interface],
        facts: Facts,
        label: str,
        own: Callable[[], Collection[str]],
        doubt: Callable[[], None],
    ) -> None:
        self._network = network
        self._interfaces = interfaces
        self._label = label
        self._own = own
        self._doubt = doubt
        self._facts = facts
        self._info: ServiceInfo | None = None
        self.names: Names | None = None

    async def announce(self) -> None:
        """Find free names, and announce; takes about 0.75 s where the wished names are free."""
        self.names = await claims.free_names(self._network.zeroconf, self._label, self._own())
        await self._register()
        overhearing = Overhearing(lambda: self._claimed, self._facts.announcement.claimant, self._own, self._doubt)
        self._network.zeroconf.async_add_listener(overhearing, None)

    async def move(self, interfaces: list[Interface], facts: Facts) -> None:
        """The network cards or the addresses may have changed: announce what is true now, where it is news."""
        # First what is said, then to whom: zeroconf announces by itself on a card that is new.
        changed = facts != self._facts
        if changed:
            self._replace(facts)
        # A card that was plugged in anew may have its old address, and is still another card to the kernel.
        staying = [card for card in self._interfaces if card in interfaces]
        if len(staying) != len(self._interfaces):
            await self._network.async_update_interfaces(to_zeroconf(staying))
        await self._network.async_update_interfaces(to_zeroconf(interfaces))
        self._interfaces = interfaces
        if changed:
            await self.repeat()

    async def say(self, facts: Facts) -> None:
        """Announce what has become of it, if that is news."""
        if facts != self._facts:
            self._replace(facts)
            await self.repeat()

    async def repeat(self) -> None:
        """Announce again what holds."""
        if self._info is not None:
            await self._network.async_update_service(self._info)

    def ask(self) -> None:
        """Ask who claims our names; `settle` knows a second later."""
        claims.ask(self._network.zeroconf, self._claimed)

    async def settle(self) -> bool:
        """Keep our names or yield them, if others claim them too; returns whether there was anybody.

        The rule is `names.keeps`; all who follow it come to the same end. A device that is no appliance does not know
        it, so we yield.
        """
        info, names = self._info, self._claimed
        if info is None:
            return False
        zc, own = self._network.zeroconf, self._facts.announcement.claimant
        rivals = claims.rivals(zc, names, own, self._own())
        if not rivals.any:
            return False
        keep_instance = not rivals.of_instance or keeps(own, rivals.of_instance)
        keep_host = not (rivals.of_host or rivals.strangers) or keeps(own, rivals.of_host)
        if keep_instance and keep_host:
            _log.info("name_kept", host=names.host, instance=names.instance)
            await self.repeat()
            return True
        zc.registry.async_remove(info)
        if not keep_host:
            claims.give_up_addresses(zc, info)
        keep = names.instance if keep_instance else None
        self.names = await claims.free_names(zc, self._label, self._own(), keep)
        if not keep_host:
            # An answer that zeroconf still had in its queue may have come after the first time.
            claims.give_up_addresses(zc, info)
        _log.info("name_yielded", before=names.host, host=self.names.host, instance=self.names.instance)
        await self._register()
        return True

    @property
    def _claimed(self) -> Names:
        return self.names or Names("", "")

    def _replace(self, facts: Facts) -> None:
        self._facts = facts
        if self._info is not None:
            self._info = self._made()
            self._network.zeroconf.registry.async_update(self._info)

    async def _register(self) -> None:
        self._info = self._made()
        # Not probed by zeroconf: we have asked, for the host name too.
        await self._network.async_register_service(self._info, cooperating_responders=True)

    def _made(self) -> ServiceInfo:
        facts, names = self._facts, self._claimed
        return ServiceInfo(
            SERVICE_TYPE,
            names.instance,
            port=facts.port,
            properties=to_txt(facts.announcement),
            server=names.host,
            host_ttl=TTL_S,
            other_ttl=TTL_S,
            parsed_addresses=list(facts.addresses),
        )
