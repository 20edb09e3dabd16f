"""A bundle is whole, sealed, and brings back what was put in."""

from __future__ import annotations

import secrets

import pytest
from msgspec import structs

from appliance.access.bundles import KEY_BYTES, Bundle, BundledLocation, as_text, from_text, seal, unseal
from appliance.access.passwords import PasswordHash

KEY = b"k" * KEY_BYTES
BUNDLE = Bundle(
    meet_id="123456789",
    name="Żywiec Open",
    created_by="Platform 1",
    locations=(BundledLocation("Platform 1", 3), BundledLocation("Desk", -1)),
    password=PasswordHash(2**15, 8, 3, b"s" * 16, b"d" * 32),
)


def test_what_is_sealed_comes_back_under_its_key_only() -> None:
    text = seal(BUNDLE, KEY)
    assert text.isascii()
    assert unseal(text, KEY) == BUNDLE
    assert unseal(text, secrets.token_bytes(KEY_BYTES)) is None


def test_a_broken_seal_is_seen_wherever_it_is_broken() -> None:
    text = seal(BUNDLE, KEY)
    for place in range(0, len(text), 7):
        other = "A" if text[place] != "A" else "B"
        assert unseal(text[:place] + other + text[place + 1 :], KEY) is None


@pytest.mark.parametrize("text", ["", ".", "olr1..", "é", "x" * 100_000, "olr1.!!!!.AAAA"])
def test_any_text_is_read_without_harm(text: str) -> None:
    assert unseal(text, KEY) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"meet_id": "12"},
        {"meet_id": "123456789x"},
        {"locations": ()},
        {"locations": (BundledLocation("Platform 1", 1), BundledLocation("Platform 1", 2))},
        {"locations": (BundledLocation("Desk", 1),)},
    ],
)
def test_whoever_has_a_key_can_seal_anything_but_not_bring_in_nonsense(wrong: dict[str, object]) -> None:
    text = seal(structs.replace(BUNDLE), KEY)
    assert unseal(text, KEY) is not None
    try:
        nonsense = seal(structs.replace(BUNDLE, **wrong), KEY)
    except ValueError:
        return
    assert unseal(nonsense, KEY) is None


def test_bytes_as_text() -> None:
    assert from_text(as_text(KEY)) == KEY
    assert from_text("A") is None
