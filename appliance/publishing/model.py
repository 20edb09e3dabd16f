"""What a publication is, and how its submission moves on. The shapes on disk are in `meet.records`.

Everything here takes publications and returns changed ones; who stores and sends them is `outbox`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from appliance.meet.records import Publication, Results

ToldState = Literal["queued", "sending", "sent", "failed"]


class State(StrEnum):
    """Where a publication stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


WAITING = (State.QUEUED, State.FAILED)
"""Those in which nothing is on its way, and something still could be."""


class Copy(StrEnum):
    """Where the copy for the return address stands."""

    NONE = "none"
    DUE = "due"
    SENT = "sent"
    GIVEN_UP = "given up"


class Outcome(StrEnum):
    """What came of one submission."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"
    UNCERTAIN = "uncertain"


class MeetSnapshot(Struct, frozen=True):
    """A meet as it is published: ``state`` is OpenLifter's whole state as JSON, up to number ``last_server_seq``."""

    meet_id: str
    meet_name: str
    epoch: str
    last_server_seq: int
    state: bytes


class Outgoing(Struct, frozen=True):
    """A publication on its way: its content, and whether other results of its meet were, or may have been, sent."""

    publication: Publication
    results: Results
    correction: bool

    @property
    def key(self) -> str:
        """What tells this submission from all others, however often it is tried: it is in each message."""
        return key_of(self.publication)


# ------------------------------------------------------------ names


def publication_id(meet_id: str, csv: bytes) -> str:
    """The same results of the same meet always have the same id."""
    return hashlib.sha256(meet_id.encode() + b"\0" + csv).hexdigest()[:24]


def key_of(publication: Publication) -> str:
    """The idempotency key."""
    return f"{publication.publication_id}-{publication.edition}"


def told_state(publication: Publication) -> ToldState:
    """The state in the words of PROTOCOL.md, section 9, which has none for what was cancelled."""
    match State(publication.state):
        case State.QUEUED:
            return "queued"
        case State.SENDING:
            return "sending"
        case State.SENT:
            return "sent"
        case State.FAILED | State.CANCELLED:
            return "failed"


# One that can be written to, in the form that people have; RFC 5321 knows more.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS = 254


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address that this appliance can write to."""
    return len(text) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(text) is not None


# ------------------------------------------------------------ several publications of one meet


def may_have_left(publication: Publication) -> bool:
    """Whether somebody has it, or may have it."""
    return publication.state in (State.SENDING, State.SENT) or publication.doubtful


def is_correction(publication: Publication, known: Iterable[Publication]) -> bool:
    """Whether other results of the meet were, or may have been, sent."""
    return any(may_have_left(other) for other in _others(publication, known))


def is_superseded(publication: Publication, known: Iterable[Publication]) -> bool:
    """Whether a later edition of the meet is on its way or there."""
    return any(
        other.edition > publication.edition and other.state != State.CANCELLED for other in _others(publication, known)
    )


def newest(known: Iterable[Publication], meet_id: str) -> Publication | None:
    """The publication that counts for a meet: the latest edition that was not cancelled, else the latest."""
    of_meet = [each for each in known if each.meet_id == meet_id]
    return max(of_meet, key=lambda each: (each.state != State.CANCELLED, each.edition), default=None)


def publish(
    known: Sequence[Publication], snapshot: MeetSnapshot, return_email: str, csv: bytes, wall_ms: int
) -> tuple[Publication, tuple[Publication, ...]]:
    """Queue results, or find that these very results are queued or sent already.

    What waits of the meet's other results is cancelled: only the latest are worth sending. Results that were sent
    before others are sent again, as a new edition.

    Returns:
        The publication as it stands now, and those that it takes the place of.
    """
    this = publication_id(snapshot.meet_id, csv)
    of_meet = [each for each in known if each.meet_id == snapshot.meet_id]
    old = next((each for each in of_meet if each.publication_id == this), None)
    next_edition = 1 + max((each.edition for each in of_meet), default=0)
    if old is None:
        new = Publication(
            this,
            snapshot.meet_id,
            snapshot.meet_name,
            snapshot.epoch,
            snapshot.last_server_seq,
            return_email,
            wall_ms,
            next_edition,
        )
    else:
        new = _again(old, of_meet, next_edition, return_email)
    others = (each for each in of_meet if each.publication_id != this)
    return new, tuple(superseded(each) for each in others if each.state in WAITING)


def _again(old: Publication, of_meet: Sequence[Publication], next_edition: int, return_email: str) -> Publication:
    if return_email != old.return_email:
        old = with_copy(replace(old, return_email=return_email))
    if old.state == State.SENDING:
        return old
    if any(each.edition > old.edition and may_have_left(each) for each in of_meet):
        return replace(queued(old), edition=next_edition, doubtful=False, receipt="", remarks="", copy=Copy.NONE)
    return queued(old) if old.state in (State.FAILED, State.CANCELLED) else old


def _others(publication: Publication, known: Iterable[Publication]) -> Iterable[Publication]:
    return (
        each
        for each in known
        if each.meet_id == publication.meet_id and each.publication_id != publication.publication_id
    )


# ------------------------------------------------------------ how a submission moves on


def queued(publication: Publication) -> Publication:
    """To be sent at once, as if nobody had tried yet; what was doubtful remains so."""
    again = replace(publication, state=State.QUEUED, attempts=0, due_s=0, held_until_s=0, last_error="")
    return replace(again, last_error=_doubt(again)) if again.doubtful else again


def sending(publication: Publication) -> Publication:
    """From here on it may have arrived, until something else is known."""
    return replace(publication, state=State.SENDING, attempts=publication.attempts + 1)


def sent(publication: Publication, receipt: str, *, found: bool = False) -> Publication:
    """It is there. ``found``: it was seen there, so an earlier try has arrived, and this one was none."""
    doubtful = publication.doubtful and not found
    if doubtful:
        receipt += f" (an earlier try may have arrived too; both have the key {key_of(publication)})"
    done = replace(publication, state=State.SENT, receipt=receipt, last_error="", doubtful=doubtful)
    return with_copy(done)


def with_copy(publication: Publication) -> Publication:
    """A copy for the return address is due, if it is sent and has one."""
    due = publication.state == State.SENT and publication.return_email
    return replace(publication, copy=Copy.DUE if due else Copy.NONE, copy_attempts=0, copy_due_s=0)


def refused(publication: Publication, what: str) -> Publication:
    """It did not arrive, and will not before somebody changes something."""
    return replace(publication, state=State.FAILED, last_error=_told(publication, what))


def unavailable(publication: Publication, what: str, due_s: int, held_until_s: int) -> Publication:
    """This try did not arrive; the next is due at ``due_s``, and never before ``held_until_s``."""
    return replace(
        publication,
        state=State.QUEUED,
        last_error=_told(publication, what),
        due_s=max(due_s, held_until_s),
        held_until_s=held_until_s,
    )


def uncertain(publication: Publication, what: str, due_s: int) -> Publication:
    """This try may have arrived. The next one, under the same key, is due at ``due_s``."""
    doubtful = replace(publication, state=State.QUEUED, due_s=due_s, doubtful=True)
    return replace(doubtful, last_error=_told(doubtful, what))


def cancelled(publication: Publication, why: str) -> Publication:
    """It will not be sent."""
    return replace(publication, state=State.CANCELLED, last_error=_told(publication, why))


def superseded(publication: Publication) -> Publication:
    """Later results of its meet take its place."""
    return cancelled(publication, "later results of the meet took its place before it was sent")


def giving_way(publication: Publication, known: Iterable[Publication]) -> Publication:
    """It, or, where it waits although a later edition of the meet is on its way or there, what becomes of it."""
    waits = publication.state in WAITING
    return superseded(publication) if waits and is_superseded(publication, known) else publication


def _told(publication: Publication, what: str) -> str:
    return f"{what}; {_doubt(publication)}" if publication.doubtful else what


def _doubt(publication: Publication) -> str:
    return f"an earlier try may have arrived, under the key {key_of(publication)}"
