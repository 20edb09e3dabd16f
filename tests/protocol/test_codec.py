"""Section 10: whatever comes in becomes a message or a refusal, never an exception; and what frames are made of."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.protocol.codec import (
    NotFromServer,
    beyond_double,
    decode_from_client,
    decode_from_server,
    decode_value,
    depth,
    encode_relayed,
    encode_value,
    relay_frames,
    same_value,
)
from appliance.protocol.messages import (
    Heartbeat,
    MalformedMessage,
    Relayed,
    UnknownMessageType,
    UpdateInit,
    UpdateRelay,
)
from appliance.protocol.words import MAX_FRAME_BYTES

EPOCH = "0123456789abcdef"
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def an_update(value: bytes) -> bytes:
    return (
        b'{"msgType":"UPDATE_INIT","sessionToken":"t","updates":[{"updateKey":"a","localSeqNum":1,'
        b'"afterServerSeqNum":0,"updateValue":' + value + b"}]}"
    )


class TestRefusals:
    @given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
    def test_arbitrary_bytes_are_refused(self, frame: bytes) -> None:
        assert isinstance(decode_from_client(frame), MalformedMessage | UnknownMessageType)

    @given(json_values)
    def test_arbitrary_json_is_refused(self, value: Any) -> None:
        assert isinstance(decode_from_client(json.dumps(value).encode()), MalformedMessage | UnknownMessageType)

    @pytest.mark.parametrize(
        "value",
        [
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
            b"1e999",
            b"-1e999",
            b"9" * 5_000,
            b"NaN",
            b"Infinity",
            b'"\\ud800 alone"',
            b'"\\udc00"',
            b'"\xff"',
            b'"\xed\xa0\x80"',
            b'"a\x00b"',
            b"01",
            b"",
        ],
    )
    def test_values_that_are_no_json_or_no_reader_could_take_are_refused(self, value: bytes) -> None:
        assert isinstance(decode_from_client(an_update(value)), MalformedMessage)

    @pytest.mark.parametrize("order", [b'{"ignored":%b,%b}', b'{%b,"ignored":%b}'], ids=["first", "last"])
    @pytest.mark.parametrize("deep", [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000])
    def test_even_what_would_be_ignored_may_not_be_endlessly_deep(self, order: bytes, deep: bytes) -> None:
        message = b'"msgType":"LEAVE_MEET","sessionToken":"t"'
        frame = order % ((deep, message) if order.startswith(b'{"ignored"') else (message, deep))
        assert isinstance(decode_from_client(frame), MalformedMessage)

    @pytest.mark.parametrize(
        ("frame", "says"),
        [
            (b"", "truncated"),
            (b"1", "Expected `object`, got `int`"),
            (b"[]", "Expected `object`, got `array`"),
            (b"{}", "missing required field `msgType`"),
            (b'{"msgType":1}', "$.msgType"),
            (b'{"msgType":"LEAVE_MEET","sessionToken":"t"} {}', "malformed"),
            (b'\xef\xbb\xbf{"msgType":"LEAVE_MEET","sessionToken":"t"}', "malformed"),
            (b'{"msgType":"LEAVE_MEET","sessionToken":"\xc3("}', "UTF-8"),
        ],
    )
    def test_what_is_no_message_is_told_why(self, frame: bytes, says: str) -> None:
        refusal = decode_from_client(frame)
        assert isinstance(refusal, MalformedMessage)
        assert says in refusal.err_msg

    def test_a_frame_above_one_mebibyte_is_refused_by_its_size(self) -> None:
        at_the_limit = an_update(b'"' + b"x" * (MAX_FRAME_BYTES - len(an_update(b'""'))) + b'"')
        assert len(at_the_limit) == MAX_FRAME_BYTES
        assert isinstance(decode_from_client(at_the_limit), UpdateInit)
        refusal = decode_from_client(at_the_limit + b" ")
        assert isinstance(refusal, MalformedMessage)
        assert str(MAX_FRAME_BYTES + 1) in refusal.err_msg

    def test_an_unknown_type_is_told_shortened(self) -> None:
        frame = json.dumps({"msgType": "D" * 500, "more": 1}).encode()
        assert decode_from_client(frame) == UnknownMessageType(unknown_type="D" * 100)

    def test_what_only_a_server_says_is_unknown_from_a_client(self) -> None:
        assert decode_from_client(b'{"msgType":"UPDATE_ACK","updateAcks":[]}') == UnknownMessageType(
            unknown_type="UPDATE_ACK"
        )

    def test_patterns_are_told_in_words(self) -> None:
        refusal = decode_from_client(b'{"msgType":"JOIN_MEET","meetId":"1","password":"","locationName":"["}')
        assert refusal == MalformedMessage(
            err_msg="Expected a name of 1 to 40 characters without [, ] and control characters - at `$.locationName`"
        )

    def test_what_no_server_says_is_an_error_of_the_connection(self) -> None:
        for frame in (b"", b"[]", b'{"msgType":"LEAVE_MEET","sessionToken":"t"}', b"[" * 100_000):
            with pytest.raises(NotFromServer):
                decode_from_server(frame)


class TestValues:
    @given(json_values)
    def test_a_value_comes_out_as_it_went_in(self, value: Any) -> None:
        message = decode_from_client(an_update(json.dumps(value).encode()))
        assert isinstance(message, UpdateInit)
        assert decode_value(encode_value(message.updates[0].update_value)) == value

    def test_weights_in_pounds_keep_every_digit(self) -> None:
        assert encode_value(decode_value(b"20.411656667117025")) == b"20.411656667117025"

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            (b"100000000000000000000", b"100000000000000000000"),
            (b"-0.0", b"-0.0"),
            (b'"a\\u0000b"', b'"a\\u0000b"'),
            (b'"\\ud83d\\ude00"', '"😀"'.encode()),
            (b'{"a":1,"a":2}', b'{"a":2}'),
        ],
    )
    def test_odd_values_survive(self, sent: bytes, kept: bytes) -> None:
        message = decode_from_client(an_update(sent))
        assert isinstance(message, UpdateInit)
        assert encode_value(message.updates[0].update_value) == kept

    @given(json_values)
    def test_a_value_is_the_same_as_itself_however_it_is_written(self, value: Any) -> None:
        assert same_value(json.dumps(value, indent=1).encode(), json.dumps(value, sort_keys=True).encode())

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (b"1", b"1.0", True),
            (b"1", b"true", False),
            (b"0", b"false", False),
            (b"0", b"null", False),
            (b'{"a":1,"b":[2]}', b'{"b":[2.0],"a":1}', True),
            (b"[1,2]", b"[2,1]", False),
            (b"[1]", b"[1,1]", False),
            (b"[true]", b"[1]", False),
            (b'"\\u00e9"', '"é"'.encode(), True),
            (b'""', b"null", False),
        ],
    )
    def test_sameness_is_that_of_json(self, one: bytes, other: bytes, same: bool) -> None:
        assert same_value(one, other) is same_value(other, one) is same

    def test_large_values_are_the_same_only_byte_for_byte(self) -> None:
        small, large = [1] * 100, [1] * 5000
        assert same_value(encode_value(small), json.dumps(small).encode())
        assert same_value(encode_value(large), encode_value(large))
        assert not same_value(encode_value(large), json.dumps(large).encode())

    @pytest.mark.parametrize(("value", "levels"), [(1, 0), ([], 1), ({"a": [1, {"b": []}]}, 4), ([[], [[]]], 3)])
    def test_depth_counts_arrays_and_objects_inside_each_other(self, value: Any, levels: int) -> None:
        assert depth(value) == levels

    @pytest.mark.parametrize(
        ("value", "beyond"),
        [(10**308, False), (10**309, True), ({"a": [1, -(10**309)]}, True), (1e308, False), (["9" * 400, True], False)],
    )
    def test_whole_numbers_may_be_as_large_as_a_double_holds(self, value: Any, beyond: bool) -> None:
        assert beyond_double(value) is beyond


class TestRelayFrames:
    def items(self, count: int) -> list[Relayed]:
        return [Relayed(f"x.{number}", msgspec.Raw(b'{"a":1}'), number, "A") for number in range(1, count + 1)]

    def relayed(self, frames: list[bytes]) -> list[int]:
        messages = [decode_from_server(frame) for frame in frames]
        assert all(isinstance(message, UpdateRelay) and message.epoch == EPOCH for message in messages)
        return [each.server_seq_num for m in messages if isinstance(m, UpdateRelay) for each in m.updates_relayed]

    def test_parts_become_frames_in_their_order(self) -> None:
        parts = [encode_relayed(self.items(3)), encode_relayed(self.items(2))]
        (frame,) = relay_frames(EPOCH, parts, 10_000)
        assert self.relayed([frame]) == [1, 2, 3, 1, 2]

    def test_frames_are_cut_when_they_are_full(self) -> None:
        frames = list(relay_frames(EPOCH, [encode_relayed([item]) for item in self.items(10)], 150))
        assert len(frames) == 5
        assert self.relayed(frames) == list(range(1, 11))

    def test_nothing_is_no_frame(self) -> None:
        assert list(relay_frames(EPOCH, [], 100)) == []


def test_a_text_frame_may_come_as_text() -> None:
    beat = '{"msgType":"HEARTBEAT","epoch":"0123456789abcdef","lastServerSeq":1,"stateDigest":"0123456789abcdef"}'
    assert decode_from_server(beat) == Heartbeat(epoch=EPOCH, last_server_seq=1, state_digest=EPOCH)
