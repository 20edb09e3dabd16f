"""Rankings as boards show them."""

from __future__ import annotations

from appliance.boards.lifters import class_of, weight_of
from appliance.boards.model import CategoryRanking, Ranked
from appliance.boards.tallies import Tallies
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.placing import (
    DISQUALIFIED,
    GUEST,
    NO_SHOW,
    PointsRanking,
    Ranking,
    counted_equipment,
)
from appliance.powerlifting.totals import best5
from appliance.powerlifting.units import display_points
from appliance.powerlifting.words import Equipment, Event, Formula

LEADERS = 5
"""So many of each category are its leaders."""

NOT_PLACED = (NO_SHOW, DISQUALIFIED)


class Drawing:
    """Draws rankings of one meet."""

    def __init__(self, meet: Meet, tallies: Tallies) -> None:
        self._meet = meet
        self._tallies = tallies

    def results(self, ranking: Ranking) -> CategoryRanking:
        """A category with all who have a place or are guests, as on OpenLifter's results page."""
        event = ranking.category.event
        ranked = tuple(
            self._row(placed.place, placed.entry, event, projected=False)
            for placed in ranking.placed
            if placed.place not in NOT_PLACED
        )
        return self._category(ranking, ranked)

    def leaders(self, ranking: Ranking) -> CategoryRanking:
        """The first of a category by projected totals: who has not lifted yet counts too, who has no total does not."""
        event = ranking.category.event
        ranked = tuple(
            self._row(GUEST if placed.entry.guest else str(place), placed.entry, event, projected=True)
            for place, placed in enumerate(ranking.placed[:LEADERS], start=1)
            if placed.total_kg
        )
        return self._category(ranking, ranked)

    def leaders_by_points(self, ranking: PointsRanking) -> CategoryRanking:
        """The first by projected points."""
        return self._points(ranking, projected=True, most=LEADERS)

    def results_by_points(self, ranking: PointsRanking) -> CategoryRanking:
        """All who have points for what they have lifted."""
        return self._points(ranking, projected=False, most=None)

    def _points(self, ranking: PointsRanking, *, projected: bool, most: int | None) -> CategoryRanking:
        category = ranking.category
        ranked = tuple(
            self._row(GUEST if entry.guest else str(place), entry, category.event, projected=projected, scored=scored)
            for place, (entry, scored) in enumerate(ranking.ranked[:most], start=1)
            if self._tallies.total_kg(entry, category.event, projected=projected)
        )
        return CategoryRanking(category.sex, category.event, self._equipment(category.equipment), "", None, ranked)

    def _category(self, ranking: Ranking, ranked: tuple[Ranked, ...]) -> CategoryRanking:
        category = ranking.category
        return CategoryRanking(
            category.sex,
            category.event,
            self._equipment(category.equipment),
            category.division,
            class_of(category.weight_class),
            ranked,
        )

    def _equipment(self, counted: Equipment) -> tuple[Equipment, ...]:
        """The kinds that the meet counts as this one."""
        return tuple(each for each in Equipment if counted_equipment(each, self._meet) is counted)

    def _row(self, place: str, entry: Entry, event: Event, *, projected: bool, scored: float | None = None) -> Ranked:
        """A lifter with a place; ``scored`` are the points if they are others than those of the total."""
        question = ("row", place, event, projected, scored)
        return self._tallies.memo.ask(
            entry, question, lambda: self._new_row(place, entry, event, scored, projected=projected)
        )

    def _new_row(self, place: str, entry: Entry, event: Event, scored: float | None, *, projected: bool) -> Ranked:
        points = self._tallies.points(entry, event, projected=projected) if scored is None else scored
        return Ranked(
            place,
            entry.id,
            entry.name,
            entry.team,
            entry.country,
            weight_of(entry.bodyweight_kg),
            tuple(weight_of(best5(entry.attempts(lift))) for lift in event.lifts),
            weight_of(self._tallies.total_kg(entry, event, projected=projected)),
            display_points(points) if points and self._meet.formula is not Formula.TOTAL else "",
        )
