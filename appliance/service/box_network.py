"""The Wi-Fi of a box, as the programs that run it want it written: joined, or opened where the hall has none."""

from __future__ import annotations

import hashlib

from appliance.service.box import Box, OwnWifi, Wifi

CARD = "wlan0"

# Of its own network; rarely anybody else's.
OWN_ADDRESS, OWN_FIRST, OWN_LAST = "10.83.0.1", "10.83.0.50", "10.83.0.250"

JOIN, OPEN, ADDRESSES, LINK = "wpa_supplicant.conf", "hostapd.conf", "dnsmasq.conf", "70-own-wifi.network"


def files(box: Box) -> dict[str, str]:
    """File names and their contents; none for a box that has only its cable.

    A network to join goes before one to open: one radio does one of both.
    """
    if box.wifi is not None:
        return {JOIN: _join(box.wifi)}
    if box.own_wifi is not None:
        return {OPEN: _open(box.own_wifi), ADDRESSES: _ADDRESSES, LINK: _LINK}
    return {}


def _join(wifi: Wifi) -> str:
    secret = f"psk={_key(wifi.name, wifi.password)}" if wifi.password else "key_mgmt=NONE"
    return f"country={wifi.country}\nnetwork={{\n\tssid={_hex(wifi.name)}\n\tscan_ssid=1\n\t{secret}\n}}\n"


def _open(wifi: OwnWifi) -> str:
    return f"""\
interface={CARD}
driver=nl80211
country_code={wifi.country}
ieee80211d=1
ssid2={_hex(wifi.name)}
utf8_ssid=1
hw_mode=g
channel=6
ieee80211n=1
wmm_enabled=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_psk={_key(wifi.name, wifi.password)}
"""


# Every name leads to the box: a phone that asks whether there is internet gets the appliance's page instead.
_ADDRESSES = f"""\
interface={CARD}
bind-dynamic
no-resolv
no-hosts
address=/#/{OWN_ADDRESS}
dhcp-authoritative
dhcp-range={OWN_FIRST},{OWN_LAST},255.255.255.0,12h
dhcp-leasefile=/run/openlifter/leases
"""

_LINK = f"""\
[Match]
Name={CARD}

[Network]
Address={OWN_ADDRESS}/24
DHCP=no
LinkLocalAddressing=no
MulticastDNS=no
LLMNR=no
ConfigureWithoutCarrier=yes
"""


def _hex(text: str) -> str:
    """Whatever letters a name has, nothing in it can end it."""
    return text.encode().hex()


def _key(name: str, password: str) -> str:
    """The key of WPA2 for this network: IEEE 802.11, annex J.4."""
    return hashlib.pbkdf2_hmac("sha1", password.encode(), name.encode(), 4096, 32).hex()
