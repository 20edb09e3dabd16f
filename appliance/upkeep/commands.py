"""The commands for snapshots and for the operator PIN."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from appliance.access.operator_pin import ALLOWED, NotAPin, new_pin, set_pin
from appliance.access.passwords import Passwords
from appliance.service import settings
from appliance.service.clock import wall_ms
from appliance.service.settings import Settings
from appliance.storage.data_dir import DataDir, database_in, left_to_its_owner, operator_pin_in, snapshots_in
from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import StorageError
from appliance.storage.loading import load_appliance
from appliance.storage.positions import Position, positions
from appliance.storage.restoring import MeetChange, clear, compare, keep_present, stage, swap
from appliance.storage.snapshots import Reason, Snapshot, open_reader, snapshots, take
from appliance.storage.thinning import thin

SettingsOf = Callable[[argparse.Namespace], Settings]


def add_parsers(commands: Any, settings_of: SettingsOf) -> None:
    """Add `snapshot`, `snapshots list`, `restore` and `operator-pin`; ``settings_of`` resolves their settings."""
    taking = commands.add_parser("snapshot", help="copy all meets as they are now; the appliance may be running")
    settings.add_flags(taking)
    taking.set_defaults(run=lambda parsed: _snapshot(settings_of(parsed)))

    several = commands.add_parser("snapshots", help="what snapshots there are")
    actions = several.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list them, newest first")
    listing.add_argument("--json", action="store_true", help="as JSON, for programs")
    settings.add_flags(listing)
    listing.set_defaults(run=lambda parsed: _list(settings_of(parsed), as_json=parsed.json))

    restoring = commands.add_parser("restore", help="go back to a snapshot; the appliance must not be running")
    restoring.add_argument("file", metavar="FILE", type=Path, help="a snapshot: its path, or its name in the list")
    settings.add_flags(restoring)
    restoring.set_defaults(run=lambda parsed: _restore(settings_of(parsed), parsed.file))

    pin = commands.add_parser("operator-pin", help="change the PIN of the operator page; it counts at once")
    choice = pin.add_mutually_exclusive_group(required=True)
    choice.add_argument("--set", metavar="PIN", dest="pin", help=f"this one: {ALLOWED}")
    choice.add_argument("--new", action="store_true", help="a random one, which is shown")
    settings.add_flags(pin)
    pin.set_defaults(run=lambda parsed: asyncio.run(_operator_pin(settings_of(parsed), parsed.pin)))


def _snapshot(chosen: Settings) -> int:
    database, folder = database_in(chosen.data_dir), snapshots_in(chosen.data_dir)
    if not database.exists():
        return _refuse(f"there are no meets in {chosen.data_dir}")
    with left_to_its_owner(chosen.data_dir):
        with closing(open_reader(database)) as connection:
            facts = load_appliance(connection)
        taken = take(database, folder, Reason.MANUAL, facts.service_seconds, wall_ms())
        print(taken.path)
        thin(folder, facts.appliance_id, facts.service_seconds, chosen.snapshot_share)
    return 0


def _list(chosen: Settings, *, as_json: bool) -> int:
    found = snapshots(snapshots_in(chosen.data_dir))
    if as_json:
        listed = [{"path": str(each.path), "size": each.size, "record": each.record} for each in found]
        print(msgspec.json.format(msgspec.json.encode(listed)).decode())
    elif not found:
        print(f"There are no snapshots in {snapshots_in(chosen.data_dir)}.")
    else:
        width = max(len(each.name) for each in found)
        print(f"{'snapshot':{width}}  {'taken (UTC)':16}  {'size':>9}  meets")
        for each in found:
            print(f"{each.name:{width}}  {_row(each)}")
    return 0


def _row(snapshot: Snapshot) -> str:
    record = snapshot.record
    size = f"{snapshot.size / 1000:.0f} kB"
    if record is None:
        return f"{'damaged':16}  {size:>9}"
    at = datetime.fromtimestamp(min(max(record.taken_ms // 1000, 0), 253_402_300_799), UTC)
    meets = ", ".join(f"{each.name or each.meet_id} at {each.last_server_seq}" for each in record.positions)
    return f"{at:%Y-%m-%d %H:%M}  {size:>9}  {meets or 'none'}"


def _restore(chosen: Settings, file: Path) -> int:
    with left_to_its_owner(chosen.data_dir):
        return _go_back(chosen, file)


def _go_back(chosen: Settings, file: Path) -> int:
    in_folder = snapshots_in(chosen.data_dir) / file.name
    if not file.exists() and in_folder.exists() and file.name == str(file):
        file = in_folder
    data_dir = DataDir.claim(chosen.data_dir)
    try:
        staged = stage(file, data_dir.path)
        before, service_s = _present(data_dir.database)
        kept = keep_present(data_dir.database, data_dir.snapshots, service_s, wall_ms())
        stand = swap(staged, data_dir.database)
    finally:
        clear(data_dir.path)
        data_dir.release()
    for change in compare(before, stand):
        print(_told(change))
    if kept is not None:
        print(f"What was there before is kept as {kept.path if isinstance(kept, Snapshot) else kept}")
    return 0


def _present(database: Path) -> tuple[list[Position], int]:
    """Where the meets stand, and the seconds of service; nothing and 0 where that cannot be read."""
    if not database.exists():
        return [], 0
    try:
        opened = open_database(database)
    except StorageError:
        return [], 0
    try:
        connection = connection_of(opened)
        return positions(connection), load_appliance(connection).service_seconds
    finally:
        opened.close()


def _told(change: MeetChange) -> str:
    name = f"{change.name or 'Meet'} ({change.meet_id})"
    if change.then is None:
        return f"{name}: is not in this snapshot and is gone"
    if change.now is None:
        return f"{name}: is back, at change {change.then}"
    if change.now == change.then:
        return f"{name}: stands at change {change.then}"
    return f"{name}: went from change {change.now} to {change.then}"


async def _operator_pin(chosen: Settings, pin: str | None) -> int:
    path = operator_pin_in(chosen.data_dir)
    if not path.parent.is_dir():
        return _refuse(f"there is no appliance in {chosen.data_dir}: start it once")
    passwords = Passwords()
    try:
        with left_to_its_owner(chosen.data_dir):
            if pin is None:
                print(f"The new operator PIN is {await new_pin(path, passwords)}")
            else:
                await set_pin(path, pin, passwords)
                print("The operator PIN is changed.")
    except NotAPin as error:
        return _refuse(str(error), code=2)
    finally:
        passwords.close()
    return 0


def _refuse(what: str, code: int = 1) -> int:
    print(f"openlifter-appliance: {what}", file=sys.stderr)
    return code
