"""Weight classes and what they are called."""

from __future__ import annotations

import pytest

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.weight_classes import in_pounds, weight_class
from appliance.powerlifting.words import Sex
from tests.powerlifting.recorded import MEETS, meet_at, read, recorded

MEET = Meet(classes_kg={Sex.M: (59.0, 67.5, 83.0), Sex.MX: (100.0,)})


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_they_are_openlifters(name: str) -> None:
    meet, entries = meet_at(f"{name}.openlifter")
    answers = {answer["id"]: answer for answer in read(f"{name}.results.json")["final"]["entries"]}
    for entry in entries:
        found = weight_class(entry, meet)
        assert (found, in_pounds(found)) == (answers[entry.id]["weightClassKg"], answers[entry.id]["weightClassLbs"])


@pytest.mark.parametrize(("bodyweight", "limit"), [(0, ""), (58.9, "59"), (59, "59"), (59.01, "67.5"), (83.1, "83+")])
def test_a_limit_belongs_to_the_class_below(bodyweight: float, limit: str) -> None:
    assert weight_class(Entry(id=1, bodyweight_kg=bodyweight), MEET) == limit


def test_each_sex_has_its_own_and_some_none() -> None:
    assert weight_class(Entry(id=1, sex=Sex.MX, bodyweight_kg=70), MEET) == "100"
    assert weight_class(Entry(id=1, sex=Sex.F, bodyweight_kg=70), MEET) == ""


def test_pounds_are_rounded_down() -> None:
    called = {"82.5": "181", "75": "165", "90": "198", "83": "183", "90+": "198+", "": ""}
    assert {kg: in_pounds(kg) for kg in called} == called
