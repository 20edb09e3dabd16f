"""`discover`: which appliances are on the network, and which meets they hold."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from appliance.discovery.browser import look
from appliance.discovery.interfaces import real_interfaces
from appliance.discovery.names import Neighbour

LISTEN_S = 3.0
LONGEST_S = 60.0

# An appliance that does not tell its meets' names within this time is listed with their ids.
NAMES_S = 2.0
_MOST_BYTES = 1 << 20

FOUND, FAILED, NONE_FOUND = 0, 1, 3


class _Meet(Struct, frozen=True, rename="camel"):
    meet_id: str
    meet_name: str = ""


class _About(Struct, frozen=True):
    """Of ``/.well-known/openlifter`` what the list wants to know."""

    id: str
    meets: Sequence[_Meet] = ()


class Listed(Struct, frozen=True, rename="camel"):
    """One appliance in the list; addresses are ``host:port``."""

    id: str
    name: str
    version: str
    url: str
    hostname: str
    port: int
    addresses: Sequence[str]
    meets: Sequence[_Meet]


def add_parser(commands: Any) -> None:
    """Add `discover`."""
    parser = commands.add_parser(
        "discover",
        help="list the appliances on this network, with their meets",
        description=f"List the appliances on this network, with their meets. Exit code: {FOUND} there are some, "
        f"{NONE_FOUND} none was heard, {FAILED} it was not possible to listen, 2 it was asked for wrongly.",
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.add_argument(
        "--timeout", metavar="S", type=_seconds, default=LISTEN_S, help="how many seconds to listen (default: 3)"
    )
    parser.set_defaults(run=lambda parsed: asyncio.run(_discover(parsed.timeout, as_json=parsed.json)))


async def _discover(listen_s: float, *, as_json: bool) -> int:
    interfaces = real_interfaces()
    if not interfaces:
        print("This computer has no network: no cable with a link, and no Wi-Fi.", file=sys.stderr)
        return FAILED
    try:
        neighbours = await look(interfaces, listen_s)
    except OSError as error:
        print(f"It is not possible to listen on this network: {error}", file=sys.stderr)
        return FAILED
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(NAMES_S)) as http:
        listed = await asyncio.gather(*(_listed(http, neighbour) for neighbour in neighbours))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(listed)).decode())
    elif listed:
        _show(listed)
    else:
        print(f"No appliance was heard within {listen_s:g} s. Is it switched on, and on this network?")
    return FOUND if listed else NONE_FOUND


async def _listed(http: aiohttp.ClientSession, neighbour: Neighbour) -> Listed:
    said = neighbour.announcement
    scheme = "https" if said.tls else "http"
    meets: Sequence[_Meet] = [_Meet(meet_id) for meet_id in said.meets]
    best = next(iter(neighbour.reachable), f"{neighbour.host}:{neighbour.port}")
    for address in neighbour.reachable:
        about = await _about(http, f"{scheme}://{address}/.well-known/openlifter")
        if about is not None and about.id == said.claimant.id:
            meets, best = about.meets, address
            break
    return Listed(
        said.claimant.id,
        neighbour.name,
        said.version,
        f"{scheme}://{best}{said.openlifter}",
        neighbour.host,
        neighbour.port,
        neighbour.reachable,
        meets,
    )


async def _about(http: aiohttp.ClientSession, url: str) -> _About | None:
    try:
        async with http.get(url, allow_redirects=False) as answer:
            if answer.content_length is None or answer.content_length > _MOST_BYTES:
                return None
            return msgspec.json.decode(await answer.read(), type=_About)
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return None


def _show(listed: Sequence[Listed]) -> None:
    from rich.console import Console
    from rich.table import Table

    # What others say of themselves is text, never markup.
    table = Table("appliance", "open", "host name", "version", "meets", box=None, pad_edge=False)
    for each in listed:
        meets = "\n".join(f"{_spaced(meet.meet_id)}  {meet.meet_name}".strip() for meet in each.meets) or "none"
        table.add_row(*map(_plain, (each.name, each.url, each.hostname, each.version, meets)))
    Console(markup=False, highlight=False).print(table)


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable() or char == "\n")


def _spaced(meet_id: str) -> str:
    return " ".join(meet_id[start : start + 3] for start in range(0, len(meet_id), 3))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most {LONGEST_S:g} seconds, not {text!r}")
    return seconds
