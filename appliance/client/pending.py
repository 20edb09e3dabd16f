"""The pending log: changes made here that the server has not answered yet, and when to send them. Pure.

An update is numbered when it is made, may be sent when it is on disk here, and stays until it is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from appliance.protocol import keys

# A frame carries so much at most, and so many updates may be on their way: less than what a server reads ahead (500).
FRAME_UPDATES = 100
FRAME_BYTES = 512 * 1024
WINDOW_UPDATES = 400

# An answer that takes longer than this was lost.
ANSWER_S = 10.0

# When one frame is lost, all that were sent after it report the gap. They are old news for this long.
GAP_S = 1.0

# What the field names and numbers of an update take in a frame, generously.
_ENVELOPE_BYTES = 128


class Pending(Struct, frozen=True):
    """A change with its local number. ``value`` is compact JSON, ``after`` the newest server number then known."""

    local_seq: int
    key: str
    path: keys.Path
    value: bytes
    after: int


class PendingLog:
    """The unanswered updates of one client, in the order of their local numbers.

    Args:
        next_local_seq: the number of the next update to be made.
        updates: what is pending already; on disk, but not sent on this connection.
    """

    def __init__(self, next_local_seq: int = 1, updates: Iterable[Pending] = ()) -> None:
        self._updates = {update.local_seq: update for update in updates}
        self.next_local_seq = max(next_local_seq, max(self._updates, default=0) + 1)
        self._kept = self.next_local_seq - 1
        self._next_to_send = 1
        self._in_flight = 0
        self._progress = 0.0
        self._gap = (0, 0.0)

    def __len__(self) -> int:
        return len(self._updates)

    @property
    def answered_up_to(self) -> int:
        """Every update up to this local number was answered."""
        return self._first() - 1

    def __iter__(self) -> Iterator[Pending]:
        return iter(self._updates.values())

    # ------------------------------------------------------------ making

    def make(self, key: str, path: keys.Path, value: bytes, after: int) -> Pending:
        """Number a change. It is not sent before it is `kept`."""
        update = Pending(self.next_local_seq, key, path, value, after)
        self._updates[update.local_seq] = update
        self.next_local_seq += 1
        return update

    def kept(self, local_seq: int) -> None:
        """All updates up to this number are on disk here."""
        self._kept = max(self._kept, local_seq)

    def number_after(self, local_seq: int) -> None:
        """The server knows this number of ours: ours go on after it."""
        if local_seq >= self.next_local_seq:
            self.next_local_seq = local_seq + 1
            self._kept = local_seq

    def rebase(self, server_seq: int) -> None:
        """No update was made after more than ``server_seq`` of the numbers that count now."""
        for local_seq, update in self._updates.items():
            if update.after > server_seq:
                self._updates[local_seq] = structs.replace(update, after=server_seq)

    # ------------------------------------------------------------ sending

    def take_to_send(self, now: float) -> Iterator[list[Pending]]:
        """The updates that may be sent now, frame by frame; each counts as sent when it is taken."""
        while frame := self._next_frame():
            self._in_flight += len(frame)
            self._next_to_send = frame[-1].local_seq + 1
            self._progress = now
            yield frame

    def _next_frame(self) -> list[Pending]:
        frame: list[Pending] = []
        size = 0
        room = min(FRAME_UPDATES, WINDOW_UPDATES - self._in_flight)
        for local_seq in range(max(self._next_to_send, self._first()), self._kept + 1):
            update = self._updates.get(local_seq)
            if update is None:
                continue
            size += len(update.key) + len(update.value) + _ENVELOPE_BYTES
            if len(frame) >= room or (frame and size > FRAME_BYTES):
                break
            frame.append(update)
        return frame

    def send_again(self) -> None:
        """Send all again, from the first. The server answers those that it knows with its first answer."""
        self._gap = (0, 0.0)
        self._rewind(self._first())

    def gap(self, expected: int, now: float) -> bool:
        """The server misses the number ``expected``: send again from there. False if it is held here no more."""
        if expected < self._first():
            return False
        number, since = self._gap
        if number != expected or now - since >= GAP_S:
            self._gap = (expected, now)
            self._rewind(expected)
        return True

    def _rewind(self, local_seq: int) -> None:
        self._next_to_send = local_seq
        self._in_flight = sum(number < local_seq for number in self._updates)

    @property
    def overdue_at(self) -> float | None:
        """When what is on its way counts as lost, None if nothing is."""
        return self._progress + ANSWER_S if self._in_flight else None

    # ------------------------------------------------------------ answers

    def answered(self, local_seq: int, now: float) -> Pending | None:
        """Take an update out of the log, because it was answered for good; None if it was answered before."""
        update = self._updates.pop(local_seq, None)
        if update is not None and local_seq < self._next_to_send:
            self._in_flight -= 1
            self._progress = now
        return update

    def _first(self) -> int:
        return next(iter(self._updates), self.next_local_seq)
