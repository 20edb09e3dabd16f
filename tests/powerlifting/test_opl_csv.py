"""The file for OpenPowerlifting, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.opl_csv import VERSION_LINE, NotAnOplFile, cleaned, file_name, read, write
from appliance.powerlifting.words import Event, Sex
from tests.powerlifting.recorded import MEETS, meet_at, recorded, text
from tests.powerlifting.test_totals import taken

MEET = Meet(name="Club Cup", federation="FPO, Ltd", date="2025-03-15", classes_kg={Sex.M: (83.0,)})
ANN = Entry(
    id=1, name='Ann "Iron", Smith', events=(Event.B,), bodyweight_kg=80.5, bench=taken((100, 1), (105, -1), (0.0, -1))
)


def rows(meet: Meet, *entries: Entry) -> list[dict[str, str]]:
    found = read(write(meet, entries))
    return [dict(zip(found.columns, cells, strict=True)) for _, cells in found.rows]


@recorded
@pytest.mark.parametrize("name", MEETS)
def test_it_is_openlifters_byte_for_byte(name: str) -> None:
    assert write(*meet_at(f"{name}.openlifter")) == text(f"{name}.opl.csv")


def test_the_meet_stands_above_the_lifters() -> None:
    found = read(write(MEET, [ANN]))
    assert (found.version, found.meet["Federation"], found.meet["Date"]) == (VERSION_LINE, "FPO Ltd", "'2025-03-15")
    assert "RuleSet" not in found.meet
    combined = read(write(Meet(combine_sleeves_and_wraps=True), [ANN]))
    assert combined.meet["RuleSet"] == "CombineSleevesAndWraps CombineSingleAndMulti"


def test_a_failed_lift_is_negative_and_an_annulled_one_minus_nothing() -> None:
    (row,) = rows(MEET, ANN)
    assert [row[f"Bench{number}Kg"] for number in (1, 2, 3)] == ["100", "-105", "-0"]
    assert (row["Best3BenchKg"], row["TotalKg"], row["Place"], row["WeightClassKg"]) == ("100", "100", "1", "83")
    # Each pair of blanks becomes one, once.
    assert row["Name"] == "Ann Iron  Smith"


def test_columns_that_nobody_fills_are_left_out() -> None:
    found = read(write(MEET, [ANN]))
    assert not {"Squat1Kg", "Team", "Lot", "Bench4Kg"} & set(found.columns)
    assert "Lot" in read(write(MEET, [Entry(id=2, lot=3, events=(Event.B,)), ANN])).columns


def test_lifts_outside_of_the_event_are_blank() -> None:
    entry = Entry(id=1, events=(Event.B, Event.SBD), bodyweight_kg=80, bench=taken((100, 1)), squat=taken((150, 1)))
    by_event = {row["Event"]: row for row in rows(MEET, entry)}
    assert (by_event["B"]["Squat1Kg"], by_event["SBD"]["Squat1Kg"]) == ("", "150")
    assert (by_event["B"]["TotalKg"], by_event["SBD"]["TotalKg"]) == ("100", "")


def test_a_pound_meet_is_in_pounds() -> None:
    (row,) = rows(Meet(in_kg=False, classes_kg={Sex.M: (82.5,)}), ANN)
    assert (row["Bench1Lbs"], row["WeightClassLbs"]) == ("220.46", "181")


def test_without_lifters_two_lines_are_empty() -> None:
    assert write(MEET, []).endswith("Wilks\n\n\n\n")
    assert read(write(MEET, [])).rows == ()


def test_the_file_is_called_as_openlifter_calls_it() -> None:
    assert file_name(MEET) == "Club-Cup.opl.csv"


BROKEN = {
    "": 1,
    "Name,Sex\n": 1,
    f"{VERSION_LINE}\nx": 2,
    f"{VERSION_LINE}\n\na,b\n1\n\nc\n": 4,
    f"{VERSION_LINE}\n\na\n1\n": 6,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_such_file_is_refused_by_its_line(broken: str) -> None:
    with pytest.raises(NotAnOplFile) as refused:
        read(broken)
    assert refused.value.line == BROKEN[broken]


@given(st.text(max_size=20))
def test_a_cell_never_breaks_a_line(name: str) -> None:
    clean = cleaned(name)
    assert "," not in clean
    assert '"' not in clean
    assert clean != "0"
