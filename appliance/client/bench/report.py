"""The report: a table for people, JSON for everything else."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path

import aiohttp
import msgspec
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from appliance.client.bench.figures import Control, Figure, Report, Target

MET = "met"
NOT_MET = "NOT MET"
_BUSY = ("server_busy", "generator_busy")
_LATENCIES = ("p50_ms", "p99_ms", "max_ms", "samples")


def machine(directory: Path) -> dict[str, str]:
    """What the figures depend on. ``directory``: where the databases were."""
    return {
        "python": platform.python_version(),
        "aiohttp": aiohttp.__version__,
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
        "load_average": f"{os.getloadavg()[0]:.2f}",
        "file_system": _file_system(directory),
    }


def to_json(report: Report) -> bytes:
    """The whole report, for people to read, too."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def show(report: Report, console: Console) -> None:
    """Print the report as a table: what, how much, beside what, and whether it is enough."""
    table = Table(title="OpenLifter appliance: benchmark", show_lines=True)
    table.add_column("measured", ratio=3)
    table.add_column("figure", justify="right", ratio=2)
    table.add_column("beside its controls", ratio=4)
    table.add_column("wanted", ratio=3)
    for figure in report.figures:
        table.add_row(f"{figure.section}: {figure.name}", _value(figure), _controls(figure), _targets(figure.targets))
    console.print(table)
    console.print(", ".join(f"{name} {value}" for name, value in report.machine.items()))
    for skipped in report.skipped:
        console.print(f"Not measured: {skipped}", style="yellow")
    targets = [target for figure in report.figures for target in figure.targets]
    met = sum(target.met for target in targets)
    console.print(f"{met} of {len(targets)} targets {MET}.", style="green" if met == len(targets) else "red")


def _value(figure: Figure) -> str:
    lines = [f"{_number(figure.value)} {figure.unit}"]
    if "p50_ms" in figure.detail:
        lines.append(f"p50 {_number(figure.detail['p50_ms'])}, max {_number(figure.detail['max_ms'])}")
        lines.append(f"of {_number(figure.detail['samples'])}")
    if "server_busy" in figure.detail:
        lines.append(_busy(*(figure.detail[name] for name in _BUSY)))
    lines += [
        f"{name.replace('_', ' ')} {_number(value)}"
        for name, value in figure.detail.items()
        if name not in (*_BUSY, *_LATENCIES)
    ]
    return "\n".join(lines)


def _controls(figure: Figure) -> str:
    return "\n".join(_control(control, figure.unit) for control in figure.controls)


def _control(control: Control, unit: str) -> str:
    line = f"×{control.ratio:.2f} of {control.name} ({_number(control.value)} {unit})"
    if control.server_busy is None or control.generator_busy is None:
        return line
    return f"{line}; {_busy(control.server_busy, control.generator_busy)}"


def _busy(server: float, generator: float) -> str:
    return f"server {server:.0%}, generator {generator:.0%} busy"


def _targets(targets: tuple[Target, ...]) -> RenderableType:
    lines = [
        Text(f"{target.wanted}: {MET if target.met else NOT_MET}", style="green" if target.met else "bold red")
        for target in targets
    ]
    return Text("\n").join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:.3g}"


def _file_system(directory: Path) -> str:
    """The type of the file system that a directory lies on: on a tmpfs syncing costs nothing."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    found = directory.resolve()
    above = {str(place) for place in (found, *found.parents)}
    holding = [mount for mount in mounts if mount[1] in above]
    return max(holding, key=lambda mount: len(mount[1]))[2] if holding else "unknown"
