"""How a client is let into a meet, and what it keeps of an earlier life. Pure."""

from __future__ import annotations

from msgspec import Struct

from appliance.client.pending import Pending
from appliance.protocol.messages import Endpoint, EntryIdBlock


class Create(Struct, frozen=True):
    """Make a meet and take part in it."""

    location_name: str
    password: str
    endpoints: tuple[Endpoint, ...]
    meet_name: str | None = None
    client_id: str = ""

    @property
    def read_only(self) -> bool:
        """Whoever makes a meet may change it."""
        return False


class Join(Struct, frozen=True):
    """Take part in a meet. Without a password only a saved session lets in."""

    meet_id: str
    location_name: str
    password: str | None = None
    client_id: str = ""
    read_only: bool = False


class SavedSession(Struct, frozen=True):
    """A session that may still be good, as it was got in one meet at one location."""

    meet_id: str
    location_name: str
    read_only: bool
    session_token: str
    epoch: str
    priority: int = 0
    entry_ids: EntryIdBlock | None = None
    recovery_bundle: str | None = None
    recovery_key: str | None = None


class Saved(Struct, frozen=True):
    """What a client kept of its earlier life."""

    session: SavedSession | None = None
    next_local_seq: int = 1
    pending: tuple[Pending, ...] = ()
