"""The commands of a box that is nothing but an appliance: what the file on its card says, and new versions."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from appliance import __version__
from appliance.access.operator_pin import set_pin
from appliance.access.passwords import Passwords
from appliance.service import box_network
from appliance.service.box import read as read_box
from appliance.service.clock import wall_ms
from appliance.service.hand_written import read as read_file
from appliance.service.installing import UNIT_NAME
from appliance.storage.data_dir import database_in, left_to_its_owner, operator_pin_in, snapshots_in
from appliance.storage.durable import sync_file
from appliance.storage.loading import load_appliance
from appliance.storage.snapshots import Reason, open_reader, take
from appliance.upkeep.update_file import FILE_NAME, UPDATE_KEY, NotAnUpdate, public_key
from appliance.upkeep.update_inbox import REPORT
from appliance.upkeep.updating import Outcome, Places, update

SETTINGS = Path("/boot/firmware/openlifter.toml")
RUN = Path("/run/openlifter")
# Where the card's data partition is mounted; the other name of it comes only with the service.
DATA_DIR = Path("/var/lib/private/openlifter-appliance")
URL = "http://127.0.0.1"

_ASK_S = 0.5
_ANSWER_S = 5.0
_SYSTEMCTL_S = 360.0
_TAKEN = "taken-"


def add_parsers(commands: Any) -> None:
    """Add `card-settings` and `update`."""
    settings = commands.add_parser("card-settings", help="set this box up as the file on its card says (root)")
    settings.add_argument("--file", type=Path, default=SETTINGS, help=f"default: {SETTINGS}")
    settings.add_argument("--run", dest="to", type=Path, default=RUN, help=f"where the files go (default: {RUN})")
    settings.add_argument("--data-dir", type=Path, default=DATA_DIR, help=f"default: {DATA_DIR}")
    settings.set_defaults(run=lambda parsed: card_settings(parsed.file, parsed.to, parsed.data_dir))

    updating = commands.add_parser("update", help="try a new version on this box, and keep it if it works (root)")
    updating.add_argument("file", type=Path, help="openlifter-update-VERSION.bin, or a folder that has one")
    updating.add_argument(
        "--key", type=Path, default=UPDATE_KEY, help=f"that it is signed with (default: {UPDATE_KEY})"
    )
    updating.add_argument("--data-dir", type=Path, default=DATA_DIR, help=f"default: {DATA_DIR}")
    updating.add_argument("--take", action="store_true", help="take the file away, whatever becomes of it")
    updating.set_defaults(run=lambda parsed: _update(parsed.file, parsed.key, parsed.data_dir, take_away=parsed.take))


def card_settings(file: Path, to: Path, data_dir: Path) -> int:
    """Write the files for the network, and set the PIN. What is wrong in the file the appliance itself tells."""
    box, _ = read_box(read_file(file)[0], file.name)
    to.mkdir(parents=True, exist_ok=True)
    for name, text in box_network.files(box).items():
        path = to / name
        path.touch(mode=0o600)
        path.write_text(text)
    if box.pin is not None:
        if not data_dir.is_dir():
            sys.stderr.write(f"openlifter-appliance: the PIN is not set: there is no {data_dir}\n")
            return 1
        passwords = Passwords()
        try:
            with left_to_its_owner(data_dir):
                asyncio.run(set_pin(operator_pin_in(data_dir), box.pin, passwords))
        finally:
            passwords.close()
    return 0


def _update(file: Path, key: Path, data_dir: Path, *, take_away: bool = False) -> int:
    stick = file if file.is_dir() else None
    if stick is not None:
        newest = newest_in(stick)
        if newest is None or (version_of(newest) == __version__ and not take_away):
            return 0
        file = newest
    if not take_away:
        return _try(file, stick, key, data_dir)
    roomy = _roomy(Places().versions)
    for left in roomy.glob(f"{_TAKEN}*") if roomy else ():
        # By a plug that was pulled in the middle of one.
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TAKEN, dir=roomy) as own:
        # Whoever left it could still change it there, after its signature was looked at.
        taken = Path(own, file.name)
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as given, taken.open("wb") as copy:
            shutil.copyfileobj(given, copy)
        try:
            return _try(taken, stick, key, data_dir)
        finally:
            file.unlink(missing_ok=True)


def _roomy(versions: Path) -> Path | None:
    """Where a whole update has room: beside the versions, on a box; None for the system's own place."""
    return versions if versions.is_dir() else None


def _try(file: Path, stick: Path | None, key: Path, data_dir: Path) -> int:
    try:
        if stick is not None and tables(URL):
            raise NotAnUpdate("tables are connected: try it again when the meet is over")
        version, outcome = update(file, public_key(key), Places(), SystemdBox(data_dir))
    except NotAnUpdate as refused:
        return _tell(stick, f"{file.name} was not taken: {refused}", 1)
    return _tell(stick, f"version {version}: {outcome}", 0 if outcome is Outcome.KEPT else 1)


def _tell(stick: Path | None, text: str, code: int) -> int:
    """On the terminal or in the journal; and on the stick, for whoever put it in."""
    sys.stdout.write(f"{text}\n")
    if stick is not None:
        with suppress(OSError):
            (stick / REPORT).write_text(f"{text}\n")
            sync_file(stick / REPORT)
    return code


def newest_in(folder: Path) -> Path | None:
    """The update with the highest version in a folder, None if there is none."""
    found = [each for each in folder.iterdir() if FILE_NAME.fullmatch(each.name)]
    return max(found, key=lambda each: _order(version_of(each)), default=None)


def version_of(file: Path) -> str:
    """The version that an update has in its name."""
    return file.name.removeprefix("openlifter-update-").removesuffix(".bin")


def tables(url: str) -> int:
    """How many tables are connected to the appliance at ``url``; 0 too where none answers."""
    try:
        with urllib.request.urlopen(f"{url}/metrics", timeout=_ANSWER_S) as answer:  # noqa: S310  Always http, here.
            lines: list[str] = answer.read().decode().splitlines()
    except (OSError, http.client.HTTPException):
        return 0
    return next((int(float(line.split()[1])) for line in lines if line.startswith("openlifter_clients ")), 0)


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in version.replace("-", ".").split(".")]


class SystemdBox:
    """This box, whose appliance is a service of systemd."""

    def __init__(self, data_dir: Path, url: str = URL) -> None:
        self._data_dir = data_dir
        self._url = url

    def snapshot(self) -> Path | None:
        """As `updating.Box`."""
        database = database_in(self._data_dir)
        if not database.exists():
            return None
        with left_to_its_owner(self._data_dir):
            with closing(open_reader(database)) as connection:
                service_s = load_appliance(connection).service_seconds
            return take(database, snapshots_in(self._data_dir), Reason.BEFORE_UPGRADE, service_s, wall_ms()).path

    def restart(self) -> None:
        """As `updating.Box`."""
        _systemctl("reset-failed")
        _systemctl("restart", "--no-block")

    def restore(self, snapshot: Path) -> None:
        """As `updating.Box`: with the command of the version that is back."""
        _systemctl("stop")
        command = ["openlifter-appliance", "restore", "--data-dir", str(self._data_dir), str(snapshot)]
        subprocess.run(command, check=True, timeout=_SYSTEMCTL_S)  # noqa: S603  Our own words, a path of ours.
        _systemctl("start", "--no-block")

    def proves_itself(self, version: str | None, within_s: float) -> bool:
        """As `updating.Box`."""
        return ready(self._url, version, within_s)


def ready(url: str, version: str | None, within_s: float) -> bool:
    """Whether an appliance of this version, None for any, says within that time at ``url`` that a meet can begin."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        try:
            told = _get(f"{url}/.well-known/openlifter").get("version")
            if (version is None or told == version) and _get(f"{url}/readyz").get("status") == "ready":
                return True
        except (OSError, http.client.HTTPException, ValueError):
            # Not up yet, or not ready: 503 is one of them.
            pass
        time.sleep(_ASK_S)
    return False


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:  # noqa: S310  Always http, on this machine.
        got: dict[str, Any] = json.loads(answer.read())
    return got


def _systemctl(*verb: str) -> None:
    command = ["systemctl", *verb, UNIT_NAME]
    subprocess.run(command, check=True, timeout=_SYSTEMCTL_S)  # noqa: S603  Our own words and a name of ours.
