"""Boots the image in a virtual machine on a network of its own, and runs a recorded meet on it from all its locations.

    python -m tests.image.boot IMAGE [--meet RECORDING] [--keep DIR]

Run by ``image-build/boot-test``. Prints what was measured as JSON; exit code 0: everything was as it must be.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from appliance.client import recording
from tests.image.card_reader import data_partition, journal
from tests.image.venue import BOX_URL, Venue, box_with_card, end_on_signals, move_to, venue
from tests.netns.network import ROOT

MOST_RSS_MB = 120
CHROMIUM = "chromium"


class Broken(Exception):
    """The image does not do what it must."""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="image-build/boot-test", description=__doc__.split("\n", 1)[0])
    parser.add_argument(
        "image", type=Path, help="the .img that image-build/build made, with its folder boot/ beside it"
    )
    parser.add_argument("--meet", type=Path, default=recording.DEMO, help="a recorded meet (default: the club meet)")
    parser.add_argument("--keep", type=Path, help="a folder for console, journal and picture of the page")
    given = parser.parse_args()
    end_on_signals()
    with tempfile.TemporaryDirectory(prefix="openlifter-box-", dir=os.environ.get("TMPDIR")) as place, venue() as hall:
        kept = given.keep or Path(place)
        kept.mkdir(parents=True, exist_ok=True)
        move_to(hall.table)
        measured = asyncio.run(_boot(hall, given.image.resolve(), Path(place), kept, given.meet))
    json.dump(measured, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


async def _boot(hall: Venue, image: Path, place: Path, kept: Path, meet: Path) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    async with box_with_card(hall, image, place) as (box, card):
        await box.power_on()
        try:
            measured["boot_to_readyz_s"] = round(await box.ready(), 1)
            measured["found"] = await _discover(hall)
            page = await asyncio.to_thread(_get, "/")
            if "Pass it on" not in page:
                raise Broken(f"the page at / is not the appliance's: {page[:500]}")
            measured["openlifter_on_the_card"] = await asyncio.to_thread(_has_openlifter)
            _take_picture(kept / "page.png")
            measured["rss_idle_mb"] = await asyncio.to_thread(_rss_mb)
            began = time.monotonic()
            simulated = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "appliance", "simulate", str(meet), "--url", BOX_URL),
                cwd=ROOT,
                stdout=sys.stderr,
            )
            if await simulated.wait() != 0:
                raise Broken("the recorded meet did not end as recorded")
            measured["meet_s"] = round(time.monotonic() - began, 1)
            measured["rss_after_meet_mb"] = await asyncio.to_thread(_rss_mb)
            measured["readyz"] = json.loads(await asyncio.to_thread(_get, "/readyz"))["checks"]
        finally:
            await box.pull_the_plug()
            await card.settled()
            if kept != place and box.console.exists():
                shutil.copy(box.console, kept)
        data = data_partition(card.path, place / "data.ext4")
        if not data.clean:
            raise Broken(f"e2fsck: {data.said}")
        # The journal writes itself to the card every five minutes only; what is there is looked at, not demanded.
        (kept / "journal.txt").write_text(journal(data.image, place))
    measured["data_partition_mib"] = data.mib
    if measured["rss_after_meet_mb"] > MOST_RSS_MB:
        raise Broken(f"the service takes {measured['rss_after_meet_mb']} MB")
    return measured


async def _discover(hall: Venue) -> list[dict[str, Any]]:
    """By multicast DNS alone, from the table's computer: wholly there, for it looks into its /sys."""
    command = ["ip", "netns", "exec", hall.table.space]
    command += [sys.executable, "-m", "appliance", "discover", "--json", "--timeout", "10"]
    looked = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    told, _ = await looked.communicate()
    found = json.loads(told or b"[]")
    listed: list[dict[str, Any]] = found["appliances"] if isinstance(found, dict) else found
    if [each["hostname"] for each in listed] != ["openlifter.local"]:
        raise Broken(f"found by its name: {told.decode()}")
    return listed


def _get(path: str) -> str:
    with urllib.request.urlopen(BOX_URL + path, timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def _has_openlifter() -> bool:
    try:
        return 'id="root"' in _get("/openlifter/")
    except urllib.error.HTTPError:
        return False


def _rss_mb() -> float:
    for line in _get("/metrics").splitlines():
        if line.startswith(("process_resident_memory_bytes ", "openlifter_process_resident_memory_bytes ")):
            return round(float(line.split()[1]) / 1e6, 1)
    raise Broken("/metrics does not tell the memory")


def _take_picture(to: Path) -> None:
    """The page as a person sees it, where there is a Chromium."""
    if shutil.which(CHROMIUM) is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += [f"--user-data-dir={profile}", f"--screenshot={to}", "--window-size=900,1400"]
        command += ["--virtual-time-budget=5000", BOX_URL + "/"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    if not to.stat().st_size:
        raise Broken("Chromium shows nothing")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as broken:
        sys.exit(f"boot-test: {broken}")
