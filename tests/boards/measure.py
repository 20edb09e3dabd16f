"""What one attempt costs the server: ``python -m tests.boards.measure``.

A meet of 300 lifters on 4 platforms. For each of some hundred attempts, a weight and then a mark, all boards of all
platforms are drawn and encoded, those that the update did not touch too. Beside it the control: the same without
keeping anything, which is what it costs to be right without being clever.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import thread_time_ns

import msgspec

from appliance.boards.boards import Boards
from appliance.boards.model import BoardKind
from appliance.meet.records import Accepted, Location
from tests.boards.written import Written

LIFTERS, PLATFORMS, ATTEMPTS = 300, 4, 400
LOCATIONS = tuple(Location(f"Platform {number}", 50) for number in range(1, PLATFORMS + 1))
DIVISIONS = ["Open", "Juniors", "Masters 1", "Masters 2", "Sub-Juniors"]
CLASSES_KG = [59, 66, 74, 83, 93, 105, 120]


def full_meet(chance: random.Random) -> Written:
    """300 lifters with their openers, squats half done."""
    meet = Written(LOCATIONS)
    meet.set(
        name="National",
        platformsOnDays=[PLATFORMS],
        formula="IPF GL Points",
        divisions=DIVISIONS,
        weightClassesKgMen=CLASSES_KG,
        weightClassesKgWomen=[47, 52, 57, 63, 69, 76, 84],
        plates=[{"weightKg": kg, "pairCount": 8, "color": "#FF0000"} for kg in (25, 20, 15, 10, 5, 2.5, 1.25)],
    )
    for number in range(LIFTERS):
        opener = chance.randrange(40, 120) * 2.5
        meet.apply(
            f"registration.entries[{number}]",
            {
                "id": number,
                "day": 1,
                "platform": number % PLATFORMS + 1,
                "flight": "ABCDE"[number // PLATFORMS % 5],
                "name": f"Lifter {number:03}",
                "sex": chance.choice("MF"),
                "equipment": "Sleeves",
                "divisions": ["Open", chance.choice(DIVISIONS[1:])],
                "events": ["SBD"],
                "team": f"Team {number % 20}",
                "lot": number + 1,
                "bodyweightKg": chance.randrange(450, 1300) / 10,
                "squatKg": [opener, opener + 5, 0, 0, 0],
                "squatStatus": [1, 0, 0, 0, 0],
                "benchKg": [opener / 2, 0, 0, 0, 0],
                "deadliftKg": [opener + 20, 0, 0, 0, 0],
            },
        )
    for number in range(1, PLATFORMS + 1):
        meet.apply(f"lifting[Platform {number}].platform", number)
    return meet


def draw_all(boards: Boards, spent: dict[BoardKind, list[int]]) -> None:
    """Draw and encode every board of every platform."""
    for kind in BoardKind:
        began = thread_time_ns()
        for platform in boards.platforms if kind.of_platform else (None,):
            msgspec.json.encode(boards.board(kind, platform))
        spent[kind].append(thread_time_ns() - began)


def run(
    draw: Callable[[Written, Boards, Accepted, dict[BoardKind, list[int]]], None], attempts: int
) -> dict[str, list[int]]:
    """Times in ns of each update, by board and in all."""
    chance = random.Random(1)
    meet = full_meet(chance)
    boards = Boards("123456789", LOCATIONS, meet.state)
    spent: dict[BoardKind, list[int]] = {kind: [] for kind in BoardKind}
    draw_all(boards, spent)
    for times in spent.values():
        times.clear()
    in_all: list[int] = []
    for _ in range(attempts):
        entry = chance.randrange(LIFTERS)
        for key, value in (("squatKg[1]", chance.randrange(40, 120) * 2.5), ("squatStatus[1]", chance.choice([1, -1]))):
            update = meet.apply(f"registration.entries[{entry}].{key}", value)
            began = thread_time_ns()
            draw(meet, boards, update, spent)
            in_all.append(thread_time_ns() - began)
    return {**{str(kind): times for kind, times in spent.items()}, "all boards": in_all}


def incremental(_: Written, boards: Boards, update: Accepted, spent: dict[BoardKind, list[int]]) -> None:
    """As the server does it."""
    boards.take([update], 0.0)
    draw_all(boards, spent)


def anew(meet: Written, _: Boards, _update: Accepted, spent: dict[BoardKind, list[int]]) -> None:
    """The control: keep nothing."""
    draw_all(Boards("123456789", LOCATIONS, meet.state), spent)


def main() -> None:
    """Print a table."""
    print(f"{LIFTERS} lifters, {PLATFORMS} platforms; all boards of all platforms after each update; CPU ms")
    for name, draw, attempts in (("incremental", incremental, ATTEMPTS), ("built anew", anew, ATTEMPTS // 20)):
        print(f"\n{name}, {2 * attempts} updates{'':12}p50     p99     max")
        for board, times in run(draw, attempts).items():
            times.sort()
            p50, p99, most = (times[min(int(len(times) * share), len(times) - 1)] / 1e6 for share in (0.5, 0.99, 1))
            print(f"  {board:28}{p50:7.2f} {p99:7.2f} {most:7.2f}")


if __name__ == "__main__":
    main()
