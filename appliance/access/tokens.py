"""Session tokens: signed text that says which client acts at which location of which meet."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from appliance.access.roles import Role

PREFIX = "ol1"
"""Begins every token: kind and version. Signed too: a token of one version never passes as another."""

MAX_TOKEN_LENGTH = 1024
"""Characters. The longest client id and location name of the protocol, in four-byte characters, fit."""

MIN_KEY_BYTES = 32


class Claims(msgspec.Struct, frozen=True, array_like=True):
    """What a token says. `issued_s` is in service seconds (see `appliance.access.sessions`)."""

    session_id: str
    meet_id: str
    client_id: str
    location_name: str
    role: Role
    issued_s: int


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Claims)


class TokenSigner:
    """Signs claims and reads them back, with HMAC-SHA256 under the appliance's signing key.

    A token that reads well was made with this key; whether its session is still live is for `Sessions` to
    say.

    Args:
        key: at least 32 secret bytes.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"a signing key has at least {MIN_KEY_BYTES} bytes, not {len(key)}")
        self._key = key

    def sign(self, claims: Claims) -> str:
        """The token for these claims: `ol1.<claims>.<signature>`, all in URL-safe characters.

        Raises:
            ValueError: the claims are too long to be read back.
        """
        signed = f"{PREFIX}.{_to_text(_encoder.encode(claims))}"
        token = f"{signed}.{self._signature(signed)}"
        if len(token) > MAX_TOKEN_LENGTH:
            raise ValueError(f"a token has at most {MAX_TOKEN_LENGTH} characters, not {len(token)}")
        return token

    def read(self, token: str) -> Claims | None:
        """The claims of a token that this key signed; None for any other text. Never raises."""
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            return None
        signed, _, signature = token.rpartition(".")
        # The signature is compared as text: decoding it first would let several spellings of it pass.
        if not hmac.compare_digest(signature, self._signature(signed)):
            return None
        prefix, _, body = signed.partition(".")
        if prefix != PREFIX:
            return None
        try:
            return _decoder.decode(_from_text(body))
        except (msgspec.DecodeError, ValueError):
            # Signed with our key, but by a release whose claims had another shape.
            return None

    def _signature(self, signed: str) -> str:
        return _to_text(hmac.digest(self._key, signed.encode("ascii"), "sha256"))


def new_session_id() -> str:
    """A fresh, unguessable session id: 22 URL-safe characters, 128 bits."""
    return secrets.token_urlsafe(16)


def _to_text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _from_text(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
