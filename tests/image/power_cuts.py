"""Pulls the plug of the image again and again in the middle of a recorded meet, and counts what was lost.

    python -m tests.image.power_cuts IMAGE [--cuts 20] [--seed N] [--meet RECORDING] [--speed X]

Run by ``image-build/power-cut-test``. The machine is killed at a random moment or at a random request to its disk. That
keeps what was flushed, and of the rest what chance will (`unsafe_disk`). Before the machine is switched on again its
card is looked at: everything that a table was told is stored must be there under its number, and the file system must
need no mending. The tables are never touched: they must find back by themselves. Some cuts strike while it boots.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from appliance.client import recording
from appliance.client.events import Status
from appliance.client.faults import CHAOS, ChaosLevel
from appliance.client.recording import Recording, Step
from appliance.client.simulate import Simulation
from tests.image.card_reader import data_partition, meets
from tests.image.venue import BOX_URL, Box, Card, Venue, box_with_card, end_on_signals, move_to, venue

# Of the updates of the meet: the last cut comes while there is something left.
LAST = 0.95
# After the update that it waits for: in the middle of what the others are storing.
LATEST_S = 0.3
# Every other cut is not at a moment but at a request: in the middle of what the box does to its card.
MOST_REQUESTS = 40
BOOT_CUT_S = (3.0, 25.0)
BACK_S = 120.0


class Cut(Struct, frozen=True):
    """One cut, and what came of it.

    Attributes:
        acked: how many updates tables had been told are stored.
        flushes: how often the disk was flushed in all.
        unflushed: the sectors in the disk's cache: how many the medium has whole and new, how many not.
        cut_while_booting_s: how long after it was switched on again it was cut once more, if it was.
        ready_s, back_s: from the switch to /readyz, and on to the moment at which every table was live.
    """

    number: int
    acked: int
    flushes: int
    unflushed: tuple[int, int]
    cut_while_booting_s: float | None
    ready_s: float
    back_s: float
    problems: tuple[str, ...]


class WatchedMeet(Simulation):
    """A simulation that remembers what each table was told is stored.

    Attributes:
        acked: location and local number to the server's number.
        news: set at each answer.
    """

    def __init__(self, meet: Recording, url: str, seed: int, speed: float) -> None:
        super().__init__(meet, url, CHAOS[ChaosLevel.OFF], seed, speed)
        self.acked: dict[tuple[str, int], int] = {}
        self.news = asyncio.Event()
        self._going_on = asyncio.Event()
        self._going_on.set()
        self._stopped_s = 0.0

    async def _until_due(self, step: Step) -> None:
        await super()._until_due(step)
        while not self._going_on.is_set():
            await self._going_on.wait()
            await super()._until_due(step)

    def _answered(self, location: str, local_seq: int, server_seq: int) -> None:
        if server_seq:
            self.acked[location, local_seq] = server_seq
        self.news.set()
        super()._answered(location, local_seq, server_seq)

    async def until_acked(self, count: int) -> None:
        """Wait until so many updates are stored."""
        while len(self.acked) < count:
            self.news.clear()
            await self.news.wait()

    async def until_everybody_is_live(self) -> None:
        """Wait until all tables are back."""
        for session in list(self._sessions.values()):
            await session.wait_for(lambda core: core.status is Status.LIVE)

    def stand_still(self) -> None:
        """Nobody lifts while the box is off; else all would come in one go when it is back."""
        self._stopped_s = self._loop.time()
        self._going_on.clear()

    def go_on(self) -> None:
        """All that was still to be typed comes so much later."""
        self._begun += self._loop.time() - self._stopped_s
        self._going_on.set()

    def client_id(self, location: str) -> str:
        """Of a table."""
        client_id: str = self._sessions[location].core.client_id
        return client_id


async def cut_again_and_again(
    hall: Venue, image: Path, place: Path, meet: Recording, cuts: int, seed: int, speed: float
) -> tuple[list[Cut], list[str]]:
    """Run the meet, with the cuts in it. Returns them, and what was wrong at the end."""
    random = Random(seed)
    updates = sum(len(step.changes) for step in meet.steps)
    made: list[Cut] = []
    async with box_with_card(hall, image, place, mib=2600, seed=seed) as (box, card):
        await box.power_on()
        _say(event="first boot", ready_s=await box.ready())
        watched = WatchedMeet(meet, BOX_URL, seed, speed)
        running = asyncio.create_task(watched.run())
        cutting = asyncio.create_task(_cut_all(watched, box, card, place, int(LAST * updates), cuts, random, made))
        await asyncio.wait({running, cutting}, return_when=asyncio.FIRST_COMPLETED)
        too_early = not cutting.done()
        if too_early:
            cutting.cancel()
        elif cutting.exception():
            running.cancel()
        await asyncio.gather(running, cutting, return_exceptions=True)
        if not too_early:
            await cutting
        verdict = running.result()
        problems = [*verdict.rejected, *verdict.differences]
        if too_early:
            problems.append(f"the meet was over after {len(made)} cuts")
        if not verdict.passed:
            problems.append("the meet did not end as recorded")
        if verdict.diverged:
            problems.append(f"tables and appliance differed {verdict.diverged} times")
        await box.pull_the_plug()
        await card.settled()
        problems += _what_is_lost(watched, card, place)
        return made, problems


async def _cut_all(
    watched: WatchedMeet,
    box: Box,
    card: Card,
    place: Path,
    last: int,
    cuts: int,
    random: Random,
    made: list[Cut],
) -> None:
    for number in range(1, cuts + 1):
        # From wherever the last cut has left the meet, so that each one strikes at something new.
        share = max(1, (last - len(watched.acked)) // (cuts - number + 1))
        await watched.until_acked(len(watched.acked) + random.randint(1, 2 * share - 1))
        if number % 2:
            await card.stand_still_before(random.randint(1, MOST_REQUESTS))
        else:
            await asyncio.sleep(random.uniform(0, LATEST_S))
        await box.pull_the_plug()
        watched.stand_still()
        unflushed = await card.settled()
        acked = len(watched.acked)
        problems = await asyncio.to_thread(_what_is_lost, watched, card, place)
        while_booting = None
        if number % 4 == 0:
            while_booting = random.uniform(*BOOT_CUT_S)
            await box.power_on()
            await asyncio.sleep(while_booting)
            await box.pull_the_plug()
            await card.settled()
            problems += await asyncio.to_thread(_what_is_lost, watched, card, place)
        await box.power_on()
        ready_s = await box.ready()
        async with asyncio.timeout(BACK_S):
            await watched.until_everybody_is_live()
        back_s = time.monotonic() - box.begun_s
        watched.go_on()
        if brought_back := await asyncio.to_thread(_brought_back):
            problems.append(f"tables had to bring back {brought_back:.0f} updates")
        cut = Cut(
            number=number,
            acked=acked,
            flushes=unflushed["flushes"],
            unflushed=(unflushed["kept"], unflushed["lost"]),
            cut_while_booting_s=while_booting and round(while_booting, 1),
            ready_s=round(ready_s, 1),
            back_s=round(back_s, 1),
            problems=tuple(problems),
        )
        made.append(cut)
        _say(**msgspec.to_builtins(cut))


def _what_is_lost(watched: WatchedMeet, card: Card, place: Path) -> list[str]:
    """Of all that tables were told is stored; and what is wrong with the file system and the database."""
    told = dict(watched.acked)
    data = data_partition(card.path, place / "data.ext4")
    problems = [] if data.clean else [f"e2fsck: {data.said}"]
    stored, wrong = meets(data.image, place)
    problems += [f"database: {each}" for each in wrong]
    there = {
        (update.client_id, update.local_seq): update.server_seq
        for meet in stored
        if meet.meet.meet_id == watched.meet_id
        for update in meet.updates
    }
    lost = [
        f"{location} {local_seq}: told {server_seq}, stored is {there.get((watched.client_id(location), local_seq))}"
        for (location, local_seq), server_seq in told.items()
        if there.get((watched.client_id(location), local_seq)) != server_seq
    ]
    if lost:
        problems.append(f"{len(lost)} of {len(told)} acknowledged updates are not on the card: {lost[:3]}")
    return problems


def _brought_back() -> float:
    with urllib.request.urlopen(f"{BOX_URL}/metrics", timeout=20) as answer:
        lines: list[str] = answer.read().decode().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("openlifter_recovered_updates_total "))


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="image-build/power-cut-test", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "image", type=Path, help="the .img that image-build/build made, with its folder boot/ beside it"
    )
    parser.add_argument("--meet", type=Path, default=recording.DEMO, help="a recorded meet (default: the club meet)")
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=400.0, help="recorded seconds a second (default: 400)")
    given = parser.parse_args()
    end_on_signals()
    meet = recording.load(recording.find(given.meet)[0])
    with tempfile.TemporaryDirectory(prefix="openlifter-box-", dir=os.environ.get("TMPDIR")) as place, venue() as hall:
        move_to(hall.table)
        cuts, problems = asyncio.run(
            cut_again_and_again(hall, given.image.resolve(), Path(place), meet, given.cuts, given.seed, given.speed)
        )
    wrong = sum(bool(cut.problems) for cut in cuts)
    ready = sorted(cut.ready_s for cut in cuts) or [0.0]
    _say(event="end", cuts=len(cuts), cuts_with_problems=wrong, problems=problems, ready_s=[ready[0], ready[-1]])
    return 0 if cuts and not wrong and not problems else 1


def _say(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
