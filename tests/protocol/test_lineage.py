"""What two lineages have in common, by example and by property."""

from __future__ import annotations

import pytest

from appliance.protocol.lineage import end_of, shared, up_to
from appliance.protocol.messages import EpochBegun


def lineage(*begun: tuple[str, int]) -> list[EpochBegun]:
    return [EpochBegun(epoch=name * 16, after_server_seq=after) for name, after in begun]


A = lineage(("a", 0))
AB = lineage(("a", 0), ("b", 100))
AC = lineage(("a", 0), ("c", 120))
ABD = lineage(("a", 0), ("b", 100), ("d", 100))


@pytest.mark.parametrize(
    ("ours", "our_last", "theirs", "their_last", "common"),
    [
        (A, 100, A, 150, 100),
        (A, 150, A, 100, 100),
        # A server that started on an old copy, and a client that knows how it went on.
        (AB, 100, A, 150, 100),
        (AB, 130, A, 150, 100),
        # A client that was away when the server started again.
        (AB, 130, A, 90, 90),
        (AB, 130, AB, 120, 120),
        # Two servers went on from the same copy.
        (AB, 130, AC, 150, 100),
        # An empty epoch is none: what came after it is compared, too.
        (ABD, 130, AB, 150, 100),
        (lineage(("e", 0)), 10, A, 150, 0),
        ([], 0, A, 150, 0),
    ],
)
def test_up_to_where_they_are_one(
    ours: list[EpochBegun], our_last: int, theirs: list[EpochBegun], their_last: int, common: int
) -> None:
    assert shared(ours, our_last, theirs, their_last) == common
    assert shared(theirs, their_last, ours, our_last) == common


def test_an_epoch_ends_where_the_next_begins() -> None:
    assert end_of(AB, 130, "a" * 16) == 100
    assert end_of(AB, 130, "b" * 16) == 130
    assert end_of(AB, 130, None) == 130
    assert end_of(AB, 130, "f" * 16) == 0


def test_the_part_up_to_an_epoch() -> None:
    assert up_to(ABD, "b" * 16) == AB
    assert up_to(ABD, "f" * 16) is None
