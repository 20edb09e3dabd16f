"""What everybody is told after a burst is on disk: acks to the senders, one relay to all the others.

Pure: runs of decisions in, frames out. On each socket acks and relays arrive in number order together. Each update is
encoded once, each frame put together once for all who get the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import Raw, Struct

from appliance.meet.log import Decision, Gap, Refused, Repeat
from appliance.meet.records import Accepted, Rejected
from appliance.protocol.codec import encode, encode_relayed, relay_frames
from appliance.protocol.messages import Ack, Overruled, Rejection, Relayed, UpdateAck, UpdateRejected

# Large enough to make framing cheap, small enough that a phone can show progress and a stream interleaves.
FRAME_BYTES = 128 * 1024

# Keys and names of so many items are some 100 KB at most, most often 15.
PART_ITEMS = 250


class Run(Struct):
    """The decisions about one client's updates in a burst; those accepted have successive numbers."""

    client_id: str
    decisions: list[Decision]

    def accepted(self) -> list[Accepted]:
        """The updates that got a number."""
        return [decision for decision in self.decisions if isinstance(decision, Accepted)]

    def rejected(self) -> list[Rejected]:
        """The updates that were refused for good."""
        return [decision.rejected for decision in self.decisions if isinstance(decision, Refused)]

    def relay_from(self) -> int:
        """The number from which on the sender is to be told again what stands, 0 for nothing.

        A rejection that is repeated is explained again, too.
        """
        numbers = [_relay_from(decision) for decision in self.decisions]
        return min((number for number in numbers if number), default=0)


def _relay_from(decision: Decision) -> int:
    match decision:
        case Refused(relay_from=number):
            return number
        case Repeat(answer=Rejected(conflict=True, server_seq=number)):
            return number
    return 0


def _relayed(update: Accepted) -> Relayed:
    overrules = None
    if update.overrules:
        overrules = Overruled(server_seq_num=update.overrules, location_name=update.overruled_location)
    return Relayed(
        update.key,
        Raw(update.value),
        update.server_seq,
        update.location_name,
        overrules,
        update.client_id or None,
        update.local_seq or None,
    )


def _parts(updates: Iterable[Accepted]) -> Iterator[bytes]:
    """Updates encoded some at a time, which costs a third of one at a time, but never more than fit into a frame."""
    items: list[Relayed] = []
    value_bytes = 0
    for update in updates:
        items.append(_relayed(update))
        value_bytes += len(update.value)
        if len(items) == PART_ITEMS or value_bytes >= FRAME_BYTES:
            yield encode_relayed(items)
            items = []
            value_bytes = 0
    if items:
        yield encode_relayed(items)


def standing_frames(epoch: str, standing: Sequence[Accepted]) -> Iterator[bytes]:
    """The relay frames of what stands, made as they are asked for."""
    return relay_frames(epoch, _parts(standing), FRAME_BYTES)


class Release:
    """The frames of one burst."""

    def __init__(self, epoch: str, runs: Sequence[Run]) -> None:
        self._epoch = epoch
        self._runs = runs
        self._parts = [list(_parts(run.accepted())) for run in runs]
        self._senders = {run.client_id for run in runs}
        self._for_readers = self._relay(0, len(runs))

    def frames_for(self, client_id: str) -> list[bytes]:
        """What this client is sent, in order: with its own updates acknowledged, those of others relayed."""
        if client_id not in self._senders:
            return self._for_readers
        frames: list[bytes] = []
        told = 0
        for place, run in enumerate(self._runs):
            if run.client_id == client_id:
                frames += [*self._relay(told, place), *_answers(run.decisions)]
                told = place + 1
        return [*frames, *self._relay(told, len(self._runs))]

    def _relay(self, first: int, end: int) -> list[bytes]:
        return list(relay_frames(self._epoch, chain.from_iterable(self._parts[first:end]), FRAME_BYTES))


def _answers(decisions: Iterable[Decision]) -> Iterator[bytes]:
    acks: list[Ack] = []
    rejections: list[Rejection] = []
    nothing = True
    for decision in decisions:
        nothing = False
        match decision:
            case Accepted(server_seq=number, local_seq=local_seq):
                acks.append(Ack(local_seq_num=local_seq, server_seq_num=number))
            case Repeat(local_seq=local_seq, answer=int(number)):
                acks.append(Ack(local_seq_num=local_seq, server_seq_num=number))
            case Repeat(answer=Rejected() as rejected) | Refused(rejected=rejected):
                rejections.append(_rejection(rejected))
            case Gap(local_seq=local_seq, expected=expected):
                rejections.append(
                    Rejection(local_seq_num=local_seq, conflict=False, reason=f"gap: expected {expected}")
                )
    if acks or nothing:
        yield encode(UpdateAck(update_acks=acks))
    if rejections:
        yield encode(UpdateRejected(updates_rejected=rejections))


def _rejection(rejected: Rejected) -> Rejection:
    return Rejection(
        local_seq_num=rejected.local_seq,
        conflict=rejected.conflict,
        reason=rejected.reason,
        server_seq_num=rejected.server_seq or None,
        location_name=rejected.location_name or None,
    )
