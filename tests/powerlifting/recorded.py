"""The recorded meets, with the real OpenLifter's own answers; they lie beside the checkout and are no part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from appliance.powerlifting.model import Entry, Meet
from appliance.powerlifting.openlifter import entries_of, entry_of, meet_of
from tests.browser.recorded import RECORDINGS
from tests.powerlifting.vectors import vectors

MEETS = sorted(file.name.removesuffix(".results.json") for file in RECORDINGS.glob("*.results.json"))

recorded = pytest.mark.skipif(not MEETS, reason="the recorded meets are not beside this checkout")

_KEY = re.compile(r"registration\.entries\[(\d+)\](?:\.(\w+))?(?:\[(\d+)\])?")


def read(name: str) -> Any:
    """One JSON file: `club-kg.results.json`."""
    return msgspec.json.decode((RECORDINGS / name).read_bytes())


def text(name: str) -> str:
    """One file as it is, line ends too."""
    return (RECORDINGS / name).read_bytes().decode()


def meet_at(name: str) -> tuple[Meet, list[Entry]]:
    """A saved state: `club-kg.openlifter`."""
    state = read(name)
    return meet_of(state), entries_of(state)


def moments(meet: str) -> Iterator[tuple[int, list[Entry]]]:
    """All lifters after each action of a meet."""
    entries: dict[int, Any] = {}
    known: dict[int, Entry] = {}
    for line in vectors(f"{meet}.changes.jsonl"):
        for change in line["changes"]:
            found = _KEY.fullmatch(change["key"])
            if found is None:
                continue
            number, field, place = int(found[1]), found[2], found[3]
            if field is None:
                entries[number] = change["value"]
            elif place is None:
                entries[number][field] = change["value"]
            else:
                entries[number][field][int(place)] = change["value"]
            if entries[number] is None:
                del entries[number]
            known.pop(number, None)
        for number, said in entries.items():
            if number not in known:
                entry = entry_of(said)
                assert entry is not None
                known[number] = entry
        yield line["n"], [known[number] for number in entries]
