"""Which network cards lead to the people in the hall: wired before Wi-Fi; no loopback, container, machine or VPN."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import ifaddr
from msgspec import Struct

SYS_NET = Path("/sys/class/net")

# linux/if_arp.h: Wi-Fi counts as Ethernet; loopback, tunnels and serial lines do not.
_ARPHRD_ETHER = "1"

Adapters = Callable[[], Iterable[ifaddr.Adapter]]


class Interface(Struct, frozen=True):
    """A network card with a link. Addresses: IPv4 first, those that only work on this link last."""

    name: str
    index: int
    wireless: bool
    addresses: tuple[str, ...]


def real_interfaces(sys_net: Path = SYS_NET, adapters: Adapters = ifaddr.get_adapters) -> list[Interface]:
    """The network cards that have a link and an address, wired ones first.

    Args:
        sys_net: the kernel's list of cards; one that is not in it is not taken.
        adapters: the addresses.

    In a container there is no card with hardware behind it; there the virtual ones are its way out, and are taken.
    """
    cards = {card.name: card for card in sys_net.iterdir()} if sys_net.is_dir() else {}
    contained = not any(map(_has_hardware, cards.values()))
    found = []
    for name, addresses in _addresses(adapters()).items():
        card = cards.get(name)
        if card is not None and _has_link(card) and (_leads_out(card) or (contained and _is_way_out(card))):
            index = int(_read(card / "ifindex") or 0)
            found.append(Interface(name, index, _is_wireless(card), tuple(sorted(addresses, key=_rank))))
    return sorted(found, key=lambda interface: (interface.wireless, interface.index))


def all_addresses(adapters: Adapters = ifaddr.get_adapters) -> set[str]:
    """Every address of this machine, of all cards."""
    return {address for several in _addresses(adapters()).values() for address in several}


def listening(interfaces: Iterable[Interface], hosts: Collection[str]) -> list[str]:
    """The addresses of these cards at which a server is, that was bound to ``hosts``. Link-local IPv6 comes last."""
    addresses = [address for interface in interfaces for address in interface.addresses]
    heard = [each for each in addresses if each in hosts or ("::" if ":" in each else "0.0.0.0") in hosts]  # noqa: S104
    return sorted(heard, key=lambda address: _rank(address)[0] == _LINK_V6)


def to_zeroconf(interfaces: list[Interface]) -> list[str | int]:
    """The network cards as zeroconf wants them: IPv4 by address, IPv6 by the number of the card."""
    v4: list[str | int] = [address for card in interfaces for address in card.addresses if ":" not in address]
    return [*v4, *(card.index for card in interfaces if any(":" in address for address in card.addresses))]


def _addresses(adapters: Iterable[ifaddr.Adapter]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for adapter in adapters:
        # A second IPv4 address may come under a name of its own: eth0:1.
        name = adapter.name.partition(":")[0]
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            found.setdefault(name, []).append(text.partition("%")[0])
    return found


_LINK_V6 = 3


def _rank(address: str) -> tuple[int, str]:
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return (1 if ip.is_link_local else 0, address)
    return (_LINK_V6 if ip.is_link_local else 2, address)


def _has_link(card: Path) -> bool:
    # Of a card that is switched off, the carrier cannot even be read.
    return _read(card / "operstate") in ("up", "unknown") and _read(card / "carrier") == "1"


def _leads_out(card: Path) -> bool:
    """Hardware, or a bridge, bond or VLAN on top of hardware. docker0 and virbr0 have only virtual cards below."""
    if _read(card / "type") != _ARPHRD_ETHER:
        return False
    return _has_hardware(card) or any(_leads_out(lower.resolve()) for lower in card.glob("lower_*"))


def _has_hardware(card: Path) -> bool:
    mobile = "DEVTYPE=wwan" in (_read(card / "uevent") or "")
    return _read(card / "type") == _ARPHRD_ETHER and (card / "device").exists() and not mobile


def _is_way_out(card: Path) -> bool:
    """A card whose other end is outside of this container: veth, macvlan; not a bridge, a tap, or part of a bridge."""
    if _read(card / "type") != _ARPHRD_ETHER or any(
        (card / sign).exists() for sign in ("bridge", "tun_flags", "master")
    ):
        return False
    return _read(card / "ifindex") != _read(card / "iflink")


def _is_wireless(card: Path) -> bool:
    lowers = [lower.resolve() for lower in card.glob("lower_*")]
    own = any((card / sign).exists() for sign in ("wireless", "phy80211"))
    return own or (bool(lowers) and all(map(_is_wireless, lowers)))


def _read(file: Path) -> str | None:
    try:
        return file.read_text().strip()
    except OSError:
        return None
