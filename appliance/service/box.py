"""What the file on the card says of the box itself, beside the settings of the appliance: its Wi-Fi and its PIN.

Only a box that is nothing but an appliance reads these; on a laptop they are its owner's own affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from appliance.service.settings import Problem


class Wifi(Struct, frozen=True):
    """A network to join; ``password`` is empty for one that is open. ``country`` says which channels are allowed."""

    name: str
    password: str
    country: str


class OwnWifi(Struct, frozen=True):
    """A network to open, where the hall has none. It always has a password: whoever is in it sees the meet."""

    name: str
    password: str
    country: str


class Box(Struct, frozen=True, kw_only=True):
    """All of it; None is what was not asked for."""

    wifi: Wifi | None = None
    own_wifi: OwnWifi | None = None
    pin: str | None = None


_KEYBOARD = '"text" of 8 to 63 letters, digits and signs of an English keyboard'
_Rule = tuple[Callable[[str], bool], str]
"""Whether a text may stand there, and what may, in words."""

_NAME: _Rule = (lambda text: 1 <= len(text.encode()) <= 32 and text.isprintable(), '"text" of 1 to 32 letters')
_COUNTRY: _Rule = (
    lambda text: re.fullmatch("[A-Z]{2}", text) is not None,
    'two capital letters, like "DE" or "US"',
)
_ALLOWED: Mapping[str, Mapping[str, _Rule]] = {
    "wifi": {
        "name": _NAME,
        "password": (lambda text: text == "" or _is_password(text), _KEYBOARD),
        "country": _COUNTRY,
    },
    "own_wifi": {
        "name": _NAME,
        "password": (lambda text: _is_password(text), _KEYBOARD),
        "country": _COUNTRY,
    },
    "operator": {
        "pin": (lambda text: re.fullmatch("[0-9]{6,12}", text) is not None, '6 to 12 digits in quotes, like "123456"'),
    },
}

SECTIONS = frozenset(_ALLOWED)


def read(values: Mapping[str, Any], file_name: str) -> tuple[Box, list[Problem]]:
    """The sections of the box, from a file as `tomllib` reads it, and what is wrong in them. Others are not its affair.

    A section with a mistake in it counts as not there. No problem tells a value.
    """
    problems: list[Problem] = []
    wifi = _section(values, "wifi", {"password": ""}, file_name, problems)
    own_wifi = _section(values, "own_wifi", {"name": "OpenLifter"}, file_name, problems)
    operator = _section(values, "operator", {}, file_name, problems)
    return (
        Box(
            wifi=Wifi(**wifi) if wifi else None,
            own_wifi=OwnWifi(**own_wifi) if own_wifi else None,
            pin=operator["pin"] if operator else None,
        ),
        problems,
    )


def _section(
    values: Mapping[str, Any], section: str, defaults: Mapping[str, str], file_name: str, problems: list[Problem]
) -> dict[str, str] | None:
    content = values.get(section)
    if content is None or content == {}:
        return None
    if not isinstance(content, Mapping):
        problems.append(Problem(file_name, f"{section!r} must be a section: [{section}]"))
        return None
    found: dict[str, str] = dict(defaults)
    wrong = len(problems)
    for key, value in content.items():
        known = _ALLOWED[section].get(key)
        if known is None:
            there = ", ".join(_ALLOWED[section])
            problems.append(Problem(f"{file_name}, [{section}]", f"unknown setting {key!r}, there are: {there}"))
        elif not isinstance(value, str) or not known[0](value):
            problems.append(Problem(f"{file_name}, [{section}] {key}", f"must be {known[1]}"))
        else:
            found[key] = value
    problems += [
        Problem(f"{file_name}, [{section}]", f"{key!r} is missing: {allowed}")
        for key, (_, allowed) in _ALLOWED[section].items()
        if key not in found and key not in content
    ]
    return found if len(problems) == wrong else None


def _is_password(text: str) -> bool:
    return 8 <= len(text) <= 63 and text.isascii() and text.isprintable()
