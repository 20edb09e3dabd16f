"""Which of a client's own updates were accepted, and which of those were overruled: it tells its user. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.client.events import Overruled
from appliance.meet.records import Accepted
from appliance.protocol.codec import same_value


class OwnUpdates:
    """A client's accepted updates, by server number."""

    def __init__(self) -> None:
        self._accepted: dict[int, Accepted] = {}
        self._told: set[tuple[int, int]] = set()

    def forget(self, above: int) -> None:
        """The numbers above this one begin anew."""
        self._accepted = {number: mine for number, mine in self._accepted.items() if number <= above}
        self._told = {(mine, by) for mine, by in self._told if max(mine, by) <= above}

    def accepted(self, mine: Accepted, overlapping: Iterable[Accepted]) -> list[Overruled]:
        """One more; what overlaps it may have overruled it before we even knew that it had been accepted."""
        self._accepted[mine.server_seq] = mine
        return [self._told_once(mine, by) for by in overlapping if self._is_news(mine, by)]

    def overruled_by(self, update: Accepted, overlapping: Iterable[Accepted]) -> list[Overruled]:
        """Those of what overlaps an update that it overrules."""
        ours = [self._accepted[each.server_seq] for each in overlapping if each.server_seq in self._accepted]
        return [self._told_once(mine, update) for mine in ours if self._is_news(mine, update)]

    def _is_news(self, mine: Accepted, by: Accepted) -> bool:
        # ``overrules`` names the newest update that the sender did not know; what came before that it may have known.
        # To tell a user once too often does no harm.
        return (
            by.overrules >= mine.server_seq
            and (mine.server_seq, by.server_seq) not in self._told
            and not same_value(mine.value, by.value)
        )

    def _told_once(self, mine: Accepted, by: Accepted) -> Overruled:
        self._told.add((mine.server_seq, by.server_seq))
        return Overruled(mine, by)
