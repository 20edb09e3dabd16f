"""Whether multicast gets through: asks everybody who they are, and who has a name, and listens who answers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Collection

from msgspec import Struct
from zeroconf import DNSAddress, DNSIncoming, DNSOutgoing, DNSQuestion

from appliance.discovery.interfaces import Interface, all_addresses

GROUP, PORT = "224.0.0.251", 5353

# RFC 6763, 9: every device that offers anything answers this.
_EVERYBODY = "_services._dns-sd._udp.local."
_TYPE_A, _TYPE_PTR, _CLASS_IN, _FLAGS_QUERY = 1, 12, 1, 0


class Heard(Struct, frozen=True):
    """The IPv4 addresses of other devices that said anything, and the asked names that somebody answered for."""

    others: frozenset[str]
    names: frozenset[str]


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, own: Collection[str], names: Collection[str]) -> None:
        self._own = own
        self._names = {f"{name}.".lower(): name for name in names}
        self.others: set[str] = set()
        self.names: set[str] = set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[0] not in self._own:
            self.others.add(addr[0])
        said = DNSIncoming(data)
        if said.valid and said.is_response():
            claimed = {answer.name.lower() for answer in said.answers() if isinstance(answer, DNSAddress)}
            self.names |= {self._names[name] for name in claimed & self._names.keys()}


async def listen(interfaces: list[Interface], listen_s: float, names: Collection[str] = ()) -> Heard:
    """Who says anything by multicast DNS within ``listen_s`` seconds, and for which host names somebody answers.

    Args:
        names: without a dot at the end: ``openlifter.local``.

    Raises:
        OSError: the port of multicast DNS cannot be had.
    """
    own = all_addresses()
    addresses = [address for card in interfaces for address in card.addresses if ":" not in address]
    question = _question(names)
    with contextlib.closing(_open(addresses)) as opened:
        loop = asyncio.get_running_loop()
        transport, ear = await loop.create_datagram_endpoint(lambda: _Ear(own, names), sock=opened)
        try:
            for address in addresses:
                # A card may just have lost its link: the others can still be asked.
                with contextlib.suppress(OSError):
                    opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
                    opened.sendto(question, (GROUP, PORT))
            await asyncio.sleep(listen_s)
        finally:
            transport.close()
        return Heard(frozenset(ear.others), frozenset(ear.names))


def _open(addresses: list[str]) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            opened.setsockopt(socket.SOL_SOCKET, option, 1)
        opened.bind(("", PORT))
        for address in addresses:
            membership = struct.pack("=4s4s", socket.inet_aton(GROUP), socket.inet_aton(address))
            # The group may have been joined on this card by its other address.
            with contextlib.suppress(OSError):
                opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError:
        opened.close()
        raise
    return opened


def _question(names: Collection[str]) -> bytes:
    out = DNSOutgoing(_FLAGS_QUERY)
    out.add_question(DNSQuestion(_EVERYBODY, _TYPE_PTR, _CLASS_IN))
    for name in names:
        out.add_question(DNSQuestion(f"{name}.", _TYPE_A, _CLASS_IN))
    return bytes(out.packets()[0])
