"""Section 3: entry ids never collide."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from appliance.meet.records import Client, EntryIds
from appliance.meet.roster import Roster


def test_the_first_client_gets_the_block_of_the_protocols_example() -> None:
    assert Roster().allot("a") == Client("a", EntryIds(105_000, 105_999))


def test_blocks_of_which_nobody_knows_any_more_are_left_out_for_good() -> None:
    brought_back = Roster(first_block=3)
    assert brought_back.allot("a") == Client("a", EntryIds(405_000, 405_999))
    brought_back.keep(brought_back.allot("a"))
    assert Roster([brought_back.allot("a")], first_block=3).allot("b") == Client("b", EntryIds(505_000, 505_999))


def test_a_client_is_known_once_it_is_kept_and_keeps_its_block() -> None:
    roster = Roster()
    client = roster.allot("a")
    assert roster.find("a") is None
    assert roster.allot("a") == client
    roster.keep(client)
    assert roster.find("a") == roster.allot("a") == client


def test_a_larger_block_grows_in_place_and_takes_effect_when_kept() -> None:
    roster = Roster()
    roster.keep(roster.allot("a"))
    larger = roster.enlarged("a")
    assert larger.entry_ids == EntryIds(105_000, 106_999)
    assert roster.find("a") != larger
    roster.keep(larger)
    assert roster.find("a") == larger


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.booleans()), max_size=300))
def test_blocks_never_overlap_whatever_happens(events: list[tuple[str, bool, bool]]) -> None:
    roster = Roster()
    for client_id, enlarge, restart in events:
        if roster.find(client_id) and enlarge:
            for _ in range(50):
                roster.keep(roster.enlarged(client_id))
        else:
            roster.keep(roster.allot(client_id))
        if restart:
            roster = Roster(client for name in "abcd" if (client := roster.find(name)))
    blocks = sorted((c.entry_ids.first, c.entry_ids.last) for name in "abcd" if (c := roster.find(name)))
    assert all(last < first for (_, last), (first, _) in pairwise(blocks))
