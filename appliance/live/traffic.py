"""What has gone through a meet since it was taken up, counted."""

from __future__ import annotations

from msgspec import Struct, field

from appliance.service.metrics import Durations


class Traffic(Struct):
    """Counted when it is on disk.

    ``relayed`` counts an update once for each client that it was sent on to; ``answers`` are the times from a message
    with updates to its answer.
    """

    accepted: int = 0
    rejected: int = 0
    relayed: int = 0
    answers: Durations = field(default_factory=Durations)
