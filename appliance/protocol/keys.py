"""Update keys: the paths into a meet, PROTOCOL.md section 3.

A parsed key is a `Path`, its property names and selectors in order; selectors keep their brackets, so that
``a.b`` and ``a[b]`` stay apart: ``registration.entries[5003].squatKg[1]`` is
``("registration", "entries", "[5003]", "squatKg", "[1]")``. One path overlaps another when either is a prefix.
"""

from __future__ import annotations

import re

from msgspec import Struct

from appliance.protocol.words import ATTEMPTS, MAX_INTEGER, MAX_KEY_BYTES, MAX_LOCATION_NAME

# Lone surrogates are in no text that can be sent or stored.
_CONTROL = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_NAME = rf"[^.\[\]{_CONTROL}]+"
_SELECTOR = rf"\[[^\[\]{_CONTROL}]+\]"
_KEY = re.compile(rf"{_NAME}(?:\.{_NAME}|{_SELECTOR})*")
_SEGMENT = re.compile(r"\[[^\]]+\]|[^.\[\]]+")
# Nearly all keys are of entries: what is certainly right about these is seen in one match, four times as fast.
_ENTRY_KEY = re.compile(
    rf"registration\.entries(\[(?:0|[1-9][0-9]{{0,14}})\])(?:\.({_NAME})(\[[0-{ATTEMPTS - 1}]\])?)?"
)
_ENTRY_ID = re.compile(r"\[(?:0|[1-9][0-9]{0,15})\]")
_ATTEMPT = frozenset(f"[{index}]" for index in range(ATTEMPTS))

ATTEMPT_ARRAYS = frozenset({"squatKg", "squatStatus", "benchKg", "benchStatus", "deadliftKg", "deadliftStatus"})

Path = tuple[str, ...]


class MalformedKey(Struct, frozen=True):
    """A key that is no path into a meet, and why."""

    reason: str


def parse(key: str) -> Path | MalformedKey:
    """Take a key apart, or say what is wrong with it."""
    if len(key) > MAX_KEY_BYTES or (not key.isascii() and len(key.encode(errors="surrogatepass")) > MAX_KEY_BYTES):
        return MalformedKey(f"updateKey is longer than {MAX_KEY_BYTES} bytes")
    if (of_entry := _ENTRY_KEY.fullmatch(key)) is not None:
        entry, name, attempt = of_entry.groups()
        if name is None:
            return ("registration", "entries", entry)
        if attempt is None:
            return ("registration", "entries", entry, name)
        if name in ATTEMPT_ARRAYS:
            return ("registration", "entries", entry, name, attempt)
    if _KEY.fullmatch(key) is None:
        return MalformedKey("updateKey is not a path of property names and [selectors]")
    path = tuple(_SEGMENT.findall(key))
    match path[0]:
        case "registration":
            reason = _wrong_in_registration(path)
        case "meet":
            whole_property = len(path) == 2 and path[1][0] != "["
            reason = None if whole_property else "below meet only meet.<property> can be set"
        case "lifting":
            reason = _wrong_in_lifting(path)
        case _:
            reason = None
    return path if reason is None else MalformedKey(reason)


def _wrong_in_registration(path: Path) -> str | None:
    if len(path) < 3 or path[1] != "entries" or not _ENTRY_ID.fullmatch(path[2]):
        return "below registration only registration.entries[<entryId>] can be set, by a non-negative integer id"
    if int(path[2][1:-1]) > MAX_INTEGER:
        return f"the entry id is larger than {MAX_INTEGER}"
    if len(path) == 3 or (len(path) == 4 and path[3][0] != "["):
        return None
    if len(path) == 5 and path[3] in ATTEMPT_ARRAYS:
        return None if path[4] in _ATTEMPT else f"an attempt is selected by [0] to [{ATTEMPTS - 1}]"
    return "a property of an entry is set whole; only attempts are set one by one"


def _wrong_in_lifting(path: Path) -> str | None:
    if len(path) != 3 or path[1][0] != "[" or path[2][0] == "[":
        return "below lifting only lifting[<locationName>].<property> can be set"
    if len(path[1]) - 2 > MAX_LOCATION_NAME:
        return f"a location name has at most {MAX_LOCATION_NAME} characters"
    return None


def format_path(path: Path) -> str:
    """The key of a path: the inverse of `parse`."""
    return path[0] + "".join(segment if segment[0] == "[" else "." + segment for segment in path[1:])


def overlap(one: Path, other: Path) -> bool:
    """Whether one path is equal to the other or a prefix of it."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
