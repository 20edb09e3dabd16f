"""What waits to be sent on one socket: bounded, in order, with only the newest of what supersedes itself.

Frames that carry the log may never be dropped, so when too many bytes wait the outbox says that it overflowed and the
socket is closed: its client reconnects and pulls. Heartbeats and presence supersede their older selves. The answer to
a pull can be larger than the bound, so it is taken frame by frame, while it is being sent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

# What a 50 update/s meet sends in some minutes; a phone that sleeps for longer is better off with a pull.
OUTBOX_BYTES = 2 * 1024 * 1024


class Newest(StrEnum):
    """Kinds of frames of which only the newest matters."""

    HEARTBEAT = "heartbeat"
    PRESENCE = "presence"
    BOARD = "board"
    PUBLICATION = "publication"


class _Waiting(Struct):
    frame: bytes | None


class Outbox:
    """The frames for one socket, first in, first out."""

    def __init__(self, max_bytes: int = OUTBOX_BYTES) -> None:
        self._waiting: deque[_Waiting | Iterator[bytes]] = deque()
        self._newest: dict[Newest, _Waiting] = {}
        self._max_bytes = max_bytes
        self.waiting_bytes = 0
        self.overflowed = False

    def put(self, frame: bytes) -> None:
        """Add a frame that must arrive. Past the bound nothing more is kept and ``overflowed`` is set."""
        self._append(_Waiting(frame), len(frame))

    def put_newest(self, kind: Newest, frame: bytes) -> None:
        """Add a frame in place of an older one of its kind that is still waiting; it goes to the end of the queue."""
        older = self._newest.get(kind)
        if older is not None and older.frame is not None:
            self.waiting_bytes -= len(older.frame)
            older.frame = None
        waiting = self._newest[kind] = _Waiting(frame)
        self._append(waiting, len(frame))

    def put_stream(self, frames: Iterator[bytes]) -> None:
        """Add frames that are made only when it is their turn; they do not count towards the bound."""
        if not self.overflowed:
            self._waiting.append(frames)

    def take(self) -> bytes | None:
        """The next frame to send, None if nothing waits."""
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, _Waiting):
                self._waiting.popleft()
                if first.frame is not None:
                    frame, first.frame = first.frame, None
                    self.waiting_bytes -= len(frame)
                    return frame
            else:
                frame_of_stream = next(first, None)
                if frame_of_stream is not None:
                    return frame_of_stream
                self._waiting.popleft()
        return None

    def _append(self, waiting: _Waiting, size: int) -> None:
        if self.overflowed:
            return
        if self.waiting_bytes + size > self._max_bytes:
            self.overflowed = True
            self._waiting.clear()
            self.waiting_bytes = 0
            return
        self._waiting.append(waiting)
        self.waiting_bytes += size
