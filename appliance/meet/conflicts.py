"""Who prevails when two places change the same thing without knowing of each other: PROTOCOL.md section 5.

Pure judgement over what stands; applying it is the log's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from appliance.meet.records import Accepted
from appliance.protocol.codec import same_value


class Overrules(Struct, frozen=True):
    """The new update outranks everything it conflicts with; ``newest`` is the latest of those."""

    newest: Accepted


class Stands(Struct, frozen=True):
    """What is there outranks the new update: ``standing`` is the newest that does so.

    ``earliest`` is the lowest number in conflict: what the sender has to be told again from there on.
    """

    standing: Accepted
    earliest: int


def judge(
    value: bytes,
    after: int,
    client_id: str,
    priority: int,
    overlapping: Iterable[Accepted],
    priorities: Mapping[str, int],
) -> Overrules | Stands | None:
    """Decide about an update to ``value``, made when ``after`` was the newest number its client knew.

    Conflicting are standing updates of other clients that it did not know and that say something else. It prevails
    only over locations of lower priority; at equal priority the first come stands.

    Args:
        overlapping: the standing updates whose keys overlap the update's.
        priorities: the priority of each location by name.

    Returns:
        None if nothing conflicts.
    """
    conflicting = [
        update
        for update in overlapping
        if update.server_seq > after and update.client_id != client_id and not same_value(update.value, value)
    ]
    if not conflicting:
        return None
    outranking = [update for update in conflicting if priorities[update.location_name] >= priority]
    if not outranking:
        return Overrules(max(conflicting, key=_number))
    return Stands(max(outranking, key=_number), min(conflicting, key=_number).server_seq)


def _number(update: Accepted) -> int:
    return update.server_seq
