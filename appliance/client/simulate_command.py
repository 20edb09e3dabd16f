"""The commands ``simulate`` and ``demo``: a simulation on a terminal, with its progress and its verdict."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table

from appliance.client import recording
from appliance.client.faults import CHAOS, Chaos, ChaosLevel
from appliance.client.server_process import ServerDied, ServerProcess, appliance_process
from appliance.client.simulate import Simulation, SimulationFailed, Verdict

DEMO_SPEED = 120.0
_REFRESH_S = 0.25


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``simulate``."""
    parser = commands.add_parser(
        "simulate",
        help="replay a recorded meet from all its locations at once, and compare how it ends",
        description="Replays recorded meets through the live protocol. Exit code 0: every place ended as recorded.",
    )
    parser.add_argument("meet", type=Path, help="a recorded meet: a folder, or any of a recording's files")
    parser.add_argument("--url", help="a running appliance; without it one is started for the occasion")
    parser.add_argument(
        "--speed", type=_speed, default=0.0, metavar="X", help="recorded seconds a second (default: as fast as it goes)"
    )
    parser.add_argument(
        "--chaos",
        type=ChaosLevel,
        choices=list(ChaosLevel),
        default=ChaosLevel.OFF,
        help="how bad the network is; a server that was started for the occasion is killed now and then, too",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the faults (default: 1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Simulate what was asked for; returns the exit code."""
    console = Console()
    try:
        stems = recording.find(arguments.meet)
        verdicts = asyncio.run(
            _simulate_all(console, stems, arguments.url, CHAOS[arguments.chaos], arguments.seed, arguments.speed)
        )
    except (recording.NotARecording, SimulationFailed, ServerDied) as error:
        console.print(str(error), style="bold red", markup=False, soft_wrap=True)
        return 1
    return 0 if all(verdict.passed for verdict in verdicts) else 1


async def _simulate_all(
    console: Console, stems: list[str], url: str | None, chaos: Chaos, seed: int, speed: float
) -> list[Verdict]:
    verdicts = []
    async with _appliance_at(url) as (server, at):
        for stem in stems:
            simulation = Simulation(recording.load(stem), at, chaos, seed, speed, server)
            verdicts.append(await watched(console, simulation))
    return verdicts


@asynccontextmanager
async def _appliance_at(url: str | None) -> AsyncIterator[tuple[ServerProcess | None, str]]:
    if url is not None:
        yield None, url
        return
    with tempfile.TemporaryDirectory(prefix="openlifter-simulation-") as data_dir:
        server = appliance_process(Path(data_dir))
        await server.start()
        try:
            yield server, server.url
        finally:
            await server.stop()


async def watched(
    console: Console,
    simulation: Simulation,
    *,
    announce: bool = False,
    begun: Callable[[str], Awaitable[None]] | None = None,
) -> Verdict:
    """Run a simulation, show how far it is, and print its verdict.

    Args:
        announce: print how to look in on the meet, as soon as it is there.
    """
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[faults]}")
    )
    task = bar.add_task("", total=None, faults="")
    running = asyncio.create_task(simulation.run())
    try:
        with Live(bar, console=console, transient=True):
            while not running.done():
                await asyncio.wait({running}, timeout=_REFRESH_S)
                if announce and simulation.meet_id:
                    console.print(f"Meet id {_in_groups(simulation.meet_id)}, password {simulation.password}")
                    announce = False
                    if begun is not None:
                        await begun(simulation.meet_id)
                _show(bar, task, simulation)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    verdict = running.result()
    _print(console, verdict)
    return verdict


def _in_groups(meet_id: str) -> str:
    return " ".join(meet_id[first : first + 3] for first in range(0, len(meet_id), 3))


async def demonstrate(console: Console, url: str, begun: Callable[[str], Awaitable[None]] | None = None) -> Verdict:
    """Replay the meet that comes with the package, at a speed that can be watched, on a network with small faults.

    Args:
        console: where its progress is shown.
        url: of the appliance.
        begun: called with the meet's id, as soon as there is one.
    """
    meet = recording.load(recording.find(recording.DEMO)[0])
    simulation = Simulation(meet, url, CHAOS[ChaosLevel.LIGHT], seed=1, speed=DEMO_SPEED)
    console.print(f"[bold]{meet.name}[/]: {len(meet.steps)} entries at {len(meet.locations)} places, from {url}")
    return await watched(console, simulation, announce=True, begun=begun)


def _show(bar: Progress, task: TaskID, simulation: Simulation) -> None:
    now = simulation.progress()
    injected = now.injected
    bar.update(
        task,
        description=f"{now.live}/{now.places} places live",
        completed=now.done,
        total=now.steps,
        faults=f"{injected.cuts} cables pulled, {injected.storms} storms, {injected.restarts} restarts, "
        f"{injected.late} frames late, {injected.twice} twice",
    )


def _print(console: Console, verdict: Verdict) -> None:
    table = Table(title=f"{verdict.meet}, seed {verdict.seed}: {verdict.updates} updates in {verdict.elapsed_s:.1f} s")
    for heading in ("place", "newest number", "digest", "state"):
        table.add_column(heading)
    for place in verdict.places:
        state = "[green]as recorded" if place.as_recorded else "[bold red]not as recorded"
        table.add_row(place.location, str(place.applied), place.digest, state)
    console.print(table)
    for line in [*verdict.rejected, *verdict.differences]:
        console.print(line, style="red", markup=False)
    if verdict.passed:
        console.print("[bold green]All places are equal, and end as OpenLifter itself ended.")
    elif verdict.all_equal:
        console.print("[bold red]All places are equal, but do not end as OpenLifter ended.")
    else:
        console.print("[bold red]The places disagree.")


def _speed(text: str) -> float:
    speed = float(text)
    if not speed >= 0:
        raise ValueError
    return speed
