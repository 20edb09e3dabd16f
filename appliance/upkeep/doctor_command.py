"""`doctor`: what is well with the appliance on this computer and its network, and what is not."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import msgspec

from appliance.discovery.names import in_url
from appliance.service import settings
from appliance.service.settings import Settings
from appliance.upkeep.doctor import Finding, State, examine, worst
from appliance.upkeep.examination import look_from_outside

# Looking takes about two seconds.
PATIENCE_S = 10.0

_EVERYWHERE = (None, "0.0.0.0", "::")  # noqa: S104 - only compared
_SIGNS = {State.WELL: ("✓", "green"), State.LOOK: ("!", "yellow"), State.BAD: ("✗", "red")}


def add_parser(commands: Any, settings_of: Callable[[argparse.Namespace], Settings]) -> None:
    """Add `doctor`."""
    parser = commands.add_parser(
        "doctor",
        help="what is well with the appliance and its network, and what is not",
        description="Look at the appliance on this computer, its disk and its network. Exit code: 0 all is well or "
        "worth a look, 1 something is bad, 2 it was asked for wrongly.",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    settings.add_flags(parser)
    parser.set_defaults(run=lambda parsed: asyncio.run(_doctor(settings_of(parsed), as_json=parsed.json)))


async def _doctor(chosen: Settings, *, as_json: bool) -> int:
    findings = await _asked(chosen)
    if findings is None:
        findings = examine(await look_from_outside(chosen.data_dir, chosen.host, chosen.port))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(findings)).decode())
    else:
        _show(findings)
    return 1 if worst(findings) is State.BAD else 0


async def _asked(chosen: Settings) -> list[Finding] | None:
    """What the running appliance finds, None if none answers."""
    here = "127.0.0.1" if chosen.host is None or chosen.host in _EVERYWHERE else chosen.host
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as http,
            http.get(f"http://{in_url(here, chosen.port)}/api/v1/doctor", allow_redirects=False) as answer,
        ):
            return msgspec.json.decode(await answer.read(), type=list[Finding]) if answer.status == 200 else None
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return None


def _show(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    for finding in findings:
        sign, colour = _SIGNS[finding.state]
        console.print(Text.assemble((f"{sign} ", f"bold {colour}"), (finding.topic, "bold"), f": {finding.found}"))
        if finding.meaning:
            console.print(Padding(Text(finding.meaning, "dim"), (0, 2)))
        if finding.remedy:
            console.print(Padding(Text(f"→ {finding.remedy}"), (0, 2)))
