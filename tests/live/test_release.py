"""What a burst tells everybody: acks and relays together in number order, section 5 rule 4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.live.release import FRAME_BYTES, Release, Run, standing_frames
from appliance.meet.log import Decision, Gap, Refused, Repeat
from appliance.meet.records import Accepted, Rejected
from appliance.protocol import messages
from appliance.protocol.codec import decode_from_server
from appliance.protocol.messages import FromServer
from appliance.protocol.words import MAX_FRAME_BYTES, MAX_VALUE_BYTES

EPOCH = "0123456789abcdef"


def accepted(number: int, client_id: str = "a", local_seq: int = 1, **more: object) -> Accepted:
    fields = {"key": f"x.k{number}", "value": b"1", "location_name": "Platform 1", **more}
    return Accepted(server_seq=number, client_id=client_id, local_seq=local_seq, **fields)  # type: ignore[arg-type]


def told(release: Release, client_id: str) -> list[FromServer]:
    return [decode_from_server(frame) for frame in release.frames_for(client_id)]


def test_a_sender_gets_its_ack_between_the_relays_of_what_others_did_before_and_after() -> None:
    runs: list[Run] = [
        Run("a", [accepted(1), accepted(2, local_seq=2)]),
        Run("b", [accepted(3, "b")]),
        Run("c", [accepted(4, "c")]),
    ]
    before, ack, after = told(Release(EPOCH, runs), "b")
    assert isinstance(before, messages.UpdateRelay)
    assert isinstance(after, messages.UpdateRelay)
    assert [each.server_seq_num for each in before.updates_relayed] == [1, 2]
    assert ack == messages.UpdateAck(update_acks=[messages.Ack(local_seq_num=1, server_seq_num=3)])
    assert [each.server_seq_num for each in after.updates_relayed] == [4]


def test_a_sender_with_several_runs_gets_each_acknowledged_in_its_place() -> None:
    release = Release(
        EPOCH, [Run("a", [accepted(1)]), Run("b", [accepted(2, "b")]), Run("a", [accepted(3, local_seq=2)])]
    )
    first, between, last = told(release, "a")
    assert first == messages.UpdateAck(update_acks=[messages.Ack(local_seq_num=1, server_seq_num=1)])
    assert isinstance(between, messages.UpdateRelay)
    assert [each.server_seq_num for each in between.updates_relayed] == [2]
    assert last == messages.UpdateAck(update_acks=[messages.Ack(local_seq_num=2, server_seq_num=3)])


def test_a_reader_gets_one_frame_of_all_put_together_once() -> None:
    release = Release(EPOCH, [Run("a", [accepted(1)]), Run("b", [accepted(2, "b")])])
    (relay,) = told(release, "display")
    assert isinstance(relay, messages.UpdateRelay)
    assert relay.epoch == EPOCH
    assert [each.server_seq_num for each in relay.updates_relayed] == [1, 2]
    assert release.frames_for("display")[0] is release.frames_for("another")[0]


def test_a_relayed_update_says_all_that_the_protocol_says_of_it() -> None:
    overruling = accepted(7, value=b'{"a":[1,"\\u00e9"]}', overrules=5, overruled_location='Weigh-in "2"')
    (relay,) = told(Release(EPOCH, [Run("a", [overruling])]), "b")
    assert relay == messages.UpdateRelay(
        epoch=EPOCH,
        updates_relayed=[
            messages.Relayed(
                update_key="x.k7",
                update_value={"a": [1, "é"]},
                server_seq_num=7,
                location_name="Platform 1",
                overrules=messages.Overruled(server_seq_num=5, location_name='Weigh-in "2"'),
                client_id="a",
                local_seq_num=1,
            )
        ],
    )


def test_each_kind_of_decision_has_its_answer() -> None:
    refused = Rejected("a", 4, conflict=True, reason="outranked", server_seq=2, location_name="Platform 1")
    earlier = Rejected("a", 2, conflict=False, reason="no path")
    decisions: list[Decision] = [
        Repeat(1, 1),
        Repeat(2, earlier),
        accepted(3, local_seq=3),
        Refused(refused, relay_from=2),
        Gap(9, 5),
    ]
    acks, rejections = told(Release(EPOCH, [Run("a", decisions)]), "a")
    assert acks == messages.UpdateAck(
        update_acks=[
            messages.Ack(local_seq_num=1, server_seq_num=1),
            messages.Ack(local_seq_num=3, server_seq_num=3),
        ]
    )
    assert rejections == messages.UpdateRejected(
        updates_rejected=[
            messages.Rejection(local_seq_num=2, conflict=False, reason="no path"),
            messages.Rejection(
                local_seq_num=4, conflict=True, reason="outranked", server_seq_num=2, location_name="Platform 1"
            ),
            messages.Rejection(local_seq_num=9, conflict=False, reason="gap: expected 5"),
        ]
    )


def test_a_message_without_updates_is_answered_too() -> None:
    assert told(Release(EPOCH, [Run("a", [])]), "a") == [messages.UpdateAck(update_acks=[])]
    assert told(Release(EPOCH, [Run("a", [])]), "b") == []


@pytest.mark.parametrize(
    ("decisions", "number"),
    [
        ([], 0),
        ([accepted(3)], 0),
        ([Refused(Rejected("a", 1, False, "no path"), 0)], 0),
        ([Refused(Rejected("a", 1, True, "", 8), 6), Refused(Rejected("a", 2, True, "", 9), 4)], 4),
        ([Repeat(1, Rejected("a", 1, True, "", 8))], 8),
        ([Repeat(1, Rejected("a", 1, False, "", 8)), Repeat(2, 5), Gap(9, 3)], 0),
    ],
)
def test_a_conflict_is_explained_from_its_earliest_number_on(decisions: list[Decision], number: int) -> None:
    assert Run("a", decisions).relay_from() == number


def test_large_values_are_spread_over_frames_that_every_client_takes() -> None:
    large = b'"' + b"x" * (MAX_VALUE_BYTES - 2) + b'"'
    standing = [accepted(number, value=large) for number in range(1, 9)]
    standing += [accepted(number) for number in range(9, 5000)]
    frames = list(standing_frames(EPOCH, standing))
    assert max(map(len, frames)) <= MAX_FRAME_BYTES
    assert len(frames) <= 8 + 5000 * 100 // FRAME_BYTES + 2
    relayed = [decode_from_server(frame) for frame in frames]
    numbers = [each.server_seq_num for relay in relayed for each in relay.updates_relayed]  # type: ignore[union-attr]
    assert numbers == list(range(1, 5000))


@given(st.lists(st.integers(0, 4), max_size=6), st.integers(0, 6))
def test_on_every_socket_each_number_comes_once_and_in_order(sizes: list[int], who: int) -> None:
    runs: list[Run] = []
    number = 0
    for client, size in enumerate(sizes):
        decisions: list[Decision] = []
        for local_seq in range(1, size + 1):
            number += 1
            decisions.append(accepted(number, f"client {client}", local_seq))
        runs.append(Run(f"client {client}", decisions))
    numbers: list[int] = []
    for message in told(Release(EPOCH, runs), f"client {who}"):
        match message:
            case messages.UpdateAck(update_acks=acks):
                numbers += [ack.server_seq_num for ack in acks]
            case messages.UpdateRelay(updates_relayed=relayed):
                numbers += [each.server_seq_num for each in relayed]
    assert numbers == list(range(1, number + 1))
