"""Rankings that are kept up to date. That they equal those made anew is `test_boards`' property."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from appliance.boards.standings import Standings
from appliance.powerlifting.model import Entry

Ranked = tuple[str, tuple[int, ...]]


class Ranker:
    """Ranks by bodyweight in each division, and counts how often."""

    def __init__(self, *entries: Entry) -> None:
        self.ranked: list[str] = []
        self.standings: Standings[str, Ranked] = Standings(lambda entry: entry.divisions, self.rank, str, entries)

    def rank(self, division: str, entries: Sequence[Entry]) -> Ranked:
        self.ranked.append(division)
        return division, tuple(entry.id for entry in sorted(entries, key=lambda entry: entry.bodyweight_kg))


def lifter(number: int, kg: float, *divisions: str) -> Entry:
    return Entry(id=number, bodyweight_kg=kg, divisions=divisions)


def test_all_categories_stand_in_their_order() -> None:
    ranker = Ranker(lifter(1, 90, "Open"), lifter(2, 80, "Open", "Juniors"))
    assert ranker.standings.all() == [("Juniors", (2,)), ("Open", (2, 1))]


def test_only_what_a_lifter_is_in_is_ranked_again() -> None:
    ann = lifter(1, 90, "Open")
    ranker = Ranker(ann, lifter(2, 80, "Juniors"))
    ranker.standings.all()
    ranker.ranked.clear()
    light = structs.replace(ann, bodyweight_kg=70)
    assert ranker.standings.replace(ann, light) == {"Open"}
    ranker.standings.all()
    assert ranker.ranked == ["Open"]


def test_who_moves_leaves_one_category_and_joins_another() -> None:
    ann = lifter(2, 90, "Open")
    ranker = Ranker(lifter(1, 80, "Open"), ann, lifter(3, 80, "Juniors"))
    ranker.standings.all()
    moved = structs.replace(ann, divisions=("Juniors", "Masters"))
    assert ranker.standings.replace(ann, moved) == {"Open", "Juniors", "Masters"}
    assert ranker.standings.all() == [("Juniors", (3, 2)), ("Masters", (2,)), ("Open", (1,))]
    assert ranker.standings.members("Juniors")[0] is moved, "in the order of ids"
    assert ranker.standings.categories(moved) == ["Juniors", "Masters"]


def test_a_category_that_everybody_has_left_is_none() -> None:
    ann = lifter(1, 90, "Open", "Open")
    ranker = Ranker(ann)
    ranker.standings.all()
    ranker.standings.replace(ann, None)
    assert ranker.standings.all() == []
    ranker.standings.replace(None, ann)
    assert ranker.standings.all() == [("Open", (1,))]


def test_a_ranking_can_be_mended_in_place_of_being_made_again() -> None:
    mended: list[tuple[Entry | None, Entry | None]] = []

    def mend(ranked: Ranked, before: Entry | None, after: Entry | None) -> Ranked:
        mended.append((before, after))
        return ranked[0], (*ranked[1], 99)

    ann, moved = lifter(1, 90, "Open", "Masters"), lifter(1, 90, "Open", "Juniors")
    others = [lifter(2, 80, "Juniors"), lifter(3, 80, "Masters")]
    ranker = Ranker()
    standings: Standings[str, Ranked] = Standings(lambda entry: entry.divisions, ranker.rank, str, [ann, *others], mend)
    standings.all()
    standings.replace(ann, moved)
    assert set(mended) == {(ann, moved), (ann, None), (None, moved)}
    assert standings.ranking("Open") == ("Open", (1, 99))
