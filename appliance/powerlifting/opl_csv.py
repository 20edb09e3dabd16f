"""The file that OpenPowerlifting takes, written as OpenLifter 1.4 writes it, byte for byte; and read.

There is no quoting in it: what would need some is taken out of the cells (FACTS 12).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from appliance.powerlifting.ages import age_at_meet
from appliance.powerlifting.model import MOST_ATTEMPTS, Entry, Meet
from appliance.powerlifting.openlifter import RELEASE
from appliance.powerlifting.placing import Category, Placed, rankings
from appliance.powerlifting.points import points
from appliance.powerlifting.totals import best3
from appliance.powerlifting.units import display_points, display_weight, kg_to_lbs, weight_class_in_lbs
from appliance.powerlifting.words import Lift

_FORMAT = "OPL Format v1"
VERSION_LINE = f"{_FORMAT} (OpenLifter {RELEASE}),Submit by email:,issues@openpowerlifting.org"

_RULES = "CombineSleevesAndWraps CombineSingleAndMulti"
"""What RuleSet says where sleeves and wraps are combined; single and multi are named with them, set or not."""

_LIFT_NAMES = {Lift.S: "Squat", Lift.B: "Bench", Lift.D: "Deadlift"}

# What String.prototype.trim takes away.
_BLANK = " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f"
_BLANK += "\u205f\u3000\ufeff"


class OplFile(Struct, frozen=True):
    """A file that was read: its meet by column, its lifters' columns, and of each row the line and its cells."""

    version: str
    meet: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class NotAnOplFile(Exception):
    """A text is not a file of this kind; ``line`` counts from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


def file_name(meet: Meet) -> str:
    """What OpenLifter calls the file."""
    return f"{meet.name.replace(' ', '-')}.opl.csv"


def write(meet: Meet, entries: Sequence[Entry]) -> str:
    """The file of a meet as it stands."""
    rows = [_row(category, placed, meet) for category, placed in _placed(meet, entries)]
    named = _columns(meet)
    used = [place for place in range(len(named)) if any(row[place] for row in rows)]
    lines = [VERSION_LINE, "", *_meet_lines(meet), "", ",".join(named[place] for place in used)]
    lines += [",".join(row[place] for place in used) for row in rows] or [""]
    return "\n".join(lines) + "\n"


def read(text: str) -> OplFile:
    """Read a file's sections; what stands in the cells is not judged.

    Raises:
        NotAnOplFile: the sections are not where they should be.
    """
    lines = text.split("\n")
    if not lines[0].startswith(_FORMAT):
        raise NotAnOplFile(1, f"should begin with {_FORMAT!r}")
    for number, expected in ((2, "empty"), (5, "empty")):
        if len(lines) < number or lines[number - 1]:
            raise NotAnOplFile(number, f"should be {expected}")
    if len(lines) < 6:
        raise NotAnOplFile(6, "the lifters are missing")
    names, cells = lines[2].split(","), lines[3].split(",")
    if len(cells) != len(names):
        raise NotAnOplFile(4, f"has {len(cells)} cells, the line above it {len(names)}")
    columns = tuple(lines[5].split(",")) if lines[5] else ()
    rows = tuple((number, tuple(line.split(","))) for number, line in enumerate(lines[6:], start=7) if line)
    return OplFile(lines[0], dict(zip(names, cells, strict=True)), columns, rows)


def cleaned(cell: str) -> str:
    """A cell without what would need quoting; a zero is nothing."""
    text = cell.replace(",", " ").replace('"', " ")
    return ("" if text == "0" else text.replace("  ", " ")).strip(_BLANK)


def _placed(meet: Meet, entries: Sequence[Entry]) -> list[tuple[Category, Placed]]:
    return [(each.category, placed) for each in rankings(entries, meet) for placed in each.placed]


def _meet_lines(meet: Meet) -> list[str]:
    cells = {
        "Federation": meet.federation,
        "Date": _date(meet.date),
        "MeetCountry": meet.country,
        "MeetState": meet.state,
        "MeetTown": meet.city,
        "MeetName": meet.name,
        "Formula": meet.formula,
    }
    if meet.combine_sleeves_and_wraps:
        cells["RuleSet"] = _RULES
    return [",".join(cells), ",".join(map(cleaned, cells.values()))]


def _columns(meet: Meet) -> list[str]:
    unit = "Kg" if meet.in_kg else "Lbs"
    lifts = []
    for name in _LIFT_NAMES.values():
        lifts += [f"{name}{number}{unit}" for number in range(1, MOST_ATTEMPTS + 1)]
        lifts.append(f"Best3{name}{unit}")
    return [
        *("Place", "Name", "Instagram", "Sex", "BirthDate", "Age", "Country", "State", "Equipment", "Division", "Lot"),
        *(f"Bodyweight{unit}", f"WeightClass{unit}", *lifts, f"Total{unit}", "Points", "Event", "Team"),
    ]


def _row(category: Category, placed: Placed, meet: Meet) -> list[str]:
    entry, event = placed.entry, category.event
    shown = _shown_in(meet)
    weight_class = category.weight_class if meet.in_kg else weight_class_in_lbs(category.weight_class)
    score = points(
        meet.formula, entry.sex, entry.equipment, event, entry.bodyweight_kg, placed.total_kg, in_kg=meet.in_kg
    )
    lifts: list[str] = []
    for lift in Lift:
        attempts = entry.attempts(lift)
        if lift in event.lifts:
            taken = zip(attempts.kg, attempts.status, strict=True)
            lifts += [shown(kg * status) for kg, status in taken]
            lifts.append(shown(best3(attempts)))
        else:
            lifts += [""] * (MOST_ATTEMPTS + 1)
    cells = [
        placed.place,
        entry.name,
        entry.instagram,
        entry.sex,
        _date(entry.birth_date),
        str(age_at_meet(entry.age, entry.birth_date, meet.date, entry.day)),
        entry.country,
        entry.state,
        entry.equipment,
        category.division,
        str(entry.lot),
        shown(entry.bodyweight_kg),
        weight_class,
        *lifts,
        shown(placed.total_kg),
        display_points(score) if score else "",
        event,
        entry.team,
    ]
    return list(map(cleaned, cells))


def _shown_in(meet: Meet) -> Callable[[float], str]:
    return display_weight if meet.in_kg else lambda kg: display_weight(kg_to_lbs(kg))


def _date(date: str) -> str:
    # A spreadsheet would turn it into another one.
    return f"'{date}" if date else ""
