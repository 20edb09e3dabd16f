"""Section 8: the digest."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol.digest import EMPTY_DIGEST, Digest

VECTORS = Path(__file__).parents[1] / "data" / "digest.json"


def by_the_book(standing: dict[str, int]) -> str:
    a = sum(crc32(f"{key}@{number}".encode()) for key, number in standing.items())
    b = sum(crc32(f"{number}@{key}".encode()) for key, number in standing.items())
    return f"{a % 2**32:08x}{b % 2**32:08x}"


def test_an_empty_meet_has_sixteen_zeros() -> None:
    assert str(Digest()) == EMPTY_DIGEST == "0" * 16


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers(1, 2**53 - 1)))
def test_it_is_the_sum_of_two_checksums_of_what_stands(standing: dict[str, int]) -> None:
    digest = Digest()
    for key, number in standing.items():
        digest.add(key, number)
    assert str(digest) == by_the_book(standing)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "ü"]), st.integers(1, 99)), min_size=1))
def test_what_is_replaced_leaves_no_trace(updates: list[tuple[str, int]]) -> None:
    digest = Digest()
    standing: dict[str, int] = {}
    for key, number in updates:
        if key in standing:
            digest.subtract(key, standing[key])
        standing[key] = number
        digest.add(key, number)
    assert str(digest) == by_the_book(standing)


def test_the_shared_vectors() -> None:
    """The same file tests the browser's client."""
    for vector in json.loads(VECTORS.read_text()):
        digest = Digest()
        for key, number in vector["standing"].items():
            digest.add(key, number)
        assert str(digest) == vector["digest"]
