"""What a client does for a server that lost its state: PROTOCOL.md section 7. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from appliance.client.canonical import CanonicalLog
from appliance.meet.records import Accepted
from appliance.protocol.messages import Answered, Held, RecoverMeet, ServerPull, StateRecovery

# Frames of an answer: half of what a frame may have, and an update may take a quarter.
FRAME_BYTES = 512 * 1024

# What the field names and numbers of an update take in a frame, generously.
_ENVELOPE_BYTES = 512

# The server collects answers for ten seconds after the first one: be patient for a little longer than that.
PATIENCE_S = 15.0

# Of a client that knows no epoch, to a server that tells none.
NO_EPOCH = "0" * 16

# A meet that is not there, and was: so long until the next look whether somebody brought it back.
AWAY_S = 5.0


class Keepsake(Struct, frozen=True):
    """What a client that may write keeps of a meet, so that a blank server can bring it back."""

    bundle: str
    key: str


def recover_meet(keepsake: Keepsake, meet_id: str, location_name: str, client_id: str) -> RecoverMeet:
    """The message that brings the meet back, or joins it where somebody was faster."""
    return RecoverMeet(
        meet_id=meet_id,
        location_name=location_name,
        client_id=client_id,
        recovery_bundle=keepsake.bundle,
        recovery_key=keepsake.key,
    )


def answer(log: CanonicalLog, token: str, last_local_seq: int, pull: ServerPull) -> list[StateRecovery]:
    """The answer to a ``SERVER_PULL``: what stands here above its number, in number order, frame by frame.

    One that has never heard of any epoch answers in the server's that it has nothing.

    Args:
        last_local_seq: up to this number of our own we were answered.
    """
    frames = list(_frames(log.state.since(pull.last_server_seq)))
    others = [
        Answered(client_id=client_id, last_local_seq_num=local_seq) for client_id, local_seq in log.answered.items()
    ]
    return [
        StateRecovery(
            session_token=token,
            epoch=log.epoch or pull.epoch or NO_EPOCH,
            last_server_seq=max(log.applied, log.state.last_server_seq),
            last_local_seq_num=last_local_seq,
            updates=held,
            done=number == len(frames),
            lineage=list(log.lineage),
            answered=others,
        )
        for number, held in enumerate(frames, start=1)
    ]


def _frames(standing: Iterable[Accepted]) -> Iterator[list[Held]]:
    """At least one frame: nothing is an answer, too."""
    frame: list[Held] = []
    size = 0
    for update in standing:
        size += len(update.value) + 2 * len(update.key) + _ENVELOPE_BYTES
        if frame and size > FRAME_BYTES:
            yield frame
            frame = []
            size = len(update.value) + 2 * len(update.key) + _ENVELOPE_BYTES
        frame.append(_held(update))
    yield frame


def _held(update: Accepted) -> Held:
    return Held(
        update_key=update.key,
        update_value=msgspec.Raw(update.value),
        server_seq_num=update.server_seq,
        location_name=update.location_name,
        client_id=update.client_id or None,
        local_seq_num=update.local_seq or None,
    )
