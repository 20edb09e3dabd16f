"""The files for the Wi-Fi of a box."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.service.box import Box, OwnWifi, Wifi
from appliance.service.box_network import ADDRESSES, JOIN, LINK, OPEN, OWN_ADDRESS, files

# IEEE 802.11, annex J.4.2, test case 1.
VECTOR = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"


def test_a_box_with_a_cable_needs_none() -> None:
    assert files(Box()) == {}


def test_a_network_is_joined_with_the_key_that_the_standard_makes_of_its_password() -> None:
    [(name, text)] = files(Box(wifi=Wifi("IEEE", "password", "DE"))).items()
    assert name == JOIN
    assert f"psk={VECTOR}" in text
    assert "country=DE" in text
    assert '"password"' not in text


def test_an_open_network_is_joined_without_one() -> None:
    assert "key_mgmt=NONE" in files(Box(wifi=Wifi("Hall", "", "DE")))[JOIN]


def test_no_name_breaks_out_of_its_line() -> None:
    text = files(Box(wifi=Wifi('a"\n}', "", "DE")))[JOIN]
    assert "ssid=61220a7d\n" in text


def test_a_network_of_its_own_has_a_password_addresses_and_every_name() -> None:
    made = files(Box(own_wifi=OwnWifi("IEEE", "password", "US")))
    assert set(made) == {OPEN, ADDRESSES, LINK}
    assert f"wpa_psk={VECTOR}" in made[OPEN]
    assert f"address=/#/{OWN_ADDRESS}" in made[ADDRESSES]
    assert f"Address={OWN_ADDRESS}/24" in made[LINK]


def test_one_that_is_joined_goes_before_one_that_is_opened() -> None:
    assert set(files(Box(wifi=Wifi("a", "", "DE"), own_wifi=OwnWifi("b", "12345678", "DE")))) == {JOIN}


@pytest.mark.skipif(shutil.which("dnsmasq") is None, reason="there is no dnsmasq (Debian: apt install dnsmasq-base)")
def test_dnsmasq_takes_its_file(tmp_path: Path) -> None:
    path = tmp_path / ADDRESSES
    path.write_text(files(Box(own_wifi=OwnWifi("b", "12345678", "DE")))[ADDRESSES])
    looked = subprocess.run(["dnsmasq", "--test", f"--conf-file={path}"], capture_output=True, text=True, timeout=20)
    assert looked.returncode == 0, looked.stderr
