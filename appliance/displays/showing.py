"""What a display shows, and the address that says so: a display is configured by its URL alone."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from msgspec import Meta, Struct, ValidationError, convert, field, structs

from appliance.boards.model import BoardKind
from appliance.powerlifting.words import Language

WAITING = "/display"
"""The address of a screen that has not been told what to show."""


class DisplayKind(StrEnum):
    """The kinds of displays, as they stand in the address."""

    LOWER_THIRD = "lower-third"
    ATTEMPT_BAR = "attempt-bar"
    ATTEMPT_BOARD = "attempt-board"
    SCOREBOARD = "scoreboard"
    LIFTING_ORDER = "lifting-order"
    LOADING = "loading"
    LEADERBOARD = "leaderboard"
    ANNOUNCER = "announcer"
    NEXT_UP = "next-up"
    RESULTS = "results"

    @property
    def board(self) -> BoardKind:
        """The board that it shows."""
        match self:
            case DisplayKind.SCOREBOARD:
                return BoardKind.FLIGHT
            case DisplayKind.LIFTING_ORDER:
                return BoardKind.ORDER
            case DisplayKind.LEADERBOARD:
                return BoardKind.LEADERS
            case DisplayKind.RESULTS:
                return BoardKind.RESULTS
            case _:
                return BoardKind.PLATFORM


class Options(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How it is shown; each is a parameter of the address, and left out there as long as it is the default.

    ``background``, ``corner`` and ``scale`` are those of the overlays, ``seconds`` is how long a page stands,
    ``show`` the pages of the leaderboard, separated by commas.
    """

    units: Literal["meet", "kg", "lb", "both"] = "meet"
    theme: Literal["dark", "light", "contrast"] = "dark"
    lang: Language = Language.EN
    background: Literal["transparent", "chroma"] = "transparent"
    corner: Literal["bottom-left", "bottom-right", "top-left", "top-right"] = "bottom-left"
    scale: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    seconds: Annotated[int, Meta(ge=3, le=120)] = 10
    show: Annotated[str, Meta(pattern=r"^(categories|points|teams)(,(categories|points|teams))*\Z")] = (
        "categories,points,teams"
    )
    scroll: Literal["on", "off"] = "on"


class Showing(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What a display shows: a kind, of a meet and, where it is of one, a platform."""

    kind: DisplayKind
    meet_id: Annotated[str, Meta(pattern=r"^[1-9][0-9]{8}\Z")]
    platform: Annotated[int, Meta(ge=1, le=99)] = 1
    options: Options = field(default_factory=Options)


def address(showing: Showing, key: str, screen: str | None = None) -> str:
    """The path and query of a display.

    Args:
        showing: what it shows.
        key: a read-only key of the meet.
        screen: the screen's own id, see `Screens`; without one it is in nobody's list.
    """
    query: dict[str, object] = {"meet": showing.meet_id}
    if showing.kind.board.of_platform:
        query["platform"] = showing.platform
    default = Options()
    query |= {name: value for name, value in structs.asdict(showing.options).items() if value != getattr(default, name)}
    if screen is not None:
        query["id"] = screen
    return f"{WAITING}/{showing.kind}?{urlencode(query | {'key': key}, safe=',')}"


def read_address(text: str) -> tuple[Showing, str] | None:
    """What a display with this address shows, and its key; None for any other text.

    Parameters that are wrong are left out: the page itself does so, too.
    """
    try:
        parts = urlsplit(text)
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return None
    place, _, kind = parts.path.rpartition("/")
    if place != WAITING:
        return None
    options = {name: value for name in structs.asdict(Options()) if (value := _valid(name, query)) is not None}
    said = {"kind": kind, "meetId": query.get("meet", ""), "platform": query.get("platform", "1"), "options": options}
    try:
        return convert(said, Showing, strict=False), query.get("key", "")
    except ValidationError:
        return None


def _valid(name: str, query: Mapping[str, str]) -> str | None:
    if name not in query:
        return None
    try:
        convert({name: query[name]}, Options, strict=False)
    except ValidationError:
        return None
    return query[name]


def waiting_address(screen: str) -> str:
    """The path and query of a screen that shows its number."""
    return f"{WAITING}?{urlencode({'id': screen})}"
