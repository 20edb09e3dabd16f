"""Logs are events with fields: `log.info("meet_created", meet_id=123456789, location="Platform 1")`.

On a terminal that reads `12:03:04 info     meet_created meet_id=123456789 location="Platform 1"`, under
systemd it is one JSON object. Fields that hold a secret are never written, whatever their value.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO, TypeAlias

import msgspec

from appliance.service.settings import Settings

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

ROOT = "appliance"
HIDDEN = "***"

# Field names in small letters without underscores, so that sessionToken and session_token are one.
SECRET_NAMES = frozenset(
    {
        "authorization",
        "cookie",
        "key",
        "passwordhash",
        "operatorpin",
        "pin",
        "recoverybundle",
        "recoverykey",
        "salt",
        "signingkey",
    }
)
SECRET_ENDINGS = ("password", "secret", "token")

_BARE = re.compile(r"[\w.:/@+%*-]+")


class EventLogger:
    """A thin coat over a standard logger: events by name, fields by keyword, some of them bound for good."""

    def __init__(self, logger: logging.Logger, fields: Mapping[str, object]) -> None:
        self._logger = logger
        self._fields = fields

    def bind(self, **fields: object) -> EventLogger:
        """A logger that adds `fields` to each of its events."""
        return EventLogger(self._logger, {**self._fields, **fields})

    def debug(self, event: str, /, **fields: object) -> None:
        """For a programmer who looks for something."""
        self._log(logging.DEBUG, event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        """Something the operator may want to look up later."""
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, /, **fields: object) -> None:
        """Something went wrong and the service copes."""
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, /, cause: BaseException | None = None, **fields: object) -> None:
        """Something went wrong that somebody must look at; the traceback of `cause` is written too."""
        self._log(logging.ERROR, event, fields, cause)

    def _log(self, level: int, event: str, fields: Mapping[str, object], cause: BaseException | None = None) -> None:
        if self._logger.isEnabledFor(level):
            extra = {"event_fields": {**self._fields, **fields}}
            self._logger.log(level, "%s", event, exc_info=cause, extra=extra)


def get_logger(name: str, /, **fields: object) -> EventLogger:
    """The logger of a module (pass `__name__`), with `fields` on each of its events."""
    return EventLogger(logging.getLogger(name), fields)


class TextFormatter(logging.Formatter):
    """One line an event, for a person at a terminal. Control characters are escaped: a lifter's name cannot
    forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """`12:03:04 info     meet_created meet_id=123456789`, and a traceback on the lines below."""
        clock = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        parts = [clock, f"{record.levelname.lower():8}", _printable(record.getMessage())]
        parts += [f"{name}={_text(value)}" for name, value in _fields(record).items()]
        line = " ".join(parts)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One JSON object an event: `time` (ISO 8601, UTC), `level`, `logger`, `event`, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The event as one line of ASCII. A field cannot take the place of one of the four."""
        line: dict[str, JsonValue] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name, value in _fields(record).items():
            line[f"field_{name}" if name in line else name] = value
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(settings: Settings, *, stream: TextIO | None = None, env: Mapping[str, str] | None = None) -> None:
    """Send all logs of this process to `stream` (standard error) as the log settings say.

    The format "auto" means JSON if the stream goes to systemd's journal, else text. Other libraries are
    heard from warnings on, which also keeps aiohttp's access log quiet. Calling again replaces what was
    configured.
    """
    stream = sys.stderr if stream is None else stream
    as_json = settings.log_format == "json" or (
        settings.log_format == "auto" and is_journal(stream, os.environ if env is None else env)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(ROOT).setLevel(settings.log_level.upper())


def is_journal(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether `stream` goes straight to systemd's journal.

    `JOURNAL_STREAM` alone does not tell: a terminal opened from a desktop session inherits it. It holds
    device and inode of the journal's end, which must be the stream's (systemd.exec(5)).
    """
    journal = env.get("JOURNAL_STREAM")
    if not journal:
        return False
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return journal == f"{status.st_dev}:{status.st_ino}"


def _fields(record: logging.LogRecord) -> dict[str, JsonValue]:
    fields: Mapping[str, object] = getattr(record, "event_fields", {})
    return {name: _shown(name, value) for name, value in fields.items()}


def _shown(name: str, value: object) -> JsonValue:
    return HIDDEN if _is_secret(name) else _plain(value)


def _is_secret(name: str) -> bool:
    bare = name.replace("_", "").replace("-", "").lower()
    return bare in SECRET_NAMES or bare.endswith(SECRET_ENDINGS)


def _plain(value: object) -> JsonValue:
    """The value in JSON's own types; a message (msgspec Struct) is opened, to see its secrets too."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, msgspec.Struct):
        return {name: _shown(name, getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {str(name): _shown(str(name), item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)


def _text(value: JsonValue) -> str:
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else _printable(json.dumps(value, ensure_ascii=False))
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
