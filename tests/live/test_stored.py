"""Epochs are told as they are stored."""

from __future__ import annotations

from appliance.live.stored import epochs_of, lineage_of, priorities_of
from appliance.meet.records import Epoch, Location, Meet

EPOCHS = (Epoch("a" * 16, None, 0), Epoch("b" * 16, "a" * 16, 7), Epoch("c" * 16, "b" * 16, 7))


def test_each_epoch_is_the_child_of_the_one_before() -> None:
    assert [(each.epoch[0], each.after_server_seq) for each in lineage_of(EPOCHS)] == [("a", 0), ("b", 7), ("c", 7)]
    assert epochs_of(lineage_of(EPOCHS)) == EPOCHS


def test_priorities_by_name() -> None:
    meet = Meet("123456789", "", b"", b"", "A", (Location("A", 2), Location("B", 1)))
    assert priorities_of(meet) == {"A": 2, "B": 1}
