"""The clients of a meet and the entry ids that belong to each."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.meet.records import Client, EntryIds
from appliance.protocol.words import ENTRY_IDS_PER_CLIENT

# OpenLifter counts from 5000 by itself. Blocks begin so far apart that each can grow in place.
_FIRST_BLOCK = 105_000
_SPACING = 100_000


class Roster:
    """Who takes part, ever: a client keeps its block of entry ids for good.

    Blocks never overlap, so tables that register lifters while apart never give two lifters one id. A client is in
    the roster once it is kept, that is, on disk.
    """

    def __init__(self, clients: Iterable[Client] = (), *, first_block: int = 0) -> None:
        """`first_block`: how many blocks are left out, because clients may hold them of whom nobody here knows."""
        self._kept = {client.client_id: client for client in clients}
        self._allotted = dict(self._kept)
        self._given = {client.entry_ids.first for client in self._kept.values()}
        self._next = first_block

    def find(self, client_id: str) -> Client | None:
        """The client of this id, if it ever took part."""
        return self._kept.get(client_id)

    def allot(self, client_id: str) -> Client:
        """A client with a block of its own, always the same one; it becomes part of the roster with `keep`."""
        client = self._allotted.get(client_id)
        if client is None:
            while (first := _FIRST_BLOCK + self._next * _SPACING) in self._given:
                self._next += 1
            self._given.add(first)
            client = self._allotted[client_id] = Client(client_id, EntryIds(first, first + ENTRY_IDS_PER_CLIENT - 1))
        return client

    def enlarged(self, client_id: str) -> Client:
        """A kept client with room for as many ids again; unchanged if there is no room. It takes effect with `keep`.

        Raises:
            KeyError: there is no such client.
        """
        client = self._kept[client_id]
        block = client.entry_ids
        last = min(block.last + ENTRY_IDS_PER_CLIENT, block.first + _SPACING - 1)
        return Client(client_id, EntryIds(block.first, last))

    def keep(self, client: Client) -> None:
        """A new or changed client is on disk."""
        self._kept[client.client_id] = client
        self._allotted[client.client_id] = client
