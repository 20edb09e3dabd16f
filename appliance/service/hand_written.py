"""A config file as somebody wrote it who has never heard of TOML: what is right in it counts, line by line.

Only for the file on the card of a box without a keyboard, where a start that fails over a missing quote is a meet that
does not begin. What is wrong is told by line and name, never by value: it may be a password, and everybody may see it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.service import box, settings
from appliance.service.settings import Problem, Settings

# A file that is wrong in more lines than this is no config file.
MOST_WRONG_LINES = 50
MOST_BYTES = 64 * 1024

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)$")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def load(path: Path, flags: Mapping[str, object], env: Mapping[str, str]) -> tuple[Settings, list[Problem]]:
    """The settings of a run, from what is right in the file, the environment and the command line; and what is wrong.

    What the sections of the box itself say is looked at too (`box`), so that one list tells all mistakes of the file.
    """
    values, problems = read(path)
    own = {section: content for section, content in values.items() if section not in box.SECTIONS}
    chosen, wrong = settings.settle(own, env, flags, file_name=path.name, quoting=False)
    return chosen, [*problems, *wrong, *box.read(values, path.name)[1]]


def read(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """What is right in the file, as `tomllib` reads it, and what is wrong with the rest. No file is an empty one."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}, [Problem(path.name, "is not there: every setting has its default")]
    except OSError as error:
        return {}, [Problem(path.name, f"cannot be read: {error.strerror}")]
    if len(raw) > MOST_BYTES:
        return {}, [Problem(path.name, "is too large to be a file with settings")]
    return parse(_text(raw), path.name)


def parse(text: str, name: str) -> tuple[dict[str, Any], list[Problem]]:
    """The same for what stands in the file ``name``."""
    lines = text.splitlines()
    problems: list[Problem] = []
    while True:
        try:
            return tomllib.loads("\n".join(lines)), sorted(problems, key=_line_of)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            at = _AT_LINE.search(str(error))
            number = int(at[1]) if at else _last_line(lines)
            if not lines or len(problems) == MOST_WRONG_LINES:
                return {}, [Problem(name, "is not a file with settings: none of it is used")]
            problems.append(Problem(f"{name}, line {number}", _what_is_wrong(lines[number - 1])))
            # Its place is kept, so that the numbers of the others stay right.
            lines[number - 1] = ""


def _text(raw: bytes) -> str:
    """As Windows' editors write it, too."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _last_line(lines: list[str]) -> int:
    return next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), len(lines))


def _what_is_wrong(line: str) -> str:
    key = _KEY.match(line)
    if key is not None:
        return (
            f'what stands behind "{key[1]} =" cannot be understood, or "{key[1]}" is there twice: text needs "quotes"'
        )
    if line.lstrip().startswith("["):
        return "is no heading like [server], or the heading is there twice"
    return 'is no setting: a setting is written as  name = "text"'


def _line_of(problem: Problem) -> int:
    return int(problem.source.rsplit(" ", 1)[1])
