"""Meets as displays meet them: what is typed in at a table until a situation stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.access.bundles import from_text
from appliance.access.display_keys import display_key, new_key_id
from tests.world import Table, World

KG_PLATES = [
    {"weightKg": kg, "pairCount": pairs, "color": color}
    for kg, pairs, color in (
        (25, 8, "#C8102E"),
        (20, 1, "#1F4FA3"),
        (15, 1, "#F2C300"),
        (10, 1, "#2E8B3D"),
        (5, 1, "#FFFFFF"),
        (2.5, 1, "#222222"),
        (1.25, 1, "#C0C0C0"),
    )
]

NAMES = (
    ("Marta Silva", "F", "Iron Valley"),
    ("Ann-Kathrin Öztürk", "F", "Hamburg Kraft"),
    ("Niamh D’Arcy", "F", "Cork Barbell"),
    ("김서연", "F", "Seoul"),
    ("Tuuli Saarinen", "F", "Iron Valley"),
    ("Beatriz Gómez", "F", "Barra Libre"),
    ("Ζωή Παπαδοπούλου", "F", "Αθήνα"),
    ("Claire Dubois", "F", "Force Lyon"),
    ("Ewa Zielińska", "F", "Hamburg Kraft"),
    ("Grace O’Malley", "F", "Cork Barbell"),
    ("Hana Nováková", "F", "Force Lyon"),
    ("Ingrid Solberg", "F", "Iron Valley"),
)

LONG_NAMES = (
    (
        "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley",
        "F",
        "Kraftsportverein 1893 Oberammergau",
    ),
    ("محمد عبد الرحمن بن خالد آل سعود", "F", "الرياض"),
    ("ვახტანგ გელაშვილი", "F", "თბილისი"),
    ("Nguyễn Thị Hồng Trần Bảo Châu", "F", "Hà Nội"),
    ("יעל כהן־לוי", "F", "תל אביב"),
    ("阿卜杜热西提·买买提吐尔逊", "F", "乌鲁木齐"),
)


def bench(number: int) -> float:
    """The opener in the bench press, in kg."""
    return 45 + 2.5 * number


def setup(**more: Any) -> dict[str, Any]:
    """The settings of a meet."""
    settings = {
        "name": "Spring Open 2026",
        "federation": "OPL",
        "date": "2026-03-14",
        "formula": "Dots",
        "divisions": ["Open", "Juniors"],
        "weightClassesKgWomen": [57, 63, 69, 76],
        "plates": KG_PLATES,
        "squatBarAndCollarsWeightKg": 25,
        "platformsOnDays": [1],
        **more,
    }
    return {f"meet.{name}": value for name, value in settings.items()}


def lifters(names: tuple[tuple[str, str, str], ...] = NAMES, flight: str = "A") -> dict[str, Any]:
    """Lifters with their openers."""
    made = {}
    for place, (name, sex, team) in enumerate(names):
        opener = 90 + 7.5 * place
        made[f"registration.entries[{place + 1}]"] = {
            "id": place + 1,
            "day": 1,
            "platform": 1,
            "flight": flight,
            "name": name,
            "sex": sex,
            "team": team,
            "country": "",
            "equipment": "Sleeves",
            "divisions": ["Open"] if place % 3 else ["Juniors", "Open"],
            "events": ["SBD"],
            "age": 24 + place,
            "lot": place + 1,
            "bodyweightKg": 55 + place * 1.7,
            "squatRackInfo": f"{8 + place % 5} in",
            "benchRackInfo": "5",
            "squatKg": [opener, 0, 0, 0, 0],
            "benchKg": [bench(place + 1), 0, 0, 0, 0],
            "deadliftKg": [opener + 30, 0, 0, 0, 0],
        }
    return made


def squats_done(count: int) -> dict[str, Any]:
    """Three squats of each lifter, the second of every third failed, and the first bench presses of some."""
    made: dict[str, Any] = {}
    for number in range(1, count + 1):
        opener = 90 + 7.5 * (number - 1)
        made[f"registration.entries[{number}].squatKg"] = [
            opener,
            opener + 5,
            opener + (5 if number % 3 == 0 else 10),
            0,
            0,
        ]
        made[f"registration.entries[{number}].squatStatus"] = [
            1,
            -1 if number % 3 == 0 else 1,
            -1 if number % 4 == 0 else 1,
            0,
            0,
        ]
    return made


def benching(count: int, taken: int) -> dict[str, Any]:
    """The bench press, with so many second attempts taken."""
    made: dict[str, Any] = {"lifting[Platform 1].lift": "B", "lifting[Platform 1].flight": "A"}
    for number in range(1, count + 1):
        opener = bench(number)
        done = number <= taken
        made[f"registration.entries[{number}].benchKg"] = [
            opener,
            opener + 5,
            opener + 7.5 if done and number % 2 else 0,
            0,
            0,
        ]
        made[f"registration.entries[{number}].benchStatus"] = [1, (1 if number % 2 else -1) if done else 0, 0, 0, 0]
    return made


SITUATIONS: Mapping[str, dict[str, Any]] = {
    "mid-meet": {**setup(), **lifters(), **squats_done(12), **benching(12, 5)},
    "end-of-flight": {**setup(), **lifters(), **squats_done(12)},
    "no-lifters": setup(),
    "long-names": {
        **setup(name="Internationale Meisterschaft der Verbände für Kraftdreikampf 2026"),
        **lifters(LONG_NAMES),
        **squats_done(6),
        **benching(6, 1),
    },
    "pounds": {**setup(inKg=False), **lifters(), **squats_done(12), **benching(12, 5)},
}
"""What is in the meet, by situation."""

GOOD, NO_LIFT = ("registration.entries[6].benchStatus[1]", 1), ("registration.entries[6].benchStatus[1]", -1)
"""How the lifter who is on in the middle of the meet is marked."""


async def meet_in(venue: World, situation: str) -> tuple[Table, str]:
    """A meet in this situation: its table, and a key for its displays, made from what every table gets."""
    table = await venue.table()
    created = await table.create({"Platform 1": 10}, "Platform 1")
    await typed_in(table, SITUATIONS[situation])
    return table, display_key(new_key_id(), table.meet_id, from_text(created.recovery_key or "") or b"")


async def typed_in(table: Table, changes: Mapping[str, Any]) -> None:
    """Type a situation in."""
    items = list(changes.items())
    for start in range(0, len(items), 200):
        await table.change(*items[start : start + 200])
