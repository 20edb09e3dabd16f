"""Who holds a name on the network: asking before it is claimed, and hearing of those who claim it too.

zeroconf probes for service names only, and once; of host names it never asks. A name that two boxes hold sends half of
the browsers to the wrong one.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection
from typing import TypeVar

from msgspec import Struct
from zeroconf import (
    DNSAddress,
    DNSOutgoing,
    DNSQuestion,
    DNSRecord,
    DNSService,
    DNSText,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    ServiceInfo,
    Zeroconf,
    current_time_millis,
)

from appliance.discovery.names import SERVICE_TYPE, Claimant, from_txt, host_name, instance_name

# RFC 6762, 8.1: three questions, each with a quarter of a second to object.
PROBES = 3
PROBE_S = 0.25

# RFC 1035, 3.2, 4.1.1; RFC 3596; RFC 2782.
_QUERY, _ANSWER = 0x0000, 0x8400
_A, _PTR, _TXT, _AAAA, _SRV = 1, 12, 16, 28, 33
_IN = 1
# RFC 6762, 5.4: in a question this bit asks for an answer to us alone, which no rate limit holds back.
_IN_AND_TELL_US = _IN | 0x8000

Record = TypeVar("Record", bound=DNSRecord)


class Names(Struct, frozen=True):
    """The names of one appliance, with the dot at the end: ``openlifter.local.`` and that of its service."""

    host: str
    instance: str


class Rivals(Struct, frozen=True):
    """Who else claims our names. ``strangers``: the host name is claimed by something that is no appliance."""

    of_instance: frozenset[Claimant]
    of_host: frozenset[Claimant]
    strangers: bool

    @property
    def any(self) -> bool:
        """Whether there is anybody."""
        return bool(self.of_instance or self.of_host or self.strangers)


async def free_names(zc: Zeroconf, label: str, own: Collection[str], keep: str | None = None) -> Names:
    """The first names that nobody else answers for; takes 0.75 s where the first ones are free.

    Args:
        zc: on the network.
        label: the wished instance name.
        own: the addresses of this machine: what another responder here says of them is no objection.
        keep: an instance name that is ours already.
    """
    await zc.async_wait_for_start()
    host_number = instance_number = 1
    quiet = 0
    while quiet < PROBES:
        names = Names(host_name(host_number), keep or instance_name(label, instance_number))
        # To us alone, which no rate limit holds back; at last to all, since another program here may hear the others.
        zc.async_send(_questions(names, _IN if quiet == PROBES - 1 else _IN_AND_TELL_US))
        await asyncio.sleep(PROBE_S)
        host_taken = bool(_foreign(zc, names.host, own))
        instance_taken = keep is None and bool(_records(zc, names.instance, DNSService))
        host_number += host_taken
        instance_number += instance_taken
        quiet = 0 if host_taken or instance_taken else quiet + 1
    return names


def ask(zc: Zeroconf, names: Names) -> None:
    """Ask who claims our names; whoever does is heard by `Overhearing`, and is in `rivals` a second later."""
    out = _questions(names, _IN)
    out.add_question(DNSQuestion(SERVICE_TYPE, _PTR, _IN))
    zc.async_send(out)


def rivals(zc: Zeroconf, names: Names, claimant: Claimant, own: Collection[str]) -> Rivals:
    """Who else claims our names, by all that was heard up to now."""
    of_instance = _claimants(zc, names.instance) - {claimant}
    of_host: set[Claimant] = set()
    if not _foreign(zc, names.host, own):
        return Rivals(of_instance, frozenset(), strangers=False)
    for service in zc.cache.entries_with_server(names.host):
        of_host |= _claimants(zc, service.name) - {claimant}
    return Rivals(of_instance, frozenset(of_host), strangers=not of_host)


def give_up_addresses(zc: Zeroconf, info: ServiceInfo) -> None:
    """Take our addresses off a name that stays with somebody else. What else we said of it is his now."""
    out = DNSOutgoing(_ANSWER)
    for address in info.addresses_by_version(IPVersion.All):
        kind = _A if len(address) == 4 else _AAAA
        out.add_answer_at_time(DNSAddress(info.server or "", kind, _IN, 0, address), 0)
    zc.async_send(out)


class Overhearing(RecordUpdateListener):
    """Calls ``doubt`` when a record is heard that claims one of our names for somebody else.

    Args:
        names: ours as they are now.
        claimant: we.
        own: the addresses of this machine, and those that it had until a moment ago.
        doubt: to be called; it should ask and look closer.
    """

    def __init__(
        self,
        names: Callable[[], Names],
        claimant: Claimant,
        own: Callable[[], Collection[str]],
        doubt: Callable[[], None],
    ) -> None:
        self._names = names
        self._claimant = claimant
        self._own = own
        self._doubt = doubt

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:  # noqa: ARG002
        """zeroconf's call with what it has heard."""
        names, own = self._names(), self._own()
        if any(self._is_doubtful(update.new, names, own) for update in records if _stands(update.new, now)):
            self._doubt()

    def _is_doubtful(self, record: DNSRecord, names: Names, own: Collection[str]) -> bool:
        if isinstance(record, DNSAddress):
            return record.key == names.host.lower() and _text(record) not in own
        if isinstance(record, DNSText) and record.key == names.instance.lower():
            said = from_txt(_properties(record))
            return said is None or said.claimant != self._claimant
        return False


def _questions(names: Names, to_whom: int) -> DNSOutgoing:
    out = DNSOutgoing(_QUERY)
    for name, kinds in ((names.host, (_A, _AAAA)), (names.instance, (_SRV, _TXT))):
        for kind in kinds:
            out.add_question(DNSQuestion(name, kind, to_whom))
    return out


def _foreign(zc: Zeroconf, host: str, own: Collection[str]) -> set[str]:
    return {_text(record) for record in _records(zc, host, DNSAddress)} - set(own)


def _claimants(zc: Zeroconf, instance: str) -> frozenset[Claimant]:
    said = [from_txt(_properties(record)) for record in _records(zc, instance, DNSText)]
    return frozenset(each.claimant for each in said if each is not None)


def _records(zc: Zeroconf, name: str, kind: type[Record]) -> list[Record]:
    now = current_time_millis()
    held = zc.cache.entries_with_name(name)
    return [record for record in held if isinstance(record, kind) and _stands(record, now)]


def _stands(record: DNSRecord, now: float) -> bool:
    """Whether a record was not taken back. One that was stays for a second, and zeroconf makes it live for another
    second whenever it hears what has taken its place."""
    return record.ttl > 1 and not record.is_expired(now)


def _properties(record: DNSText) -> dict[bytes, bytes | None]:
    # Of whatever kind the service is: only the reader of the record is wanted.
    return ServiceInfo(SERVICE_TYPE, f"any.{SERVICE_TYPE}", properties=record.text).properties


def _text(record: DNSAddress) -> str:
    return socket.inet_ntop(socket.AF_INET if len(record.address) == 4 else socket.AF_INET6, record.address)
