"""How a socket behaves, and how much of it may be on its way."""

from __future__ import annotations

import pytest

from appliance.live.session import MAX_HURRY, MAX_NONSENSE, Conduct, Window
from appliance.protocol.messages import (
    FromServer,
    JoinRejected,
    MalformedMessage,
    RateLimited,
    UnknownMessageType,
)
from appliance.protocol.words import CloseCode

HURRY = RateLimited(retry_after_ms=1)


@pytest.mark.parametrize("answer", [MalformedMessage(err_msg="no"), UnknownMessageType(unknown_type="DANCE")])
def test_nothing_but_nonsense_is_abuse_in_the_end(answer: FromServer) -> None:
    conduct = Conduct()
    told = [conduct.told(answer) for _ in range(MAX_NONSENSE)]
    assert told == [None] * (MAX_NONSENSE - 1) + [CloseCode.PROTOCOL_ABUSE]


def test_hurrying_on_is_enough_after_a_while() -> None:
    conduct = Conduct()
    told = [conduct.told(HURRY) for _ in range(MAX_HURRY)]
    assert told == [None] * (MAX_HURRY - 1) + [CloseCode.RATE_LIMITED]


@pytest.mark.parametrize("good", [None, JoinRejected(reason="no")])
def test_a_sound_message_between_makes_up_for_it(good: FromServer | None) -> None:
    conduct = Conduct()
    for _ in range(3 * MAX_HURRY):
        assert conduct.told(HURRY) is None
        assert conduct.told(good) is None


def is_open(window: Window) -> bool:
    """Asked anew each time, as mypy does not know that it changes."""
    return window.open


class TestWindow:
    def test_is_open_until_so_many_bytes_are_on_their_way(self) -> None:
        window = Window(100)
        window.posted(99)
        assert is_open(window)
        window.posted(1)
        assert not is_open(window)
        window.answered(99)
        assert is_open(window)

    def test_a_message_larger_than_the_window_passes_alone(self) -> None:
        window = Window(100)
        assert is_open(window)
        window.posted(1_000_000)
        assert not is_open(window)
        window.answered(1_000_000)
        assert is_open(window)

    def test_is_closed_while_anything_is_streamed(self) -> None:
        window = Window(100)
        window.stream_begins()
        window.stream_begins()
        window.stream_ends()
        assert not is_open(window)
        window.stream_ends()
        assert is_open(window)
