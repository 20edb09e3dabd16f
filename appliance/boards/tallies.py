"""All rankings of a meet, kept up to date, and where a lifter stands in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from appliance.boards.lifters import weight_of
from appliance.boards.memo import Memo
from appliance.boards.model import Standing, Weight
from appliance.boards.standings import Standings
from appliance.powerlifting.ages import age_at_meet
from appliance.powerlifting.best_lifters import is_junior, is_master
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.placing import (
    GUEST,
    Category,
    PointsCategory,
    PointsRanking,
    Ranking,
    Total,
    TotalKey,
    categories_of,
    category_order,
    points_categories_of,
    points_category_order,
    points_ranking,
    points_ranking_with,
    position_if,
    ranking,
    total_keys,
)
from appliance.powerlifting.points import age_adjusted, points
from appliance.powerlifting.totals import event_total, projected_event_total, projected_total, total
from appliance.powerlifting.units import display_points
from appliance.powerlifting.words import AgeCoefficients, Event, Formula

ByTotal = Standings[Category, Ranking]
ByPoints = Standings[PointsCategory, PointsRanking]

_Ranked = tuple[Ranking, dict[int, int], list[TotalKey]]
"""A ranking with the positions of its lifters by id, and what it is sorted by."""


class Tallies:
    """The rankings of a meet.

    Attributes:
        memo: what is known of each lifter.
        final: by what has been lifted.
        projected: with the openers that are yet to come.
        by_points: the best lifters, projected.
        best, juniors, masters: the best lifters by what has been lifted; the latter two by age-adjusted points, and
            empty where the meet has no table of ages.
    """

    def __init__(self, meet: Meet, entries: Iterable[Entry]) -> None:
        self._meet = meet
        self.memo = Memo()
        everybody = list(entries)
        for entry in everybody:
            self.memo.keep(entry)
        self.final = self._by_total(everybody, self._final_total)
        self.projected = self._by_total(everybody, self._projected_total)
        self.by_points = self._by_points(everybody, lambda entry, event: self.points(entry, event, projected=True))
        self.best = self._by_points(everybody, lambda entry, event: self.points(entry, event, projected=False))
        self._aged = meet.age_coefficients is not AgeCoefficients.NONE
        of_age = everybody if self._aged else []
        self.juniors = self._by_points([each for each in of_age if is_junior(each, meet)], self._adjusted)
        self.masters = self._by_points([each for each in of_age if is_master(each, meet)], self._adjusted)
        self._known: dict[tuple[bool, Category], _Ranked] = {}

    def replace(self, before: Entry | None, after: Entry | None) -> set[Category]:
        """A lifter has changed, come or gone; returns the categories in which places may be others now."""
        if after is not None:
            self.memo.keep(after)
        elif before is not None:
            self.memo.drop(before)
        touched = self.final.replace(before, after) | self.projected.replace(before, after)
        self.by_points.replace(before, after)
        self.best.replace(before, after)
        if self._aged:
            self.juniors.replace(*(self._if(is_junior, entry) for entry in (before, after)))
            self.masters.replace(*(self._if(is_master, entry) for entry in (before, after)))
        return touched

    # ------------------------------------------------------------ one lifter

    def total_kg(self, entry: Entry, event: Event, *, projected: bool) -> float:
        """The total of an event, in kg."""
        totals = self.memo.of(entry).totals
        place = (event, projected)
        kg = totals.get(place)
        if kg is None:
            of_event = projected_event_total if projected else event_total
            kg = totals[place] = of_event(entry, event, self._meet)
        return kg

    def points(self, entry: Entry, event: Event, *, projected: bool) -> float:
        """The points for that total, by the meet's formula."""
        known = self.memo.of(entry).points
        place = (event, projected)
        scored = known.get(place)
        if scored is None:
            scored = known[place] = self._points(entry, event, self.total_kg(entry, event, projected=projected))
        return scored

    def _points(self, entry: Entry, event: Event, kg: float) -> float:
        formula, sex, bodyweight_kg = self._meet.formula, entry.sex, entry.bodyweight_kg
        return points(formula, sex, entry.equipment, event, bodyweight_kg, kg, in_kg=self._meet.in_kg)

    def first_category(self, entry: Entry) -> Category | None:
        """The one whose place OpenLifter's lifting page shows: the first with the lifter's first division."""
        first = entry.divisions[0] if entry.divisions else ""
        return self.memo.ask(
            entry,
            "first category",
            lambda: next((each for each in self.final.categories(entry) if each.division == first), None),
        )

    def standing(self, entry: Entry, *, projected: bool, instead: Entry | None = None) -> Standing:
        """Where a lifter stands, as the lifting page shows it.

        Args:
            entry: the lifter.
            projected: with the openers that are yet to come.
            instead: the same lifter as it was, or would be.
        """
        lifter = instead or entry
        weight, text = self.memo.ask(lifter, ("scored", projected), lambda: self._scored(lifter, projected=projected))
        return Standing(weight, text, self._place(entry, lifter, projected=projected))

    def _scored(self, lifter: Entry, *, projected: bool) -> tuple[Weight | None, str]:
        kg = (projected_total if projected else total)(lifter, self._meet)
        text = ""
        if self._meet.formula is not Formula.TOTAL and lifter.events:
            # OpenLifter's lifting page: the points of the first event's formula, for the total over all three lifts.
            scored = self._points(lifter, lifter.events[0], kg)
            text = display_points(scored) if scored else ""
        return weight_of(kg), text

    def _place(self, entry: Entry, lifter: Entry, *, projected: bool) -> str:
        category = self.first_category(entry)
        if category is None or self.memo.ask(lifter, "total", lambda: total(lifter, self._meet)) == 0:
            return ""
        if lifter.guest:
            return GUEST
        ranked, positions, keys = self._ranked(category, projected=projected)
        if lifter is entry:
            return str(positions[entry.id])
        return str(position_if(ranked, keys, lifter, self.total_kg(lifter, category.event, projected=projected)))

    def _ranked(self, category: Category, *, projected: bool) -> _Ranked:
        ranked = (self.projected if projected else self.final).ranking(category)
        known = self._known.get((projected, category))
        if known is None or known[0] is not ranked:
            positions = {placed.entry.id: place for place, placed in enumerate(ranked.placed, 1)}
            known = self._known[projected, category] = (ranked, positions, total_keys(ranked))
        return known

    # ------------------------------------------------------------ rankings

    def _final_total(self, entry: Entry, event: Event, _: Meet) -> float:
        return self.total_kg(entry, event, projected=False)

    def _projected_total(self, entry: Entry, event: Event, _: Meet) -> float:
        return self.total_kg(entry, event, projected=True)

    def _adjusted(self, entry: Entry, event: Event) -> float:
        age = age_at_meet(entry.age, entry.birth_date, self._meet.date, entry.day)
        return age_adjusted(self.points(entry, event, projected=False), self._meet.age_coefficients, age)

    def _if(self, belongs: Callable[[Entry, Meet], bool], entry: Entry | None) -> Entry | None:
        return entry if entry is not None and belongs(entry, self._meet) else None

    def _by_total(self, entries: Sequence[Entry], of_event: Total) -> ByTotal:
        meet = self._meet
        return Standings(
            lambda entry: categories_of(entry, meet),
            lambda category, members: ranking(category, members, meet, of_event),
            category_order,
            entries,
        )

    def _by_points(self, entries: Sequence[Entry], of_entry: Callable[[Entry, Event], float]) -> ByPoints:
        meet = self._meet
        return Standings(
            lambda entry: points_categories_of(entry, meet),
            lambda category, members: points_ranking(category, members, of_entry),
            points_category_order,
            entries,
            lambda ranked, before, after: points_ranking_with(ranked, before, after, of_entry),
        )
