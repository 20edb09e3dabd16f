"""Names, TXT records, and who keeps a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.discovery import names
from appliance.discovery.names import Announcement, Claimant, Neighbour, from_txt, keeps, make_label, to_txt

SAID = Announcement(
    claimant=Claimant("80a75d2f05c0d3f2", "11aa22bb"), version="0.1.0", proto=1, meets=("123456789", "987654321")
)


def written(announcement: Announcement) -> dict[bytes, bytes | None]:
    """The TXT record as it comes off the wire."""
    return {key.encode(): value.encode() for key, value in to_txt(announcement).items()}


def test_the_first_names_are_plain_and_the_next_are_numbered() -> None:
    assert [names.host_name(number) for number in (1, 2, 3)] == [
        "openlifter.local.",
        "openlifter-2.local.",
        "openlifter-3.local.",
    ]
    assert names.instance_name("Club box", 1) == "Club box._openlifter._tcp.local."
    assert names.label_of(names.instance_name("Club box", 2)) == "Club box (2)"


@pytest.mark.parametrize(
    ("name", "hostname", "label"),
    [
        (None, "box", "OpenLifter on box"),
        (None, "box.club.example", "OpenLifter on box"),
        (None, "", "OpenLifter on this computer"),
        ("St. Mary's  gym\n", "box", "St Mary's gym"),
        ("…", "box", "…"),
        ("..", "box", "OpenLifter"),
    ],
)
def test_an_appliance_is_called_what_was_set_or_after_its_computer(name: str | None, hostname: str, label: str) -> None:
    assert make_label(name, hostname) == label


@given(st.text(max_size=200), st.integers(1, 99))
def test_a_label_fits_whatever_is_wished(name: str, number: int) -> None:
    label = names.label_of(names.instance_name(make_label(name, "box"), number))
    assert 0 < len(label.encode()) <= 63
    assert "." not in label
    assert label.isprintable()


def test_a_txt_record_says_what_an_appliance_said() -> None:
    assert to_txt(SAID) == {
        "id": "80a75d2f05c0d3f2",
        "run": "11aa22bb",
        "proto": "1",
        "version": "0.1.0",
        "path": "/ws",
        "openlifter": "/openlifter/",
        "tls": "0",
        "meets": "123456789,987654321",
    }
    assert from_txt(written(SAID)) == SAID


def test_of_many_meets_the_first_are_named_and_none_is_cut_in_two() -> None:
    many = tuple(str(100_000_000 + number) for number in range(60))
    said = from_txt(written(Announcement(claimant=SAID.claimant, version="1", proto=1, meets=many)))
    assert said is not None
    assert 20 < len(said.meets) < 60
    assert said.meets == many[: len(said.meets)]
    assert all(len(key) + 1 + len(value or b"") <= 255 for key, value in written(SAID).items())


@pytest.mark.parametrize(
    "strange",
    [
        {b"id": b""},
        {b"id": b"<script>"},
        {b"run": None},
        {b"proto": b"one"},
        {b"proto": b"99999"},
        {b"version": b"1 \x1b[31m"},
        {b"path": b"//evil.example/ws"},
        {b"path": b"ws"},
        {b"openlifter": b"/\x00"},
    ],
)
def test_what_no_appliance_of_ours_says_is_no_appliance(strange: dict[bytes, bytes | None]) -> None:
    assert from_txt({**written(SAID), **strange}) is None


@given(st.dictionaries(st.binary(max_size=20), st.none() | st.binary(max_size=60)))
def test_no_txt_record_breaks_the_reader(properties: dict[bytes, bytes | None]) -> None:
    assert from_txt(properties) is None
    from_txt({**written(SAID), **properties})


def test_later_versions_may_say_more_and_what_is_no_meet_id_is_left_out() -> None:
    assert from_txt({**written(SAID), b"colour": b"red", b"meets": b"123456789,x,987654321,"}) == SAID


@given(st.lists(st.builds(Claimant, st.sampled_from("ab"), st.sampled_from("12345")), min_size=2, unique=True))
def test_of_all_who_claim_a_name_exactly_one_keeps_it(claimants: list[Claimant]) -> None:
    keepers = [own for own in claimants if keeps(own, [each for each in claimants if each != own])]
    assert keepers == [min(claimants)]


def test_a_name_that_a_stranger_has_is_his() -> None:
    assert not keeps(SAID.claimant, [])


def test_the_addresses_of_a_neighbour_stand_in_a_url() -> None:
    addresses = ("10.0.0.5", "fd00::5", "fe80::5")
    neighbour = Neighbour(name="Club box", host="openlifter.local", port=80, addresses=addresses, announcement=SAID)
    assert neighbour.reachable == ["10.0.0.5:80", "[fd00::5]:80"]
