"""OpenPowerlifting's own checker, over HTTP. What it says is shown; that it is missing or changed is no obstacle."""

from __future__ import annotations

import aiohttp
import msgspec
from msgspec import Struct

from appliance.service.logging import get_logger

PATH = "/dev/checker"
PATIENCE_S = 20.0

_MOST_BYTES = 1024 * 1024

_log = get_logger(__name__)


class Remark(Struct, frozen=True):
    """What it has to say; ``severity`` is "Error" or "Warning"."""

    severity: str
    text: str


class CheckerReport(Struct, frozen=True):
    """Its answer: remarks on the meet, and on the lifters, whom it looks at only if the meet is right."""

    io_error: str | None
    meet_messages: list[Remark]
    entries_messages: list[Remark]

    @property
    def lines(self) -> list[str]:
        """All of it as lines to read; none if all is well."""
        said = [f"{each.severity}: {each.text}" for each in (*self.meet_messages, *self.entries_messages)]
        return [f"Error: {self.io_error}", *said] if self.io_error else said


class Checker:
    """The checker of one site. ``patience_s``: how long it may take."""

    def __init__(self, url: str, patience_s: float = PATIENCE_S) -> None:
        self._url = url.rstrip("/") + PATH
        self._patience_s = patience_s

    async def check(self, csv: str) -> CheckerReport | None:
        """What it says of a file for OpenPowerlifting; None if it cannot be asked, or answers in words of its own."""
        parts = split(csv)
        if parts is None:
            return None
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(self._patience_s)) as http,
                http.post(self._url, json={"meet": parts[0], "entries": parts[1]}) as answer,
            ):
                body = await _read(answer)
                if answer.status != 200:
                    raise aiohttp.ClientError(f"status {answer.status}")
                return msgspec.json.decode(body, type=CheckerReport)
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.MsgspecError, RecursionError) as error:
            _log.info("checker_not_asked", reason=str(error) or type(error).__name__)
            return None

    async def remarks(self, csv: str) -> str:
        """The same as lines in one text; empty if there are none."""
        report = await self.check(csv)
        return "\n".join(report.lines) if report is not None else ""


def split(csv: str) -> tuple[str, str] | None:
    """The two files that OpenPowerlifting keeps of a meet, out of OpenLifter's one; None if it has not those parts.

    OpenLifter writes a line with the version, the meet in two lines, and the lifters, with an empty line between each.
    """
    parts = csv.split("\n\n", 2)
    return (parts[1].strip("\n") + "\n", parts[2]) if len(parts) == 3 else None


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    body = await answer.content.read(_MOST_BYTES)
    while chunk := await answer.content.read(_MOST_BYTES):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise aiohttp.ClientError("the answer is too long")
    return body
