"""Disks as slow as a memory card: a shim in front of the C library's sync calls, compiled where there is a compiler."""

from __future__ import annotations

import asyncio
import shutil
from importlib.resources import files
from pathlib import Path


class NoSlowSync(Exception):
    """Syncs cannot be slowed down here; the message says why."""


async def build(directory: Path) -> Path:
    """Compile the shim into a directory, and return the library. Raises `NoSlowSync`."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise NoSlowSync("there is no C compiler (cc) on this machine")
    source = directory / "slow_sync.c"
    source.write_bytes(files("appliance.client.bench").joinpath("slow_sync.c").read_bytes())
    library = directory / "slow_sync.so"
    arguments = ("-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl")
    compiling = await asyncio.create_subprocess_exec(
        compiler, *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, complaint = await compiling.communicate()
    if compiling.returncode != 0:
        raise NoSlowSync(f"the shim does not compile: {complaint.decode(errors='replace').strip()}")
    return library


def environment(library: Path, delay_ms: float) -> dict[str, str]:
    """The variables that make a process's syncs take this much longer."""
    return {"LD_PRELOAD": str(library), "SLOW_SYNC_MS": str(delay_ms)}
