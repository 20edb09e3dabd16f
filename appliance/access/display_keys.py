"""Read-only keys: signed text that lets a display see the boards of one meet, and nothing else.

A key is signed with a key derived from the meet's recovery key, which the tables hold too: so a blank appliance that
takes the place of a broken one knows the keys of its predecessor as soon as a table has brought the meet back, and no
display has to be set up again. Nothing has to be stored of a key but that it was taken back.
"""

from __future__ import annotations

import hmac
import re
import secrets

from appliance.access.bundles import as_text

PREFIX = "old1"
"""Begins every key: kind and version. Signed too."""

_PURPOSE = b"openlifter appliance: keys of displays"
_KEY = re.compile(rf"{PREFIX}\.([A-Za-z0-9_-]{{11}})\.([A-Za-z0-9_-]{{22}})\Z")
_SIGNATURE_BYTES = 16


def new_key_id() -> str:
    """A fresh key id: 11 URL-safe characters."""
    return secrets.token_urlsafe(8)


def display_key(key_id: str, meet_id: str, recovery_key: bytes) -> str:
    """The key with this id for a meet: ``old1.<id>.<signature>``, all in URL-safe characters."""
    return f"{PREFIX}.{key_id}.{_signature(key_id, meet_id, recovery_key)}"


def key_id_of(key: str, meet_id: str, recovery_key: bytes) -> str | None:
    """The id of a key that was made for this meet; None for any other text. Never raises.

    Whether the key was taken back is for whoever keeps that.
    """
    found = _KEY.match(key)
    if found is None:
        return None
    key_id, signature = found.groups()
    return key_id if hmac.compare_digest(signature, _signature(key_id, meet_id, recovery_key)) else None


def _signature(key_id: str, meet_id: str, recovery_key: bytes) -> str:
    signing_key = hmac.digest(recovery_key, _PURPOSE, "sha256")
    signed = f"{PREFIX}.{meet_id}.{key_id}".encode("ascii")
    return as_text(hmac.digest(signing_key, signed, "sha256")[:_SIGNATURE_BYTES])
