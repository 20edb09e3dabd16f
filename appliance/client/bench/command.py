"""``openlifter-appliance bench``: the options, the run, the report."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from msgspec import structs
from rich.console import Console

from appliance.client.bench import report
from appliance.client.bench.figures import Figure, Report
from appliance.client.bench.participants import BenchmarkFailed
from appliance.client.bench.plan import FULL, QUICK, SECTIONS, Bench
from appliance.client.bench.wire import HandshakeRefused
from appliance.client.server_process import ServerDied

FILE_WIDTH = 140

CALM_SHARE = 2.5
"""Latency runs last this many times as long as throughput runs: they gather fewer samples."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``bench`` to a command line; its ``run`` is `run`."""
    parser = commands.add_parser("bench", help="measure the appliance on this machine, each figure beside a control")
    add_options(parser)
    parser.set_defaults(run=run)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the benchmark to a parser."""
    parser.add_argument("--quick", action="store_true", help="a smoke test of some 20 s; its figures are rough")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything as JSON; - for standard output")
    parser.add_argument("--seconds", type=_positive, metavar="S", help="length of each throughput run")
    parser.add_argument(
        "--slow-sync", type=_positive, metavar="MS", help="measure also with every sync of the disk taking MS longer"
    )
    parser.add_argument(
        "--only", action="append", choices=SECTIONS, help="measure only this; may be given several times"
    )
    parser.add_argument(
        "--dir", type=Path, metavar="DIR", help="keep the databases on the disk of this directory while measuring"
    )


def run(options: argparse.Namespace) -> int:
    """Measure and report; 0 when everything was measured, met or not, 1 when something failed."""
    console = Console(stderr=str(options.json) == "-")
    if not console.is_terminal:
        console = Console(stderr=console.stderr, width=FILE_WIDTH)
    try:
        with tempfile.TemporaryDirectory(prefix="openlifter-bench-", dir=options.dir) as directory:
            found = asyncio.run(_measure(options, Path(directory), console))
    except (BenchmarkFailed, ServerDied, HandshakeRefused) as error:
        console.print(f"The benchmark failed: {error}", style="bold red", markup=False)
        return 1
    report.show(found, console)
    if options.json is not None:
        _write(options.json, report.to_json(found))
    return 0


async def _measure(options: argparse.Namespace, directory: Path, console: Console) -> Report:
    size = QUICK if options.quick else FULL
    if options.seconds is not None:
        size = structs.replace(size, seconds=options.seconds, calm_seconds=CALM_SHARE * options.seconds)
    facts = report.machine(directory)
    figures: list[Figure] = []
    with console.status("measuring") as status:
        bench = Bench(size, directory, options.slow_sync, lambda what: status.update(f"measuring: {what}"))
        for section in SECTIONS:
            if options.only is None or section in options.only:
                figures += await getattr(bench, section)()
    return Report(facts, figures, bench.skipped)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 3600:
        raise argparse.ArgumentTypeError(f"must be more than 0, not {text}")
    return value


def _write(path: Path, content: bytes) -> None:
    if str(path) == "-":
        sys.stdout.write(content.decode())
    else:
        path.write_bytes(content)
