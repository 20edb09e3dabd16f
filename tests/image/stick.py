"""The settings on the card and new versions from a stick and the operator page, on the image itself.

    python -m tests.image.stick IMAGE --key PRIVATE.PEM

Run by ``image-build/stick-test``. The image must have been made with the public half of the key. A card with a name, a
PIN and a line that is wrong; a stick with a version that is good, then one with a version that does not start, then one
that somebody else has signed and one that was cut short; then those two and a good one by the operator page.
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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import appliance
from appliance.client import recording
from appliance.upkeep.update_file import Manifest, pack, private_key
from tests.image.card_reader import data_partition, meets
from tests.image.power_cuts import WatchedMeet
from tests.image.venue import BOX_URL, Box, Card, Venue, box_with_card, end_on_signals, move_to, venue

BOX_PYTHON, BOX_MACHINE = "3.11", "aarch64"
BOOT_AT = 4 << 20
STICK_MIB = 96
PIN = "246813"
NAME = "Hall 7"
SETTINGS = f'[server]\r\nname = "{NAME}"\r\nthis is no setting\r\n\r\n[operator]\r\npin = "{PIN}"\r\n'

# Unpacking, compiling and starting a version, in software; and as long again for the three minutes of one that fails.
UPDATE_S = 1200.0
REPORT = "openlifter-update.txt"


class Broken(Exception):
    """The box does not do what it must."""


async def run(hall: Venue, image: Path, place: Path, key: Path) -> None:
    """The whole test. Raises Broken."""
    app = image.parent / "work" / "app" / "lib"
    forged = _update(app, place, "99.2", _key_of_somebody_else(place), _as_it_is)
    cut_short = _update(app, place, "99.3", key, _as_it_is)
    os.truncate(cut_short, cut_short.stat().st_size // 2)
    uploaded = _update(app, place, "99.4", key, _as_it_is)
    sticks = (
        (_update(app, place, "99.0", key, _as_it_is), "99.0: kept"),
        (_update(app, place, "99.1", key, _does_not_start), "99.1: rolled back"),
        (forged, "99.2.bin was not taken"),
        (cut_short, "99.3.bin was not taken"),
    )
    async with box_with_card(hall, image, place) as (box, card):
        settings = place / "openlifter.toml"
        settings.write_bytes(SETTINGS.encode())
        _run("mcopy", "-o", "-i", f"{card.path}@@{BOOT_AT}", str(settings), "::openlifter.toml")
        await box.power_on()
        _say(event="ready", seconds=await box.ready())
        await _check_settings()
        meet = recording.load(recording.find(recording.DEMO)[0])
        watched = WatchedMeet(meet, BOX_URL, 1, 0.0)
        if not (await watched.run()).passed:
            raise Broken("the recorded meet did not end as recorded")
        before = await _off(box, card, place)
        for update, told in sticks:
            stick = place / "stick"
            _make_stick(stick, update)
            await box.power_on(stick)
            _say(event="ready", seconds=await box.ready())
            began = time.monotonic()
            await _until_reported(stick, told)
            await _until_version("99.0")
            _say(event=told, seconds=time.monotonic() - began)
            if await _off(box, card, place) != before:
                raise Broken("the meets are not the same")
        await box.power_on()
        await box.ready()
        await _until_version("99.0")
        began = time.monotonic()
        await _upload([forged, cut_short], uploaded)
        await _until_version("99.4")
        await _until_uploaded_is("99.4: kept")
        _say(event="99.4 by the operator page: kept", seconds=time.monotonic() - began)
        if await _off(box, card, place) != before:
            raise Broken("the meets are not the same")
        await box.power_on()
        await box.ready()
        await _until_version("99.4")


@asynccontextmanager
async def _signed_in() -> AsyncIterator[aiohttp.ClientSession]:
    """Somebody at the operator page."""
    jar = aiohttp.CookieJar(unsafe=True)  # Cookies of an address, not of a name.
    async with aiohttp.ClientSession(BOX_URL, cookie_jar=jar, headers={"Origin": BOX_URL}) as http:
        async with http.post("/operator/sign-in", data={"pin": PIN}) as answer:
            if not answer.ok:
                raise Broken(f"signing in: {answer.status}")
        yield http


async def _upload(refused: list[Path], taken: Path) -> None:
    async with _signed_in() as http:
        for update in (*refused, taken):
            async with http.post("/operator/update", data=update.read_bytes()) as answer:
                said = await answer.text()
                _say(event="uploaded", file=update.name, status=answer.status, said=said)
                if answer.status != (200 if update is taken else 409):
                    raise Broken(f"{update.name}: {answer.status} {said}")


async def _until_uploaded_is(told: str) -> None:
    """The operator page tells what became of it."""
    end_s = time.monotonic() + UPDATE_S
    async with _signed_in() as http:
        while time.monotonic() < end_s:
            async with http.get("/operator/update") as answer:
                said = (await answer.json())["report"]
            if said:
                break
            await asyncio.sleep(2)
    if told not in said:
        raise Broken(f"{told!r} was awaited, the operator page says {said!r}")


async def _check_settings() -> None:
    async with aiohttp.ClientSession(BOX_URL) as http:
        async with http.get("/") as page:
            text = await page.text()
        if NAME not in text or "openlifter.toml, line 3" not in text:
            raise Broken(f"the page does not show the card's settings: {text}")
        # The PIN is set beside the start.
        end_s = time.monotonic() + 120
        while time.monotonic() < end_s:
            async with http.post("/operator/sign-in", data={"pin": PIN}, headers={"Origin": BOX_URL}) as answer:
                if answer.ok:
                    return
            await asyncio.sleep(5)
        raise Broken(f"the PIN of the card is not taken: {answer.status}")


async def _off(box: Box, card: Card, place: Path) -> list[tuple[str, int]]:
    """Pull the plug; the meets that are on the card then, by number and newest change."""
    await box.pull_the_plug()
    await card.settled()
    data = data_partition(card.path, place / "data.ext4")
    if not data.clean:
        raise Broken(f"e2fsck: {data.said}")
    stored, wrong = meets(data.image, place)
    if wrong:
        raise Broken(f"database: {wrong}")
    return [(each.meet.meet_id, len(each.updates)) for each in stored]


async def _until_reported(stick: Path, told: str) -> None:
    """The box writes to the stick what became of it; the stick's file is the machine's disk, so it can be read here."""
    end_s = time.monotonic() + UPDATE_S
    said = ""
    while time.monotonic() < end_s:
        said = await asyncio.to_thread(_report, stick)
        if told in said:
            return
        if said:
            break
        await asyncio.sleep(2)
    raise Broken(f"{told!r} was awaited, the stick says {said!r}")


def _report(stick: Path) -> str:
    read = subprocess.run(["mtype", "-i", stick, f"::{REPORT}"], capture_output=True, text=True, check=False)
    return read.stdout


async def _until_version(version: str) -> None:
    end_s = time.monotonic() + UPDATE_S
    found: Any = None
    async with aiohttp.ClientSession(BOX_URL) as http:
        while time.monotonic() < end_s:
            try:
                async with http.get("/.well-known/openlifter") as answer:
                    found = (await answer.json())["version"]
            except aiohttp.ClientError:
                found = None
            if found == version:
                return
            await asyncio.sleep(1)
    raise Broken(f"version {version} was awaited, {found} runs")


def _make_stick(stick: Path, update: Path) -> None:
    with stick.open("wb") as made:
        made.truncate(STICK_MIB << 20)
    _run("mkfs.vfat", "-n", "OPENLIFTER", str(stick))
    _run("mcopy", "-i", str(stick), str(update), "::")


def _as_it_is(_: Path) -> None:
    pass


def _does_not_start(package: Path) -> None:
    (package / "__main__.py").write_text("raise SystemExit(1)\n")


def _key_of_somebody_else(place: Path) -> Path:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = place / "somebody-else.pem"
    file.write_bytes(pem)
    return file


def _update(app: Path, place: Path, version: str, key: Path, change: Callable[[Path], None]) -> Path:
    tree = place / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(app, tree, ignore=shutil.ignore_patterns("__pycache__"))
    init = tree / "appliance" / "__init__.py"
    init.write_text(init.read_text().replace(appliance.__version__, version))
    change(tree / "appliance")
    file = place / f"openlifter-update-{version}.bin"
    pack(tree, Manifest(version, BOX_PYTHON, BOX_MACHINE), private_key(key), file)
    return file


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _say(**fields: Any) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="image-build/stick-test", description=__doc__.split("\n", 1)[0])
    parser.add_argument("image", type=Path, help="the .img that image-build/build made, with all that is beside it")
    parser.add_argument("--key", type=Path, required=True, help="the private key to its --update-key")
    given = parser.parse_args()
    end_on_signals()
    with tempfile.TemporaryDirectory(prefix="openlifter-box-", dir=os.environ.get("TMPDIR")) as place, venue() as hall:
        move_to(hall.table)
        asyncio.run(run(hall, given.image.resolve(), Path(place), given.key.resolve()))
    _say(event="end", well=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as broken:
        sys.exit(f"stick-test: {broken}")
