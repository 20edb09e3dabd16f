"""A meet as its clients keep it for a blank appliance, and back: PROTOCOL.md section 7."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from appliance.access.bundles import KEY_BYTES, Bundle, BundledLocation, as_text, from_text, seal, unseal
from appliance.access.passwords import PasswordHash
from appliance.meet.records import Location, Meet

BROKEN = "the recovery bundle is not whole, or its seal is not of this key"
HELD = "this appliance has the meet: join it with its password"
CONTESTED = "this appliance has taken the meet back from somebody with another key: the operator has to decide"

# Enough to see who it is; somebody who goes on and on fills no memory.
MAX_CONTESTED = 100


class Contested(Struct, frozen=True):
    """Somebody wanted to bring back a meet that was brought back under another key before: one of them is wrong.

    A warning for the operator: only people can tell which of the two is the meet.
    """

    meet_id: str
    location_name: str
    client_id: str
    address: str

    def __str__(self) -> str:
        return f"meet {self.meet_id}, held at {self.location_name} ({self.address})"


def bundle_of(meet: Meet) -> tuple[str, str]:
    """The bundle that brings the meet back, and the key that seals it, as texts for its clients."""
    bundle = Bundle(
        meet_id=meet.meet_id,
        name=meet.name,
        created_by=meet.created_by,
        locations=tuple(BundledLocation(location.name, location.priority) for location in meet.locations),
        password=msgspec.json.decode(meet.password_hash, type=PasswordHash),
    )
    return seal(bundle, meet.recovery_key), as_text(meet.recovery_key)


def meet_of(bundle_text: str, key_text: str) -> Meet | None:
    """The meet of a bundle, None if it is not one that was sealed with this key."""
    key = key_of(key_text)
    bundle = unseal(bundle_text, key) if key is not None else None
    if key is None or bundle is None:
        return None
    return Meet(
        meet_id=bundle.meet_id,
        name=bundle.name,
        password_hash=msgspec.json.encode(bundle.password),
        recovery_key=key,
        created_by=bundle.created_by,
        locations=tuple(Location(location.name, location.priority) for location in bundle.locations),
        from_bundle=True,
    )


def key_of(text: str) -> bytes | None:
    """A recovery key, None for what is none."""
    key = from_text(text)
    return key if key is not None and len(key) == KEY_BYTES else None
