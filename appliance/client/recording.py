"""Recorded meets: what was typed, where and when, and the state that OpenLifter itself ended in.

A recording is some files with one stem: ``X.changes.jsonl`` (line i: the updates that action i comes to, in the
protocol's keys), ``X.actions.jsonl`` (when it was done), ``X.initial.json`` and ``X.openlifter`` (the state before and
after), and ``X.results.json`` where OpenLifter kept what each location's table was showing at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.codec import encode_value

CHANGES = ".changes.jsonl"
DEMO = Path(__file__).parent / "demo"


class NotARecording(Exception):
    """There is no recorded meet at this path, or it is not whole."""


class Change(Struct, frozen=True):
    """One update of a recorded action."""

    key: str
    value: Any


class _ChangesLine(Struct, frozen=True):
    n: int
    location: str
    changes: list[Change]


class _ActionLine(Struct, frozen=True):
    t: float


class Step(Struct, frozen=True):
    """One recorded action that changed something.

    Attributes:
        number: its place in the recording.
        at_s: when it was done, in seconds since the first step of the recording.
        needs: the earlier steps of other locations that it was built on, because they changed the same things.
    """

    number: int
    at_s: float
    location: str
    changes: list[Change]
    needs: frozenset[int]


class Recording(Struct, frozen=True):
    """A recorded meet.

    Attributes:
        initial: the state that all places begin with.
        expected: the state that all places must end in: ``meet``, ``entries``, and ``lifting`` by location.
    """

    name: str
    locations: tuple[str, ...]
    steps: list[Step]
    initial: dict[str, Any]
    expected: dict[str, Any]


def find(path: Path) -> list[str]:
    """The stems of the recordings at a path: all of a folder's, or the one that a file belongs to.

    Raises:
        NotARecording: there is none.
    """
    if path.is_dir():
        stems = sorted(str(file).removesuffix(CHANGES) for file in path.glob(f"*{CHANGES}"))
    else:
        stem = path.parent / path.name.split(".", 1)[0]
        stems = [str(stem)] if Path(f"{stem}{CHANGES}").is_file() else []
    if not stems:
        raise NotARecording(f"{path}: no recorded meet here (a recording has a file NAME{CHANGES})")
    return stems


def load(stem: str) -> Recording:
    """Read a recording.

    Raises:
        NotARecording: a file is missing or is not what it should be.
    """
    try:
        lines = _lines(stem + CHANGES, _ChangesLine)
        times = [line.t for line in _lines(f"{stem}.actions.jsonl", _ActionLine)]
        initial = msgspec.json.decode(Path(f"{stem}.initial.json").read_bytes(), type=dict[str, Any])
        final = msgspec.json.decode(Path(f"{stem}.openlifter").read_bytes(), type=dict[str, Any])
        if len(times) != len(lines):
            raise NotARecording(f"{stem}: {len(lines)} lines of changes for {len(times)} actions")
        steps = _steps(lines, times)
    except OSError as error:
        raise NotARecording(f"{error.filename}: {error.strerror}") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise NotARecording(f"{stem}: {error}") from error
    return Recording(
        name=final["meet"]["name"] or Path(stem).name,
        locations=tuple(dict.fromkeys(line.location for line in lines)),
        steps=steps,
        initial=initial,
        expected={
            "meet": final["meet"],
            "entries": final["registration"]["entries"],
            "lifting": _lifting(stem, lines, initial["lifting"]),
        },
    )


def laid_over(initial: Mapping[str, Any], view: Mapping[str, Any], locations: tuple[str, ...]) -> dict[str, Any]:
    """A client's view as the whole state it stands for, in the shape of `Recording.expected`.

    The protocol carries changes only: what nobody changed is as it was at the start.
    """
    lifting = view.get("lifting", {})
    return {
        "meet": {**initial["meet"], **view.get("meet", {})},
        "entries": view.get("registration", {}).get("entries", []),
        "lifting": {place: {**initial["lifting"], **lifting.get(place, {})} for place in locations},
    }


def _lines(path: str, kind: type[Any]) -> list[Any]:
    return msgspec.json.Decoder(kind).decode_lines(Path(path).read_bytes())


def _steps(lines: list[_ChangesLine], times: list[float]) -> list[Step]:
    made: list[Step] = []
    before = State()
    place_of: dict[int, tuple[int, str]] = {}
    number = 0
    begin = next((at for line, at in zip(lines, times, strict=True) if line.changes), 0.0)
    for line, at in zip(lines, times, strict=True):
        if not line.changes:
            continue
        paths = [_path(change.key) for change in line.changes]
        needs = {
            step
            for path in paths
            for update in before.overlapping(path)
            for step, location in [place_of[update.server_seq]]
            if location != line.location
        }
        made.append(Step(line.n, at - begin, line.location, line.changes, frozenset(needs)))
        for change, path in zip(line.changes, paths, strict=True):
            number += 1
            place_of[number] = (line.n, line.location)
            before.apply(Accepted(number, change.key, encode_value(change.value), "", 0, line.location), path)
    return made


def _path(key: str) -> keys.Path:
    path = keys.parse(key)
    if isinstance(path, keys.MalformedKey):
        raise ValueError(f"{key}: {path.reason}")
    return path


def _lifting(stem: str, lines: list[_ChangesLine], default: dict[str, Any]) -> dict[str, Any]:
    """What each location's table shows at the end: by OpenLifter where it says so, else by the recorded changes."""
    shown = {line.location: dict(default) for line in lines}
    for line in lines:
        for change in line.changes:
            path = _path(change.key)
            if path[0] == "lifting":
                shown[path[1][1:-1]][path[2]] = change.value
    results = Path(f"{stem}.results.json")
    if results.is_file():
        shown.update(msgspec.json.decode(results.read_bytes())["liftingByLocation"])
    return shown
