"""What one socket is, at any moment: nobody yet, or a member of a meet. Pure."""

from __future__ import annotations

from appliance.protocol.messages import FromServer, MalformedMessage, RateLimited, UnknownMessageType
from appliance.protocol.words import CloseCode

# Bad input is answered, always; but a program that sends nothing else is told to go, before it fills a night's log.
MAX_NONSENSE = 10_000
MAX_HURRY = 20


class Conduct:
    """How a socket has behaved: counts what it was refused, and says when it is enough."""

    def __init__(self) -> None:
        self._nonsense = 0
        self._hurry = 0

    def told(self, answer: FromServer | None) -> CloseCode | None:
        """Note the answer to a message, None for one that was simply taken; returns why to close, if it is enough."""
        match answer:
            case MalformedMessage() | UnknownMessageType():
                self._nonsense += 1
            case RateLimited():
                self._hurry += 1
            case _:
                self._nonsense = 0
                self._hurry = 0
        if self._nonsense >= MAX_NONSENSE:
            return CloseCode.PROTOCOL_ABUSE
        if self._hurry >= MAX_HURRY:
            return CloseCode.RATE_LIMITED
        return None


class Window:
    """How many bytes a socket may have posted that are not dealt with yet: past it the socket is not read.

    This is the back-pressure that slows a flood down on its own socket. A message is never split, so a whole one may
    come on top of the bound.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._streams = 0

    @property
    def open(self) -> bool:
        """Whether the next message may be read."""
        return self._bytes < self._max_bytes and self._streams == 0

    def posted(self, size: int) -> None:
        """A message of so many bytes went to the hub."""
        self._bytes += size

    def answered(self, size: int) -> None:
        """The hub dealt with messages of so many bytes."""
        self._bytes -= size

    def stream_begins(self) -> None:
        """Something long is queued for the socket; until it is sent the socket may ask for nothing more."""
        self._streams += 1

    def stream_ends(self) -> None:
        """It is sent."""
        self._streams -= 1
