"""What waits for one socket: first in, first out, bounded, only the newest of what supersedes itself."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from appliance.live.outbox import Newest, Outbox


def drain(outbox: Outbox) -> list[bytes]:
    return list(iter(outbox.take, None))


def test_frames_are_taken_in_the_order_in_which_they_were_put() -> None:
    outbox = Outbox()
    outbox.put(b"1")
    outbox.put_stream(iter([b"2", b"3"]))
    outbox.put(b"4")
    assert drain(outbox) == [b"1", b"2", b"3", b"4"]
    assert outbox.take() is None


def test_of_heartbeats_and_presence_only_the_newest_waits_and_after_what_came_before_it() -> None:
    outbox = Outbox()
    outbox.put_newest(Newest.HEARTBEAT, b"heartbeat 1")
    outbox.put_newest(Newest.PRESENCE, b"presence 1")
    outbox.put(b"relay")
    outbox.put_newest(Newest.HEARTBEAT, b"heartbeat 2")
    assert outbox.waiting_bytes == len(b"presence 1" + b"relay" + b"heartbeat 2")
    assert drain(outbox) == [b"presence 1", b"relay", b"heartbeat 2"]
    outbox.put_newest(Newest.HEARTBEAT, b"heartbeat 3")
    assert drain(outbox) == [b"heartbeat 3"]


def test_heartbeats_alone_never_overflow_it() -> None:
    outbox = Outbox(max_bytes=10)
    for _ in range(100):
        outbox.put_newest(Newest.HEARTBEAT, b"123456789")
    assert not outbox.overflowed


def test_past_the_bound_it_overflows_keeps_nothing_and_takes_nothing_more() -> None:
    outbox = Outbox(max_bytes=10)
    outbox.put(b"12345")
    outbox.put(b"67890")
    before = outbox.overflowed
    outbox.put(b"!")
    assert (before, outbox.overflowed) == (False, True)
    outbox.put(b"1")
    outbox.put_newest(Newest.PRESENCE, b"2")
    outbox.put_stream(iter([b"3"]))
    assert (outbox.waiting_bytes, drain(outbox)) == (0, [])


def test_what_was_taken_makes_room() -> None:
    outbox = Outbox(max_bytes=10)
    for _ in range(100):
        outbox.put(b"1234567890")
        assert outbox.take() == b"1234567890"
    assert not outbox.overflowed


def test_a_stream_is_made_only_while_it_is_taken_and_does_not_count() -> None:
    made: list[int] = []

    def frames() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"x" * 1000

    outbox = Outbox(max_bytes=10)
    outbox.put_stream(frames())
    outbox.put(b"1234567890")
    assert not outbox.overflowed
    assert made == []
    outbox.take()
    assert made == [0]
    assert drain(outbox) == [b"x" * 1000, b"x" * 1000, b"1234567890"]


def test_streams_follow_each_other() -> None:
    outbox = Outbox()
    outbox.put_stream(iter([]))
    outbox.put_stream(iter([b"1"]))
    outbox.put_stream(iter([b"2"]))
    assert drain(outbox) == [b"1", b"2"]


@given(st.lists(st.sampled_from(["put", "heartbeat", "presence", "stream", "take"])))
def test_whatever_happens_what_must_arrive_arrives_in_order_and_the_count_is_right(steps: list[str]) -> None:
    outbox = Outbox()
    must_arrive: list[bytes] = []
    arrived: list[bytes] = []
    for number, step in enumerate(steps):
        frame = f"{step} {number}".encode()
        match step:
            case "put":
                outbox.put(frame)
                must_arrive.append(frame)
            case "stream":
                outbox.put_stream(iter([frame]))
                must_arrive.append(frame)
            case "take":
                arrived += [taken] if (taken := outbox.take()) else []
            case _:
                outbox.put_newest(Newest(step), frame)
    arrived += drain(outbox)
    assert [frame for frame in arrived if frame.startswith((b"put", b"stream"))] == must_arrive
    for kind in Newest:
        told = [frame for frame in arrived if frame.startswith(kind.encode())]
        newest = [number for number, step in enumerate(steps) if step == kind]
        assert told[-1:] == [f"{kind} {number}".encode() for number in newest[-1:]]
    assert outbox.waiting_bytes == 0
