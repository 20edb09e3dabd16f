"""Recovery bundles: what a client keeps so that a blank server can bring a meet back under its id and password."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec
from msgspec import Meta

from appliance.access.passwords import PasswordHash
from appliance.protocol.messages import LocationName, Priority
from appliance.protocol.words import MAX_LOCATIONS, MEET_ID_DIGITS

PREFIX = "olr1"
"""Begins every bundle: kind and version. Sealed too."""

KEY_BYTES = 32

MAX_BUNDLE_LENGTH = 64 * 1024
"""Characters: a hundred locations with the longest names take less than half of it."""


class BundledLocation(msgspec.Struct, frozen=True, array_like=True):
    """A location of the meet and its priority."""

    name: LocationName
    priority: Priority


class Bundle(msgspec.Struct, frozen=True, array_like=True):
    """A meet without its log."""

    meet_id: Annotated[str, Meta(pattern=rf"^[1-9][0-9]{{{MEET_ID_DIGITS - 1}}}\Z")]
    name: Annotated[str, Meta(max_length=200)]
    created_by: LocationName
    locations: Annotated[tuple[BundledLocation, ...], Meta(min_length=1, max_length=MAX_LOCATIONS)]
    password: PasswordHash

    def __post_init__(self) -> None:
        names = [location.name for location in self.locations]
        if len(set(names)) < len(names) or self.created_by not in names:
            raise ValueError("the locations contradict each other")


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Bundle)


def seal(bundle: Bundle, key: bytes) -> str:
    """The bundle as text, ``olr1.<bundle>.<seal>``, sealed with HMAC-SHA256 under the meet's recovery key."""
    sealed = f"{PREFIX}.{as_text(_encoder.encode(bundle))}"
    return f"{sealed}.{_seal(sealed, key)}"


def unseal(text: str, key: bytes) -> Bundle | None:
    """The bundle that was sealed with this key, None for any other text. Never raises."""
    if len(text) > MAX_BUNDLE_LENGTH or not text.isascii():
        return None
    sealed, _, seal_text = text.rpartition(".")
    if not hmac.compare_digest(seal_text, _seal(sealed, key)):
        return None
    prefix, _, body = sealed.partition(".")
    raw = from_text(body)
    if prefix != PREFIX or raw is None:
        return None
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, ValueError):
        # Whoever has the key can seal anything.
        return None


def as_text(raw: bytes) -> str:
    """Bytes in URL-safe characters."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes | None:
    """The bytes again, None for what is no such text."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None


def _seal(sealed: str, key: bytes) -> str:
    return as_text(hmac.digest(key, sealed.encode("ascii"), "sha256"))
