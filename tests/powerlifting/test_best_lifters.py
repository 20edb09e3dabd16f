"""The best lifters by points."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from appliance.powerlifting.best_lifters import (
    age_adjusted_points,
    best_juniors,
    best_lifters,
    best_masters,
    event_points,
)
from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.placing import PointsRanking
from appliance.powerlifting.words import AgeCoefficients, Event, Formula
from tests.powerlifting.recorded import MEETS, meet_at, read, recorded
from tests.powerlifting.test_totals import taken

CLOSE = 1e-12


def lifter(age: int) -> Entry:
    return Entry(id=age, age=age, events=(Event.B,), bodyweight_kg=80, bench=taken((100, 1)))


def same(found: list[PointsRanking], expected: list[dict[str, Any]]) -> bool:
    assert [
        {"sex": each.category.sex, "event": each.category.event, "equipment": each.category.equipment} for each in found
    ] == [each["category"] for each in expected]
    for each, answer in zip(found, expected, strict=True):
        assert [entry.id for entry, _ in each.ranked] == answer["orderedEntryIds"]
        assert [points for _, points in each.ranked] == pytest.approx(answer["points"], rel=CLOSE)
    return True


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_they_are_openlifters(name: str) -> None:
    meet, entries = meet_at(f"{name}.openlifter")
    answers = read(f"{name}.results.json")["final"]["rankings"]
    assert same(best_lifters(entries, meet), answers["bestLifter"])
    assert same(best_masters(entries, meet), answers["bestMastersLifter"])
    assert same(best_juniors(entries, meet), answers["bestJuniorsLifter"])
    for formula, expected in answers["byFormula"].items():
        assert same(best_lifters(entries, meet, Formula(formula)), expected)


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_each_lifters_points_are_openlifters(name: str) -> None:
    meet, entries = meet_at(f"{name}.openlifter")
    by_age = structs.replace(meet, age_coefficients=AgeCoefficients.FOSTER_MCCULLOCH)
    answers = {answer["id"]: answer for answer in read(f"{name}.results.json")["final"]["entries"]}
    for entry in entries:
        for event, answer in answers[entry.id]["byEvent"].items():
            for formula, expected in answer["pointsByFormula"].items():
                found = event_points(entry, Event(event), meet, Formula(formula))
                assert found == pytest.approx(expected, rel=CLOSE)
            for formula, expected in answer["fosterPointsByFormula"].items():
                found = age_adjusted_points(entry, Event(event), by_age, Formula(formula))
                assert found == pytest.approx(expected, rel=CLOSE)


def test_juniors_and_masters_go_by_the_typed_age_and_the_table() -> None:
    entries = [lifter(age) for age in (0, 18, 23, 24, 27, 39, 40, 55)]
    (juniors,) = best_juniors(entries, Meet())
    (masters,) = best_masters(entries, Meet())
    assert {entry.age for entry, _ in juniors.ranked} == {0, 18, 23}
    assert {entry.age for entry, _ in masters.ranked} == {40, 55}
    (all_masters,) = best_masters(entries, Meet(age_coefficients=AgeCoefficients.NONE))
    assert {entry.age for entry, _ in all_masters.ranked} == {39, 40, 55}
