"""What a display shows, and its address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.boards.model import BoardKind
from appliance.displays.showing import DisplayKind, Options, Showing, address, read_address, waiting_address
from appliance.powerlifting.words import Language

MEET, KEY = "123456789", "old1.abc.def"

OPTIONS = st.builds(
    Options,
    units=st.sampled_from(["meet", "kg", "lb", "both"]),
    theme=st.sampled_from(["dark", "light", "contrast"]),
    lang=st.sampled_from(list(Language)),
    background=st.sampled_from(["transparent", "chroma"]),
    corner=st.sampled_from(["bottom-left", "bottom-right", "top-left", "top-right"]),
    scale=st.sampled_from([0.5, 0.75, 1.0, 2.0]),
    seconds=st.integers(3, 120),
    show=st.sampled_from(["categories", "points,teams", "categories,points,teams"]),
    scroll=st.sampled_from(["on", "off"]),
)


def test_the_address_says_all_and_nothing_that_is_so_anyway() -> None:
    showing = Showing(DisplayKind.LOWER_THIRD, MEET, 2, Options(corner="top-left"))
    assert address(showing, KEY) == f"/display/lower-third?meet={MEET}&platform=2&corner=top-left&key={KEY}"
    assert address(showing, KEY, "101-abcd").endswith(f"&id=101-abcd&key={KEY}")
    assert waiting_address("101-abcd") == "/display?id=101-abcd"


def test_what_shows_the_whole_meet_has_no_platform() -> None:
    assert "platform" not in address(Showing(DisplayKind.RESULTS, MEET, 2), KEY)


def test_each_kind_has_its_board() -> None:
    assert {kind: kind.board for kind in DisplayKind if kind.board is not BoardKind.PLATFORM} == {
        DisplayKind.SCOREBOARD: BoardKind.FLIGHT,
        DisplayKind.LIFTING_ORDER: BoardKind.ORDER,
        DisplayKind.LEADERBOARD: BoardKind.LEADERS,
        DisplayKind.RESULTS: BoardKind.RESULTS,
    }


@given(st.sampled_from(DisplayKind), st.integers(1, 99), OPTIONS)
def test_what_was_written_is_read_back(kind: DisplayKind, platform: int, options: Options) -> None:
    showing = Showing(kind, MEET, platform if kind.board.of_platform else 1, options)
    assert read_address(address(showing, KEY, "101-abcd")) == (showing, KEY)


def test_a_parameter_that_is_wrong_is_as_if_it_were_not_there() -> None:
    read = read_address(f"/display/results?meet={MEET}&theme=pink&seconds=1&seconds=x&lang=de&key={KEY}")
    assert read == (Showing(DisplayKind.RESULTS, MEET, 1, Options(lang=Language.DE)), KEY)


@pytest.mark.parametrize(
    "text",
    ["", "/display?id=101-abcd", "/display/pie?meet=123456789", "/display/results", "/x/results?meet=123456789", "//["],
)
def test_any_other_address_is_no_display(text: str) -> None:
    assert read_address(text) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    read_address(text)
    read_address(f"/display/results?{text}")
