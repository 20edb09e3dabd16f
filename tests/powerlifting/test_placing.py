"""Categories, places and who wins a tie."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.placing import (
    Category,
    categories_of,
    counted_equipment,
    points_ranking_with,
    points_rankings,
    position_if,
    rankings,
    total_keys,
)
from appliance.powerlifting.totals import event_total, projected_event_total
from appliance.powerlifting.words import Equipment, Event, Sex
from tests.powerlifting.recorded import MEETS, meet_at, read, recorded
from tests.powerlifting.test_totals import taken

MEET = Meet(classes_kg={Sex.M: (83.0, 93.0)})
BENCHER: dict[str, Any] = {"events": (Event.B,), "bodyweight_kg": 80.0, "name": "x"}


def bencher(number: int, *attempts: tuple[float, int], **more: Any) -> Entry:
    return Entry(id=number, **{**BENCHER, "bench": taken(*attempts), **more})


def places(*entries: Entry) -> list[tuple[int, str]]:
    (only,) = rankings(entries, MEET)
    return [(placed.entry.id, placed.place) for placed in only.placed]


@recorded
@pytest.mark.parametrize("moment", ["midmeet", "final"])
@pytest.mark.parametrize("which", ["divisionResults", "projectedResults"])
@pytest.mark.parametrize("name", MEETS)
def test_they_are_openlifters(name: str, moment: str, which: str) -> None:
    meet, entries = meet_at(f"{name}.midmeet.openlifter" if moment == "midmeet" else f"{name}.openlifter")
    total = projected_event_total if which == "projectedResults" else event_total
    found = [
        {
            "category": {
                "sex": each.category.sex,
                "event": each.category.event,
                "equipment": each.category.equipment,
                "division": each.category.division,
                "weightClassStr": each.category.weight_class,
            },
            "orderedEntryIds": [placed.entry.id for placed in each.placed],
            "totalsKg": [placed.total_kg for placed in each.placed],
            "places": [placed.place for placed in each.placed],
        }
        for each in rankings(entries, meet, total)
    ]
    expected = read(f"{name}.results.json")[moment][which]
    if expected and "places" not in expected[0]:
        for each in found:
            del each["places"]
    assert found == expected


def test_a_category_for_every_division_and_event() -> None:
    entry = bencher(1, divisions=("Open", "Masters"), events=(Event.B, Event.D))
    assert [(each.division, each.event) for each in categories_of(entry, MEET)] == [
        ("Open", Event.B),
        ("Open", Event.D),
        ("Masters", Event.B),
        ("Masters", Event.D),
    ]
    assert categories_of(bencher(1), MEET) == [Category(Sex.M, Event.B, Equipment.SLEEVES, "", "83")]
    assert categories_of(bencher(1, events=()), MEET) == []


def test_a_meet_may_combine_equipment_sleeves_first() -> None:
    both = Meet(combine_sleeves_and_wraps=True, combine_single_and_multi=True)
    assert counted_equipment(Equipment.SLEEVES, both) is Equipment.WRAPS
    assert counted_equipment(Equipment.SINGLE_PLY, both) is Equipment.MULTI_PLY
    assert counted_equipment(Equipment.BARE, both) is Equipment.BARE
    assert counted_equipment(Equipment.SLEEVES, Meet()) is Equipment.SLEEVES


def test_the_order_of_the_categories() -> None:
    def entry(sex: Sex, event: Event, bodyweight: float, division: str = "") -> Entry:
        return bencher(1, sex=sex, events=(event,), bodyweight_kg=bodyweight, divisions=(division,))

    meet = Meet(classes_kg={Sex.M: (83.0, 93.0, 100.5)})
    shown = [
        (each.category.sex, each.category.event, each.category.division, each.category.weight_class)
        for each in rankings(
            [
                entry(Sex.M, Event.B, 200, "b"),
                entry(Sex.M, Event.B, 100, "b"),
                entry(Sex.M, Event.B, 80, "b"),
                entry(Sex.M, Event.B, 80, "a"),
                entry(Sex.M, Event.SBD, 80),
                entry(Sex.F, Event.D, 80),
            ],
            meet,
        )
    ]
    assert shown == [
        (Sex.F, Event.D, "", ""),
        (Sex.M, Event.SBD, "", "83"),
        (Sex.M, Event.B, "a", "83"),
        (Sex.M, Event.B, "b", "83"),
        (Sex.M, Event.B, "b", "100.5"),
        (Sex.M, Event.B, "b", "100.5+"),
    ]


def test_the_heavier_total_then_the_lighter_lifter() -> None:
    assert places(bencher(1, (100, 1)), bencher(2, (110, 1))) == [(2, "1"), (1, "2")]
    assert places(bencher(1, (100, 1)), bencher(2, (100, 1), bodyweight_kg=79.9)) == [(2, "1"), (1, "2")]


def test_at_equal_bodyweight_who_had_it_in_an_earlier_attempt() -> None:
    assert places(bencher(1, (95, 1), (100, 1)), bencher(2, (100, 1))) == [(2, "1"), (1, "2")]
    # Both in the second: the one who opened lighter, then lots.
    assert places(bencher(1, (95, 1), (100, 1)), bencher(2, (90, 1), (100, 1))) == [(2, "1"), (1, "2")]
    assert places(bencher(1, (100, 1), lot=9), bencher(2, (100, 1), lot=4)) == [(2, "1"), (1, "2")]
    assert places(bencher(1, (100, 1), name="b"), bencher(2, (100, 1), name="a")) == [(2, "1"), (1, "2")]


def test_guests_no_shows_and_who_bombed_out_take_no_place() -> None:
    entries = (
        bencher(1, (100, -1), name="c"),
        bencher(2, (130, 1), guest=True),
        bencher(3, name="b"),
        bencher(4, (90, 1)),
    )
    assert places(*entries) == [(4, "1"), (3, "NS"), (1, "DQ"), (2, "G")]


def test_best_lifters_by_points_guests_last_then_the_lighter() -> None:
    entries = [bencher(1, bodyweight_kg=90), bencher(2), bencher(3, guest=True), bencher(4)]
    points = {1: 50.0, 2: 50.0, 3: 99.0, 4: 60.0}
    (only,) = points_rankings(entries, MEET, lambda entry, _: points[entry.id])
    assert [entry.id for entry, _ in only.ranked] == [4, 2, 1, 3]
    assert (only.category.event, only.ranked[0][1]) == (Event.B, 60.0)


def test_a_lifter_who_has_changed_is_put_where_a_new_ranking_would_have_it() -> None:
    points = {1: 50.0, 2: 50.0, 3: 60.0}
    entries = [bencher(1), bencher(2), bencher(3)]
    (before,) = points_rankings(entries, MEET, lambda entry, _: points[entry.id])
    points[3] = 50.0
    changed = bencher(3, bodyweight_kg=70)
    after = points_ranking_with(before, entries[2], changed, lambda entry, _: points[entry.id])
    assert [entry.id for entry, _ in after.ranked] == [3, 1, 2]
    assert points_ranking_with(after, entries[0], None, lambda entry, _: points[entry.id]).ranked == (
        (changed, 50.0),
        (entries[1], 50.0),
    )
    newcomer = bencher(4)
    points[4] = 50.0
    with_newcomer = points_ranking_with(after, None, newcomer, lambda entry, _: points[entry.id])
    assert [entry.id for entry, _ in with_newcomer.ranked] == [3, 1, 2, 4]


def test_where_a_lifter_would_be_with_another_total() -> None:
    entries = [bencher(1, (100, 1)), bencher(2, (90, 1)), bencher(3, (80, 1))]
    (ranked,) = rankings(entries, MEET)
    keys = total_keys(ranked)
    for kg, position in ((110, 1), (95, 2), (85, 3), (10, 3)):
        assert position_if(ranked, keys, bencher(3, (kg, 1)), kg) == position
    assert position_if(ranked, keys, bencher(1, (90, 1)), 90) == 1, "tied on all, and registered first"
    assert position_if(ranked, keys, bencher(3, (90, 1)), 90) == 3
    assert position_if(ranked, keys, bencher(1, (100, -1)), 0) == 3
