"""Whom the server asked for what they hold, and what they answered. Pure: times are monotonic seconds.

After a loss everybody is asked, and the answers are merged together: the meet is *recovering*. Somebody who comes
later with more than was recovered is asked alone. Nobody who is asked gets its pull answered before its answer is in,
since that answer to the pull is what makes a client let go of what it held.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from appliance.meet.recovery import Answer, taken
from appliance.protocol.messages import EpochBegun, Held, StateRecovery

# Section 7: so long after the first answer, or after the first question as long as nobody answers.
WINDOW_S = 10.0

# Whoever was thrown out by the loss of the same server comes back within about so long: before that, "all who are
# connected" would often mean the first one who happened to be.
GRACE_S = 1.0

# What one client may hold here while it answers.
MAX_ANSWER_BYTES = 64 * 1024 * 1024


class Place(Struct, frozen=True):
    """Where a client that is asked works."""

    client_id: str
    location_name: str
    priority: int


class _Asked(Struct):
    place: Place
    at: float
    held: list[Held] = []
    size: int = 0
    newest: StateRecovery | None = None
    done: bool = False
    claims: list[tuple[str | None, int]] = []


class Inquiry:
    """The questions of one meet.

    Args:
        locations: the names of the meet's locations.

    Attributes:
        recovering: everybody is asked, and nothing else is decided meanwhile.
        refused: what clients said that cannot be, in words; emptied by whoever logs it.
    """

    def __init__(self, locations: Collection[str]) -> None:
        self._locations = locations
        self._asked: dict[str, _Asked] = {}
        self._heard: list[Answer] = []
        self._begun_at = 0.0
        self._deadline: float | None = None
        self._looked_into: set[tuple[str, str | None, int]] = set()
        self._mute: set[str] = set()
        self.recovering = False
        self.refused: list[str] = []

    # ------------------------------------------------------------ asking

    def begin(self, now: float) -> None:
        """The meet lost state: everybody is to be asked."""
        self.recovering = True
        self._begun_at = now
        self._deadline = None

    def ask(self, place: Place, now: float) -> bool:
        """A client is asked; False if it was before and its answer is awaited."""
        if place.client_id in self._asked:
            return False
        self._asked[place.client_id] = _Asked(place, now)
        if self._deadline is None:
            self._deadline = now + WINDOW_S
        return True

    def is_asked(self, client_id: str) -> bool:
        """Whether an answer of this client is awaited."""
        asked = self._asked.get(client_id)
        return asked is not None and not asked.done

    def is_news(self, client_id: str, epoch: str | None, last: int) -> bool:
        """Whether a claim to know more is a reason to ask: once, and not of a client that has not answered before."""
        return client_id not in self._mute and (client_id, epoch, last) not in self._looked_into

    def note_claim(self, client_id: str, epoch: str | None, last: int) -> None:
        """Why a client is asked. When it has answered, this is a reason to ask no more."""
        self._asked[client_id].claims.append((epoch, last))

    # ------------------------------------------------------------ hearing

    def hear(self, client_id: str, message: StateRecovery, size: int, now: float) -> bool:
        """A part of an answer, of so many bytes; False if nobody asked for it. A part that is too much is left out."""
        asked = self._asked.get(client_id)
        if asked is None or asked.done:
            return False
        asked.size += size
        if asked.size <= MAX_ANSWER_BYTES:
            asked.held += message.updates
        else:
            self.refused.append(f"{client_id} holds more than {MAX_ANSWER_BYTES} bytes")
        asked.newest = message
        asked.done = message.done
        if message.done and not any(each.done for each in self._asked.values() if each is not asked):
            self._deadline = now + WINDOW_S
        return True

    def left(self, client_id: str) -> None:
        """A client is gone; what it has said so far still counts where everybody is asked."""
        asked = self._asked.pop(client_id, None)
        if asked is not None and self.recovering and (answer := self._answer(asked)) is not None:
            self._heard.append(answer)

    def answer_of(self, client_id: str) -> Answer | None:
        """What a client that was asked alone has said, taken out; None if it has said nothing."""
        asked = self._asked.pop(client_id)
        self._close(asked)
        return self._answer(asked)

    def answers(self) -> list[Answer]:
        """What everybody has said so far."""
        return [*self._heard, *filter(None, map(self._answer, self._asked.values()))]

    def end(self) -> None:
        """The meet is recovering no more."""
        for asked in self._asked.values():
            self._close(asked)
        self._heard.clear()
        self._asked.clear()
        self.recovering = False

    def _close(self, asked: _Asked) -> None:
        self._looked_into.update((asked.place.client_id, epoch, last) for epoch, last in asked.claims)
        if asked.newest is None:
            self._mute.add(asked.place.client_id)

    def _answer(self, asked: _Asked) -> Answer | None:
        said, place = asked.newest, asked.place
        if said is None:
            return None
        updates, refused = taken(asked.held, said.last_server_seq, self._locations, place.location_name)
        self.refused += refused
        # Who has not said all may still have more of others than it has said.
        answered = {each.client_id: each.last_local_seq_num for each in said.answered} if asked.done else {}
        if said.last_local_seq_num:
            answered[place.client_id] = max(said.last_local_seq_num, answered.get(place.client_id, 0))
        lineage = tuple(said.lineage) or (EpochBegun(epoch=said.epoch, after_server_seq=0),)
        last = said.last_server_seq
        if not asked.done:
            last = max((update.server_seq for update in updates), default=0)
        return Answer(place.client_id, place.location_name, place.priority, lineage, last, tuple(updates), answered)

    # ------------------------------------------------------------ time

    def over(self, now: float) -> bool:
        """Whether the meet need not wait for further answers."""
        if not self.recovering or now < self._begun_at + GRACE_S or not (self._asked or self._heard):
            return False
        return all(asked.done for asked in self._asked.values()) or (self._deadline or now) <= now

    def overdue(self, now: float) -> list[str]:
        """Clients, asked alone, that have taken too long."""
        if self.recovering:
            return []
        return [client_id for client_id, asked in self._asked.items() if asked.at + WINDOW_S <= now]

    def due_at(self) -> float | None:
        """When to look again, if nothing happens before."""
        if not self.recovering:
            return min((asked.at + WINDOW_S for asked in self._asked.values()), default=None)
        if not (self._asked or self._heard):
            return None
        grace = self._begun_at + GRACE_S
        if all(asked.done for asked in self._asked.values()):
            return grace
        return max(grace, self._deadline or grace)
