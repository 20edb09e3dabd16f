"""Which network cards are real, on the shapes that Linux gives them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.discovery import interfaces
from appliance.discovery.interfaces import Interface, listening, real_interfaces, to_zeroconf


class Machine:
    """A made-up `/sys/class/net`, and the addresses that go with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._adapters: list[Any] = []

    def card(self, name: str, *addresses: str, **signs: str) -> None:
        """A card; `signs` are files in its folder, those with an empty text are folders."""
        card = self.folder / name
        card.mkdir(parents=True)
        index = str(len(list(self.folder.iterdir())))
        given = {"type": "1", "operstate": "up", "carrier": "1", "ifindex": index, "iflink": index, **signs}
        for sign, text in given.items():
            if sign.startswith("lower_"):
                (card / sign).symlink_to(self.folder / sign.removeprefix("lower_"))
            elif text:
                (card / sign).write_text(text + "\n")
            else:
                (card / sign).mkdir()
        ips = [SimpleNamespace(ip=(each, 0, 2) if ":" in each else each) for each in addresses]
        self._adapters.append(SimpleNamespace(name=name, ips=ips))

    def real(self) -> list[Interface]:
        """What is taken for real."""
        return real_interfaces(self.folder, lambda: self._adapters)

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [card.name for card in self.real()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with no card yet."""
    return Machine(tmp_path / "net")


def test_wired_comes_before_wifi_and_addresses_that_work_everywhere_before_those_of_one_link(machine: Machine) -> None:
    machine.card("wlan0", "192.168.1.7", device="", wireless="")
    machine.card("eth0", "fe80::1", "fd00::1", "169.254.3.3", "192.168.1.5", device="")
    assert machine.real() == [
        Interface("eth0", 2, False, ("192.168.1.5", "169.254.3.3", "fd00::1", "fe80::1")),
        Interface("wlan0", 1, True, ("192.168.1.7",)),
    ]


def test_loopback_containers_machines_and_vpns_are_not_real(machine: Machine) -> None:
    machine.card("eth0", "192.168.1.5", device="")
    machine.card("lo", "127.0.0.1", type="772", operstate="unknown")
    machine.card("veth12ab", "169.254.9.9", iflink="99")
    machine.card("docker0", "172.17.0.1", bridge="", lower_veth12ab="")
    machine.card("virbr0", "192.168.122.1", bridge="")
    machine.card("vnet0", "10.1.1.1", tun_flags="0x1002")
    machine.card("vboxnet0", "192.168.56.1")
    machine.card("tun0", "10.8.0.2", type="65534", operstate="unknown")
    machine.card("wg0", "10.7.0.2", type="65534", operstate="unknown")
    machine.card("tailscale0", "100.64.0.1", type="65534")
    machine.card("wwan0", "10.64.1.1", device="", uevent="DEVTYPE=wwan")
    assert machine.names == ["eth0"]


def test_a_card_without_link_or_address_is_not_there(machine: Machine) -> None:
    machine.card("eth0", "192.168.1.5", device="", operstate="down", carrier="0")
    machine.card("eth1", "192.168.1.6", device="", operstate="dormant")
    machine.card("eth2", device="")
    assert machine.names == []


def test_a_bridge_bond_or_vlan_over_hardware_leads_out(machine: Machine) -> None:
    machine.card("eth0", device="", master="")
    machine.card("wlan0", device="", phy80211="")
    machine.card("br0", "192.168.1.5", bridge="", lower_eth0="")
    machine.card("br0.7", "192.168.7.5", lower_br0="", iflink="3")
    machine.card("bridge1", "192.168.8.5", bridge="", lower_wlan0="")
    assert [(card.name, card.wireless) for card in machine.real()] == [
        ("br0", False),
        ("br0.7", False),
        ("bridge1", True),
    ]


def test_in_a_container_the_virtual_card_is_the_way_out(machine: Machine) -> None:
    machine.card("lo", "127.0.0.1", type="772")
    machine.card("eth0", "10.0.3.5", iflink="77")
    machine.card("docker0", "172.17.0.1", bridge="")
    machine.card("dummy0", "10.1.1.1")
    assert machine.names == ["eth0"]


def test_a_second_address_under_a_name_of_its_own_belongs_to_its_card(machine: Machine) -> None:
    machine.card("eth0", "192.168.1.5", device="")
    machine._adapters.append(SimpleNamespace(name="eth0:1", ips=[SimpleNamespace(ip="192.168.1.6")]))
    assert [card.addresses for card in machine.real()] == [("192.168.1.5", "192.168.1.6")]


def test_without_the_kernels_list_there_is_none(tmp_path: Path) -> None:
    assert real_interfaces(tmp_path / "nowhere") == []
    assert "127.0.0.1" in interfaces.all_addresses()


def test_only_addresses_at_which_somebody_listens_are_announced() -> None:
    cards = [
        Interface("eth0", 2, False, ("10.0.0.5", "fd00::5", "fe80::5")),
        Interface("wlan0", 3, True, ("10.0.0.7",)),
    ]
    assert listening(cards, {"0.0.0.0", "::"}) == ["10.0.0.5", "fd00::5", "10.0.0.7", "fe80::5"]
    assert listening(cards, {"0.0.0.0"}) == ["10.0.0.5", "10.0.0.7"]
    assert listening(cards, {"10.0.0.7"}) == ["10.0.0.7"]
    assert listening(cards, {"127.0.0.1"}) == []
    assert to_zeroconf(cards) == ["10.0.0.5", "10.0.0.7", 2]
