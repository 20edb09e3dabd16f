"""Rankings that are kept up to date: only the categories that a lifter leaves, joins or is in are ranked again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from appliance.powerlifting.model import Entry

Category = TypeVar("Category", bound=Hashable)
Ranking = TypeVar("Ranking")


class Standings(Generic[Category, Ranking]):
    """One kind of ranking of a whole meet.

    Args:
        categories_of: where a lifter is ranked.
        rank: ranks the lifters of a category, who come in the order of their ids.
        order: sorts the categories.
        entries: all lifters.
        mend: gives a ranking in which one lifter has changed, come or gone; without it all of them are ranked again.
    """

    def __init__(
        self,
        categories_of: Callable[[Entry], Iterable[Category]],
        rank: Callable[[Category, Sequence[Entry]], Ranking],
        order: Callable[[Category], Any],
        entries: Iterable[Entry],
        mend: Callable[[Ranking, Entry | None, Entry | None], Ranking] | None = None,
    ) -> None:
        self._categories_of = categories_of
        self._rank = rank
        self._order = order
        self._mend = mend
        self._members: dict[Category, dict[int, Entry]] = {}
        self._rankings: dict[Category, Ranking] = {}
        # All rankings as they are sorted, where each is, and which of them are others now.
        self._all: list[Ranking] | None = None
        self._places: dict[Category, int] = {}
        self._stale: set[Category] = set()
        for entry in entries:
            self._join(entry)

    def replace(self, before: Entry | None, after: Entry | None) -> set[Category]:
        """A lifter has changed, come or gone; returns the categories whose rankings are others now."""
        left = self._leave(before) if before is not None else set[Category]()
        joined = self._join(after) if after is not None else set[Category]()
        touched = left | joined
        for category in touched:
            known = self._rankings.pop(category, None)
            if known is not None and self._mend is not None and category in self._members:
                self._rankings[category] = self._mend(
                    known, before if category in left else None, after if category in joined else None
                )
        self._stale |= touched
        return touched

    def categories(self, entry: Entry) -> list[Category]:
        """The categories that a lifter is in, as they are sorted."""
        return sorted(set(self._categories_of(entry)), key=self._order)

    def members(self, category: Category) -> list[Entry]:
        """The lifters of a category in the order of their ids."""
        return list(self._members.get(category, {}).values())

    def ranking(self, category: Category) -> Ranking:
        """One category, ranked."""
        known = self._rankings.get(category)
        if known is None:
            known = self._rankings[category] = self._rank(category, self.members(category))
        return known

    def all(self) -> list[Ranking]:
        """All categories that somebody is in, as they are sorted."""
        if self._all is None:
            in_order = sorted(self._members, key=self._order)
            self._all = [self.ranking(category) for category in in_order]
            self._places = {category: place for place, category in enumerate(in_order)}
        else:
            for category in self._stale:
                self._all[self._places[category]] = self.ranking(category)
        self._stale.clear()
        return self._all

    def _join(self, entry: Entry) -> set[Category]:
        joined = set(self._categories_of(entry))
        for category in self._categories_of(entry):
            members = self._members.get(category)
            if members is None:
                members = self._members[category] = {}
                self._all = None
            last = next(reversed(members), -1)
            members[entry.id] = entry
            if last > entry.id:
                self._members[category] = dict(sorted(members.items()))
        return joined

    def _leave(self, entry: Entry) -> set[Category]:
        left = set(self._categories_of(entry))
        for category in left:
            members = self._members[category]
            del members[entry.id]
            if not members:
                del self._members[category]
                self._all = None
        return left
