"""Section 3: keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol import keys
from appliance.protocol.keys import MalformedKey, format_path, overlap, parse
from appliance.protocol.words import MAX_INTEGER, MAX_KEY_BYTES

WELL_FORMED = {
    "meet.name": ("meet", "name"),
    "meet.weightClassesKgMen": ("meet", "weightClassesKgMen"),
    "registration.entries[0]": ("registration", "entries", "[0]"),
    "registration.entries[5003]": ("registration", "entries", "[5003]"),
    "registration.entries[5003].divisions": ("registration", "entries", "[5003]", "divisions"),
    "registration.entries[5003].squatKg": ("registration", "entries", "[5003]", "squatKg"),
    "registration.entries[5003].squatKg[1]": ("registration", "entries", "[5003]", "squatKg", "[1]"),
    "registration.entries[5003].deadliftStatus[4]": ("registration", "entries", "[5003]", "deadliftStatus", "[4]"),
    "lifting[Platform 1].flight": ("lifting", "[Platform 1]", "flight"),
    "lifting[Halle 2.1 – Süd].day": ("lifting", "[Halle 2.1 – Süd]", "day"),
    f"lifting[{'p' * 40}].day": ("lifting", f"[{'p' * 40}]", "day"),
    "x": ("x",),
    "x.stream.overlay[left.1][2].colour": ("x", "stream", "overlay", "[left.1]", "[2]", "colour"),
}

MALFORMED = [
    "",
    ".",
    "meet",
    "meet.",
    "meet.plates[0]",
    "meet.plates.first",
    "meet[name]",
    "registration",
    "registration.nextEntryId",
    "registration.entries",
    "registration.entries[]",
    "registration.entries[-1]",
    "registration.entries[1.5]",
    "registration.entries[007]",
    "registration.entries[a]",
    "registration.entries[٣]",
    f"registration.entries[{MAX_INTEGER + 1}]",
    "registration.entries[5003][0]",
    "registration.entries[5003].squatKg[5]",
    "registration.entries[5003].squatKg[-1]",
    "registration.entries[5003].squatKg[01]",
    "registration.entries[5003].squatKg[1][0]",
    "registration.entries[5003].divisions[0]",
    "registration.entries[5003].name.first",
    "lifting",
    "lifting.day",
    "lifting[Platform 1]",
    "lifting[Platform 1].day.hour",
    f"lifting[{'p' * 41}].day",
    "x..y",
    ".x",
    "x.",
    "x[",
    "x[]",
    "x]",
    "x[[1]]",
    "x[1]y",
    "x\ny",
    "x.\x7f",
    "x[\x00]",
    "meet.name\n",
    "x.\ud800",
    "x[\udfff]",
]


@pytest.mark.parametrize(("key", "path"), WELL_FORMED.items())
def test_a_well_formed_key_is_a_path(key: str, path: keys.Path) -> None:
    assert parse(key) == path
    assert format_path(path) == key


@pytest.mark.parametrize("key", MALFORMED)
def test_what_is_no_path_into_a_meet_is_malformed_and_says_why(key: str) -> None:
    malformed = parse(key)
    assert isinstance(malformed, MalformedKey)
    assert malformed.reason


def test_the_largest_entry_id_is_the_largest_number_that_a_browser_counts_exactly() -> None:
    assert parse(f"registration.entries[{MAX_INTEGER}]") == ("registration", "entries", f"[{MAX_INTEGER}]")


def test_the_limit_of_200_is_in_bytes() -> None:
    assert not isinstance(parse("x." + "a" * (MAX_KEY_BYTES - 2)), MalformedKey)
    assert isinstance(parse("x." + "a" * (MAX_KEY_BYTES - 1)), MalformedKey)
    assert not isinstance(parse("x." + "é" * ((MAX_KEY_BYTES - 2) // 2)), MalformedKey)
    assert isinstance(parse("x." + "é" * (MAX_KEY_BYTES // 2)), MalformedKey)


names = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=".[]"), min_size=1, max_size=8)
selectors = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="[]"), min_size=1, max_size=8)
paths = st.lists(names | selectors.map("[{}]".format), max_size=5).map(lambda rest: ("x", *rest))


@given(paths)
def test_parsing_and_formatting_are_inverse(path: keys.Path) -> None:
    assert parse(format_path(path)) == path


@given(
    st.text(st.characters(exclude_categories=()), max_size=60)
    | st.from_regex(r"registration\.entries\[\d+\](\.\w+(\[\d\])?)?", fullmatch=True)
)
def test_any_text_is_a_path_that_formats_to_itself_or_malformed(key: str) -> None:
    path = parse(key)
    assert isinstance(path, MalformedKey) or format_path(path) == key


@given(paths, paths)
def test_two_keys_overlap_when_one_is_a_prefix_of_the_other(one: keys.Path, other: keys.Path) -> None:
    assert overlap(one, one)
    assert overlap(one, (*one, "more"))
    assert overlap(one, other) is overlap(other, one)
    assert overlap(one, other) is (one == other[: len(one)] or other == one[: len(other)])


def test_an_entry_overlaps_its_attempt_but_not_another_entry_whose_id_begins_alike() -> None:
    entry, attempt, other = (
        parse(key)
        for key in ("registration.entries[500]", "registration.entries[500].squatKg[1]", "registration.entries[5003]")
    )
    assert not isinstance(entry, MalformedKey)
    assert not isinstance(attempt, MalformedKey)
    assert not isinstance(other, MalformedKey)
    assert overlap(entry, attempt)
    assert not overlap(entry, other)
