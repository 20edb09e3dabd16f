"""A meet as the rules see it: its settings, its lifters and their attempts. Weights are in kg, whatever is shown."""

from __future__ import annotations

from msgspec import Struct

from appliance.powerlifting.plates import PlateStock
from appliance.powerlifting.words import AgeCoefficients, Equipment, Event, Formula, Lift, LiftStatus, Sex

MOST_ATTEMPTS = 5
"""Three count, the fourth is for records; OpenLifter keeps room for a fifth."""


class Attempts(Struct, frozen=True):
    """A lifter's attempts of one lift, `MOST_ATTEMPTS` of each: the weight in kg, 0 for none, and what became of it."""

    kg: tuple[float, ...] = (0.0,) * MOST_ATTEMPTS
    status: tuple[LiftStatus, ...] = (LiftStatus.NOT_TAKEN,) * MOST_ATTEMPTS

    def is_pending(self, number: int) -> bool:
        """Whether this attempt, counted from 1, has a weight and is yet to be taken."""
        return self.kg[number - 1] != 0 and self.status[number - 1] is LiftStatus.NOT_TAKEN


class Entry(Struct, frozen=True, kw_only=True):
    """A lifter at a meet.

    Attributes:
        age: as typed, in years; 0 for not typed. See `ages`.
        birth_date: ``YYYY-MM-DD``, or "".
        lot: 0 for none.
        bodyweight_kg: 0 for not weighed.
    """

    id: int
    day: int = 1
    platform: int = 1
    flight: str = "A"
    name: str = ""
    sex: Sex = Sex.M
    birth_date: str = ""
    age: int = 0
    country: str = ""
    state: str = ""
    equipment: Equipment = Equipment.SLEEVES
    divisions: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    lot: int = 0
    member_id: str = ""
    team: str = ""
    guest: bool = False
    instagram: str = ""
    notes: str = ""
    bodyweight_kg: float = 0.0
    squat_rack: str = ""
    bench_rack: str = ""
    squat: Attempts = Attempts()
    bench: Attempts = Attempts()
    deadlift: Attempts = Attempts()

    def attempts(self, lift: Lift) -> Attempts:
        """Those of one lift."""
        match lift:
            case Lift.S:
                return self.squat
            case Lift.B:
                return self.bench
            case Lift.D:
                return self.deadlift


class Meet(Struct, frozen=True, kw_only=True):
    """What is set for the whole meet.

    Attributes:
        date: of day 1, ``YYYY-MM-DD``.
        classes_kg: by sex, the upper limits of the weight classes, ascending.
        bar_kg: by lift, bar and collars.
    """

    name: str = ""
    country: str = ""
    state: str = ""
    city: str = ""
    federation: str = ""
    date: str = ""
    length_days: int = 1
    platforms_on_days: tuple[int, ...] = (1,)
    divisions: tuple[str, ...] = ()
    classes_kg: dict[Sex, tuple[float, ...]] = {}
    formula: Formula = Formula.WILKS
    age_coefficients: AgeCoefficients = AgeCoefficients.FOSTER_MCCULLOCH
    combine_sleeves_and_wraps: bool = False
    combine_single_and_multi: bool = False
    allow_4th_attempts: bool = True
    in_kg: bool = True
    show_alternate_units: bool = True
    bar_kg: dict[Lift, float] = {}
    plates: tuple[PlateStock, ...] = ()
    round_totals_down: bool = False


class Lifting(Struct, frozen=True, kw_only=True):
    """What one scoring table shows: a flight on a platform, and whom or which attempt it has chosen by hand."""

    day: int = 1
    platform: int = 1
    flight: str = "A"
    lift: Lift = Lift.S
    override_attempt: int | None = None
    override_entry_id: int | None = None
