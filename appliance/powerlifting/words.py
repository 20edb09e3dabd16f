"""The words of the sport. Each value is the one that stands in OpenLifter's state and files.

Members stand in the order in which OpenLifter sorts its result categories.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class _Word(StrEnum):
    # Enum's own hash is computed in Python at each look-up, and words are looked up a thousand times for one board.
    __hash__ = str.__hash__


class Sex(_Word):
    """The sex category a lifter competes in."""

    F = "F"
    M = "M"
    MX = "Mx"
    """Scored by the men's formulas, except where a formula says otherwise."""


class Lift(_Word):
    """One of the three lifts, in the order in which they are contested."""

    S = "S"
    """Squat."""
    B = "B"
    """Bench press."""
    D = "D"
    """Deadlift."""


class Event(_Word):
    """The lifts that make up a total."""

    SBD = "SBD"
    BD = "BD"
    SB = "SB"
    SD = "SD"
    S = "S"
    B = "B"
    D = "D"

    @property
    def lifts(self) -> tuple[Lift, ...]:
        """The event's lifts, in the order in which they are contested."""
        return _LIFTS[self]


_LIFTS = {event: tuple(Lift(letter) for letter in event.value) for event in Event}


class Equipment(_Word):
    """The most supportive equipment a lifter wears."""

    BARE = "Bare"
    SLEEVES = "Sleeves"
    WRAPS = "Wraps"
    SINGLE_PLY = "Single-ply"
    MULTI_PLY = "Multi-ply"
    UNLIMITED = "Unlimited"


class LiftStatus(IntEnum):
    """What became of an attempt."""

    NO_LIFT = -1
    NOT_TAKEN = 0
    GOOD = 1


class Formula(_Word):
    """What points a meet's best lifters are ranked by."""

    AH = "AH"
    BODYWEIGHT_MULTIPLE = "Bodyweight Multiple"
    DOTS = "Dots"
    GLOSSBRENNER = "Glossbrenner"
    IPF_GL_POINTS = "IPF GL Points"
    IPF_POINTS = "IPF Points"
    NASA_POINTS = "NASA Points"
    RESHEL = "Reshel"
    SCHWARTZ_MALONE = "Schwartz/Malone"
    TOTAL = "Total"
    WILKS = "Wilks"
    WILKS2020 = "Wilks2020"


class AgeCoefficients(_Word):
    """The table that makes the points of juniors and masters comparable with those of open lifters."""

    NONE = "None"
    FOSTER_MCCULLOCH = "FosterMcCulloch"


class Language(_Word):
    """The languages that OpenLifter speaks."""

    DE = "de"
    EL = "el"
    EN = "en"
    EO = "eo"
    ES = "es"
    ET = "et"
    FR = "fr"
    HR = "hr"
    IT = "it"
    LT = "lt"
    NL = "nl"
    PT = "pt"
    RU = "ru"
    TR = "tr"
    UK = "uk"
    ZH_HANS = "zh-Hans"
