"""Which numbers of two servers, or of a server and a client, mean the same: PROTOCOL.md section 7.

A lineage is a meet's epochs, oldest first. Each begins after a number of the one before it, so an epoch holds the
numbers above its own beginning, up to the beginning of the next. Numbers never go back along a lineage.
"""

from __future__ import annotations

from collections.abc import Sequence

from appliance.protocol.messages import EpochBegun

Lineage = Sequence[EpochBegun]


def end_of(lineage: Lineage, last: int, epoch: str | None) -> int:
    """The newest number of an epoch that belongs to a lineage which stands at ``last``.

    A client that names no epoch (None) speaks of the newest one. Of an epoch that is not there nothing is known: 0.
    """
    if epoch is None:
        return last
    for place, begun in enumerate(lineage):
        if begun.epoch == epoch:
            return lineage[place + 1].after_server_seq if place + 1 < len(lineage) else last
    return 0


def shared(ours: Lineage, our_last: int, theirs: Lineage, their_last: int) -> int:
    """Up to which number two lineages, one standing at ``our_last`` and the other at ``their_last``, are one."""
    common = 0
    for place, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        if our.epoch != their.epoch:
            break
        our_end = ours[place + 1].after_server_seq if place + 1 < len(ours) else our_last
        their_end = theirs[place + 1].after_server_seq if place + 1 < len(theirs) else their_last
        common = min(our_end, their_end)
        if our_end != their_end:
            break
    return common


def up_to(lineage: Lineage, epoch: str) -> Lineage | None:
    """The part of a lineage that ends with this epoch, None if it is not of it."""
    for place, begun in enumerate(lineage):
        if begun.epoch == epoch:
            return lineage[: place + 1]
    return None
