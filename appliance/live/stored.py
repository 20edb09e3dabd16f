"""From what is on disk to what runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from appliance.meet.log import MeetLog
from appliance.meet.records import Epoch, Meet
from appliance.protocol.lineage import Lineage
from appliance.protocol.messages import EpochBegun
from appliance.storage.loading import StoredMeet


def priorities_of(meet: Meet) -> dict[str, int]:
    """The priority of each location by name."""
    return {location.name: location.priority for location in meet.locations}


def log_of(stored: StoredMeet) -> MeetLog:
    """The engine of a meet as it is on disk.

    Raises:
        UnreadableLog: it is no log of ours.
    """
    return MeetLog(priorities_of(stored.meet), stored.updates, stored.rejected, stored.answered)


def lineage_of(epochs: Iterable[Epoch]) -> tuple[EpochBegun, ...]:
    """A meet's epochs as clients are told of them."""
    return tuple(EpochBegun(epoch=each.epoch, after_server_seq=each.after_seq) for each in epochs)


def epochs_of(lineage: Lineage) -> tuple[Epoch, ...]:
    """A meet's epochs as they are stored: each is the child of the one before."""
    parents: Sequence[str | None] = [None, *(each.epoch for each in lineage)]
    return tuple(
        Epoch(each.epoch, parent, each.after_server_seq) for each, parent in zip(lineage, parents, strict=False)
    )
