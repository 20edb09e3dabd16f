"""What was worked out for a lifter, kept for as long as the lifter stays the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from msgspec import Struct

from appliance.powerlifting.model import Entry
from appliance.powerlifting.words import Event

T = TypeVar("T")

Numbers = dict[tuple[Event, bool], float]
"""By event, and whether projected."""


class Known(Struct, eq=False):
    """What is known of a lifter. Totals (kg) and points are asked for most, so they have places of their own."""

    entry: Entry | None
    totals: Numbers = {}
    points: Numbers = {}
    answers: dict[Hashable, Any] = {}


class Memo:
    """Remembers answers by lifter. A lifter as it was, or would be, has the same id and is not mistaken for it."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def keep(self, entry: Entry) -> None:
        """From now on this is the lifter with its id."""
        self._known[entry.id] = Known(entry)

    def drop(self, entry: Entry) -> None:
        """The lifter is gone."""
        self._known.pop(entry.id, None)

    def of(self, entry: Entry) -> Known:
        """What is known of a lifter, to be added to; nothing of one that is not kept."""
        known = self._known.get(entry.id)
        return known if known is not None and known.entry is entry else Known(None)

    def ask(self, entry: Entry, question: Hashable, answer: Callable[[], T]) -> T:
        """The answer to a question about a lifter; each question has always answers of the same type."""
        answers = self.of(entry).answers
        if question not in answers:
            answers[question] = answer()
        return cast(T, answers[question])
