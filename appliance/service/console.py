"""The screen of a box: on the HDMI of a Pi, where it can be reached, as an address and a QR code, and how it is.

A program of its own that asks the appliance as any other would, so that it can also say that there is no answer.
"""

from __future__ import annotations

import http.client
import io
import shutil
import sys
import textwrap
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

import msgspec
import segno
from msgspec import Struct

from appliance.service.warnings import CATALOGUE

ASK_S = 5.0
ANSWER_S = 4.0

# A start on a slow card, with a damaged database to replace, takes its time.
PATIENCE_S = 120.0

_CLEAR = "\x1b[H\x1b[2J\x1b[3J\x1b[?25l"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_LOCAL_NAMES = {each.name: each for each in CATALOGUE}


class Meet(Struct, frozen=True, rename="camel"):
    """A meet on the box."""

    meet_id: str
    meet_name: str = ""


class About(Struct, frozen=True):
    """Of ``/.well-known/openlifter`` what the screen shows."""

    name: str
    version: str = ""
    hostnames: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    meets: tuple[Meet, ...] = ()


class _Ready(Struct, frozen=True):
    status: str


class _Health(Struct, frozen=True):
    warnings: tuple[str, ...] = ()


class Seen(Struct, frozen=True):
    """How the box is; ``about`` is None while it does not answer, ``card_is_missing`` without its data partition."""

    about: About | None
    ready: bool = False
    warnings: tuple[str, ...] = ()
    waited_s: float = 0.0
    card_is_missing: bool = False


def screen(seen: Seen, columns: int = 80) -> str:
    """What the screen shows, without what clears it."""
    lines = [f"{_BOLD}OpenLifter appliance{_PLAIN}", ""]
    if seen.card_is_missing:
        lines += _wrapped("The part of the card that holds the meets cannot be used.", columns, bold=True)
        lines += _wrapped("Nothing is started, for nothing could be kept. Use another card.", columns)
    elif seen.about is None and seen.waited_s > PATIENCE_S:
        lines += _wrapped("It does not start.", columns, bold=True)
        lines += _wrapped("Pull the plug and put it in again. If this comes back, use another card.", columns)
    elif seen.about is None:
        lines.append("Starting ...")
    else:
        lines += _running(seen.about, seen, columns)
    return "\n".join(lines) + "\n"


def _running(about: About, seen: Seen, columns: int) -> list[str]:
    urls = [f"http://{host.removesuffix(':80')}/" for host in (*about.hostnames, *about.addresses) if "[" not in host]
    if not urls:
        return _wrapped("There is no network: plug in the cable at both ends, and switch the router on.", columns)
    lines = ["Open in any browser on this network:", "", f"    {_BOLD}{urls[0]}{_PLAIN}"]
    lines += [f"    or {url}" for url in urls[1:3]]
    # A phone's camera does not always know .local names; the address leads there from all of them.
    lines += ["", *_qr(urls[1] if len(urls) > 1 else urls[0])]
    lines.append("Ready for a meet." if seen.ready else "Not ready yet.")
    lines += [f"  {meet.meet_name or 'Meet'}  ({_in_groups(meet.meet_id)})" for meet in about.meets[:3]]
    for name in seen.warnings:
        known = _LOCAL_NAMES.get(name)
        lines += ["", *_wrapped(f"! {known.meaning if known else name}", columns, bold=True)]
        lines += _wrapped(known.remedy, columns) if known else []
    return lines


def _qr(text: str) -> list[str]:
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, border=2, compact=True)
    return drawn.getvalue().splitlines()


def _wrapped(text: str, columns: int, *, bold: bool = False) -> list[str]:
    return [f"{_BOLD}{line}{_PLAIN}" if bold else line for line in textwrap.wrap(text, columns - 2)]


def _in_groups(meet_id: str) -> str:
    return " ".join(meet_id[first : first + 3] for first in range(0, len(meet_id), 3))


def look(url: str, waited_s: float, needs: Path | None = None) -> Seen:
    """Ask the appliance at ``url`` how it is; ``needs`` is where its data partition is mounted, if it must have one."""
    missing = needs is not None and not needs.is_mount()
    try:
        about = _get(f"{url}/.well-known/openlifter", About)
        ready = _get(f"{url}/readyz", _Ready)
        health = _get(f"{url}/healthz", _Health)
    except (OSError, http.client.HTTPException, msgspec.DecodeError):
        return Seen(None, waited_s=waited_s, card_is_missing=missing and waited_s > ANSWER_S)
    return Seen(about, ready.status == "ready", health.warnings)


_T = TypeVar("_T")


def _get(url: str, kind: type[_T]) -> _T:
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:  # noqa: S310  Always http, on this machine.
            return msgspec.json.decode(answer.read(), type=kind)
    except urllib.error.HTTPError as refused:
        # 503 says in the same words why it is not well.
        with refused:
            return msgspec.json.decode(refused.read(), type=kind)


def show(
    url: str,
    needs: Path | None,
    out: TextIO = sys.stdout,
    wait: Callable[[float], object] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Show it, and what becomes of it, for ever. It writes only when there is something new."""
    heard_s = monotonic()
    shown = ""
    while True:
        seen = look(url, monotonic() - heard_s, needs)
        if seen.about is not None:
            heard_s = monotonic()
        now = screen(seen, shutil.get_terminal_size().columns)
        if now != shown:
            out.write(_CLEAR + now)
            out.flush()
            shown = now
        wait(ASK_S)
