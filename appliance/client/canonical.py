"""The canonical log as a client holds it: what stands, up to which number, and in which epoch. Pure.

`State` takes updates in any order; what order is needed for is to know that nothing is missing. Outside a pull
numbers come without gaps, so `applied` follows them; during a pull it waits for the end of the answer, whose digest
proves that it is complete.
"""

from __future__ import annotations

from collections.abc import Iterable

from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.lineage import shared, up_to
from appliance.protocol.messages import EpochBegun
from appliance.protocol.words import MAX_INTEGER


class CanonicalLog:
    """The log of one meet at one client.

    Attributes:
        state: what stands, for reading only; during a pull from 0 what stood before it.
        applied: everything up to this server number is in the state.
        epoch: the lineage that the numbers belong to, None before the first contact.
        pulling: whether an answer to a pull is awaited.
        lineage: the meet's epochs, oldest first, as far as the server told them.
        answered: up to which local number each client was seen answered.
    """

    def __init__(self, epoch: str | None = None) -> None:
        self.state = State()
        self.applied = 0
        self.epoch = epoch
        self.pulling = False
        self.lineage: tuple[EpochBegun, ...] = ()
        self.answered: dict[str, int] = {}
        self._anew: State | None = None
        self._pulled_epoch = epoch

    @property
    def anew(self) -> bool:
        """Whether the pull fills a new state, which replaces the old one when it is complete."""
        return self._anew is not None

    @property
    def gap(self) -> bool:
        """Whether something is missing below what has been seen, and nobody has asked for it yet."""
        return not self.pulling and self.state.last_server_seq > self.applied

    def is_foreign(self, epoch: str | None) -> bool:
        """Whether a message is of another epoch than what is here, or is awaited."""
        expected = self._pulled_epoch if self.pulling else self.epoch
        return epoch is not None and expected is not None and epoch != expected

    def pull(self, anew_in: str | None = None) -> int:
        """Begin a pull, into a new state of the epoch ``anew_in`` if that is given; returns the number to ask from."""
        self.pulling = True
        self._pulled_epoch = anew_in or self.epoch
        self._anew = State() if anew_in is not None else None
        return 0 if self.anew else self.applied

    def answered_in(self, epoch: str) -> None:
        """The answer to the pull is of another epoch, so it begins at 0."""
        self._pulled_epoch = epoch
        self._anew = State()

    def interrupt(self) -> None:
        """The answer will not come: the connection is gone."""
        self.pulling = False
        self._anew = None

    def take(self, update: Accepted, path: keys.Path, *, mine: bool = False) -> bool:
        """Let an update stand; False if nothing changes by it now.

        ``mine``: it was pending here until now, so it has to show at once, even beside a state that is about to go.
        """
        if update.local_seq > self.answered.get(update.client_id, 0):
            self.answered[update.client_id] = update.local_seq
        if self._anew is not None:
            self._anew.apply(update, path)
            if not mine or self._pulled_epoch != self.epoch:
                return False
        changed = self.state.apply(update, path) is not None
        if not self.pulling and update.server_seq == self.applied + 1:
            self.applied = update.server_seq
        return changed

    def pulled_digest(self) -> str:
        """The digest of what the pull has filled."""
        return (self.state if self._anew is None else self._anew).digest

    def complete(self, epoch: str, server_seq: int, lineage: Iterable[EpochBegun] = ()) -> int:
        """The answer to the pull is complete, and its digest is right.

        Returns:
            Up to which number what had been applied before means the same now; where the server tells no lineage,
            all that it has is taken to.
        """
        theirs = tuple(lineage)
        ours = self.lineage or up_to(theirs, self.epoch or "") or ()
        # How far we had come ourselves does not matter: what was made knew no more than that.
        unchanged = shared(theirs, server_seq, ours, MAX_INTEGER) if theirs else server_seq
        self.lineage = theirs
        if self._anew is not None:
            self.state = self._anew
        self.applied = server_seq
        self.epoch = epoch
        self.interrupt()
        return unchanged
