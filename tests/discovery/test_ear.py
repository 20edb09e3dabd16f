"""Who is heard by multicast; between hosts it is tried in `tests/netns`."""

from __future__ import annotations

import socket

from zeroconf import DNSAddress, DNSIncoming, DNSOutgoing

from appliance.discovery.ear import _Ear, _question, listen

RESPONSE, TYPE_A, UNIQUE_IN = 0x8400, 1, 0x8001


def answer(name: str) -> bytes:
    out = DNSOutgoing(RESPONSE)
    out.add_answer_at_time(DNSAddress(name, TYPE_A, UNIQUE_IN, 120, socket.inet_aton("10.0.0.7")), 0)
    return bytes(out.packets()[0])


async def test_without_a_network_card_nobody_is_asked() -> None:
    heard = await listen([], 0)
    assert (heard.others, heard.names) == (frozenset(), frozenset())


def test_everybody_and_the_names_are_asked() -> None:
    asked = [question.name for question in DNSIncoming(_question(["openlifter.local"])).questions]
    assert asked == ["_services._dns-sd._udp.local.", "openlifter.local."]


def test_only_others_are_heard_and_only_asked_names_count() -> None:
    ear = _Ear({"10.0.0.1"}, ["openlifter.local"])
    ear.datagram_received(_question([]), ("10.0.0.1", 5353))
    assert (ear.others, ear.names) == (set(), set())
    ear.datagram_received(answer("printer.local."), ("10.0.0.7", 5353))
    ear.datagram_received(answer("OpenLifter.local."), ("10.0.0.1", 5353))
    assert (ear.others, ear.names) == ({"10.0.0.7"}, {"openlifter.local"})


def test_what_is_no_packet_is_somebody_all_the_same() -> None:
    ear = _Ear(set(), [])
    ear.datagram_received(b"nonsense", ("10.0.0.9", 5353))
    assert ear.others == {"10.0.0.9"}
