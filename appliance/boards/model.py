"""The boards: what a display shows, ready to be shown, as it goes over the wire (camelCase JSON).

Displays count nothing. Weights and points come as texts, in both units, with a decimal point; a display chooses the
unit, and puts its language's decimal sign. Words of the sport stay those of OpenLifter's files: "SBD", "Sleeves", "Mx".
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from appliance.powerlifting.words import Equipment, Event, Lift, Sex


class BoardKind(StrEnum):
    """What can be asked for."""

    PLATFORM = "platform"
    """Who lifts now, what is on the bar, who is next; of one platform."""
    ORDER = "order"
    """The lifting order of this round and the next; of one platform."""
    FLIGHT = "flight"
    """All attempts of the flight; of one platform."""
    LEADERS = "leaders"
    """The first of each category, by total, by points and by team, as it would end if all openers were good."""
    RESULTS = "results"
    """Everybody's place by what has been lifted."""
    PROGRESS = "progress"
    """How far each platform is."""

    @property
    def of_platform(self) -> bool:
        """Whether there is one for each platform, rather than one for the meet."""
        return self in (BoardKind.PLATFORM, BoardKind.ORDER, BoardKind.FLIGHT)


class AttemptState(StrEnum):
    """What is known of an attempt."""

    NONE = "none"
    """No weight was given, or it was withdrawn."""
    PENDING = "pending"
    CURRENT = "current"
    """It is being taken, or the next to be."""
    GOOD = "good"
    NO_LIFT = "no-lift"


class Weight(Struct, frozen=True):
    """A weight as shown: ``kg`` "182.5", ``lb`` "402.34"; of a class with "+" behind it if it has no limit."""

    kg: str
    lb: str


class MeetHead(Struct, frozen=True, rename="camel"):
    """Whose board it is. ``date`` is that of day 1, ``formula`` as OpenLifter names it."""

    meet_id: str
    name: str
    federation: str
    date: str
    length_days: int
    in_kg: bool
    alternate_units: bool
    formula: str


class Lifter(Struct, frozen=True, rename="camel"):
    """Who somebody is. ``age`` and ``lot`` are 0 if unknown; ``division`` is the first of ``divisions``."""

    entry_id: int
    name: str
    sex: Sex
    team: str
    country: str
    state: str
    flight: str
    equipment: Equipment
    division: str
    divisions: tuple[str, ...]
    events: tuple[Event, ...]
    weight_class: Weight | None
    bodyweight: Weight | None
    age: int
    lot: int
    guest: bool


class Attempt(Struct, frozen=True):
    """One attempt. ``number`` counts from 1."""

    number: int
    weight: Weight | None
    state: AttemptState


class LiftAttempts(Struct, frozen=True):
    """A lifter's attempts of one lift; ``best`` is the heaviest good one that counts."""

    lift: Lift
    attempts: tuple[Attempt, ...]
    best: Weight | None


class Plate(Struct, frozen=True, rename="camel"):
    """Equal plates on one side of the bar, from the inside out.

    ``weight`` is in the meet's unit as written on the plate. ``missing``: there are no plates for this rest.
    """

    weight: str
    count: int
    color: str
    already_loaded: bool
    missing: bool


class Bar(Struct, frozen=True, rename="camel"):
    """What goes on the bar. ``bar_and_collars`` is of this lift."""

    bar_and_collars: Weight
    plates: tuple[Plate, ...]


class Standing(Struct, frozen=True):
    """Where somebody stands in the first category of the first division; place "" without a total, "G" for guests.

    ``total`` counts what OpenLifter's lifting page counts: openers that are yet to come too, until the deadlift's
    second round. ``points`` are by the meet's formula, "" if it has none.
    """

    total: Weight | None
    points: str
    place: str


class OnPlatform(Struct, frozen=True, rename="camel"):
    """A lifter with the attempt to come.

    ``rack`` is the height for this lift, "" for the deadlift. ``standing`` is now, ``if_good`` after a good lift.
    ``fourth``: an attempt for a record only, that counts for no total.
    """

    lifter: Lifter
    attempt: int
    weight: Weight
    rack: str
    fourth: bool
    bar: Bar
    lifts: tuple[LiftAttempts, ...]
    standing: Standing
    if_good: Standing


class Queued(Struct, frozen=True, rename="camel"):
    """A place in the lifting order. ``ahead`` is how many lift before, 0 for who lifts now."""

    ahead: int
    entry_id: int
    name: str
    team: str
    lot: int
    attempt: int
    weight: Weight
    rack: str


class Decision(Struct, frozen=True, rename="camel"):
    """What the referees have just decided; it leaves the board by itself after `DECISION_S`.

    ``place_before`` and ``place_after`` are as of `Standing`: a change is worth a look.
    """

    server_seq: int
    entry_id: int
    name: str
    lift: Lift
    attempt: int
    weight: Weight
    good: bool
    fourth: bool
    total: Weight | None
    place_before: str
    place_after: str


class FlightProgress(Struct, frozen=True, rename="camel"):
    """How far a platform is with what it does now: the attempts of this lift in this flight, and in the whole day."""

    platform: int
    day: int
    flight: str
    lift: Lift
    attempt: int
    flight_taken: int
    flight_attempts: int
    day_taken: int
    day_attempts: int


class PlatformBoard(Struct, frozen=True, rename="camel"):
    """Who lifts now, and who then. ``following`` are the few after ``next``.

    ``location`` is the scoring table that is followed; None as long as no table has chosen a flight there.
    ``current`` and ``next`` are None where the round is over, or nobody has given a weight.
    """

    meet: MeetHead
    progress: FlightProgress
    location: str | None
    current: OnPlatform | None
    next: OnPlatform | None
    following: tuple[Queued, ...]
    decision: Decision | None


class OrderBoard(Struct, frozen=True, rename="camel"):
    """The lifting order: first who lifts now. ``missing`` have not told the weight of their next attempt."""

    meet: MeetHead
    progress: FlightProgress
    this_round: tuple[Queued, ...]
    next_round: tuple[Queued, ...]
    missing: tuple[Lifter, ...]
    decision: Decision | None


class FlightRow(Struct, frozen=True, rename="camel"):
    """A lifter of the flight, with all attempts."""

    lifter: Lifter
    lifts: tuple[LiftAttempts, ...]
    standing: Standing
    current: bool
    next: bool


class FlightBoard(Struct, frozen=True, rename="camel"):
    """The flight in lifting order; each lift has ``attempts`` columns: 3, or 4 while fourth attempts are taken."""

    meet: MeetHead
    progress: FlightProgress
    lifts: tuple[Lift, ...]
    attempts: int
    has_lots: bool
    rows: tuple[FlightRow, ...]
    decision: Decision | None


class Ranked(Struct, frozen=True, rename="camel"):
    """A place in a category: a number, "G", "DQ" or "NS". ``best`` has the best lift of each lift of the event."""

    place: str
    entry_id: int
    name: str
    team: str
    country: str
    bodyweight: Weight | None
    best: tuple[Weight | None, ...]
    total: Weight | None
    points: str


class CategoryRanking(Struct, frozen=True, rename="camel"):
    """Lifters who are placed against each other, best first; ``equipment`` are the kinds that the meet counts as one.

    A ranking by points has no division and no weight class.
    """

    sex: Sex
    event: Event
    equipment: tuple[Equipment, ...]
    division: str
    weight_class: Weight | None
    ranked: tuple[Ranked, ...]


class TeamScore(Struct, frozen=True, rename="camel"):
    """A team's points: see `teams`. ``scorers`` are those who count, best first, each with name and points."""

    place: int
    team: str
    score: int
    scorers: tuple[tuple[str, int], ...]


class LeadersBoard(Struct, frozen=True, rename="camel"):
    """The first few of each category, of each sex by points, and the teams."""

    meet: MeetHead
    categories: tuple[CategoryRanking, ...]
    by_points: tuple[CategoryRanking, ...]
    teams: tuple[TeamScore, ...]


class ResultsBoard(Struct, frozen=True, rename="camel"):
    """Everybody who has a place, category by category, as OpenLifter's results pages; and the best lifters.

    Juniors and masters are there where the meet has a table of ages, with their points multiplied by it.
    """

    meet: MeetHead
    categories: tuple[CategoryRanking, ...]
    best_lifters: tuple[CategoryRanking, ...]
    best_juniors: tuple[CategoryRanking, ...]
    best_masters: tuple[CategoryRanking, ...]


class ProgressBoard(Struct, frozen=True, rename="camel"):
    """All platforms of the day that is on, in order."""

    meet: MeetHead
    platforms: tuple[FlightProgress, ...]


Board = PlatformBoard | OrderBoard | FlightBoard | LeadersBoard | ResultsBoard | ProgressBoard

DECISION_S = 6.0
"""How long a decision is shown: until the next lifter is called, long enough to be seen from the back of the hall."""
