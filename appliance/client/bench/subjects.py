"""What is measured: our own server and the bare ones, each in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import aiohttp

from appliance.client.server_process import START_S, ServerDied, ServerProcess, appliance_process


@asynccontextmanager
async def appliance(data_dir: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[ServerProcess]:
    """Our server on a fresh data directory, up while the context lasts."""
    async with _running(appliance_process(data_dir, environment)) as subject:
        yield subject


@asynccontextmanager
async def bare(
    name: str, options: Sequence[str], environment: Mapping[str, str] | None = None
) -> AsyncIterator[ServerProcess]:
    """A control server, with the options of ``controls broadcast``."""
    arguments = ["-m", "appliance.client.bench.controls", "broadcast", *options]
    async with _running(ServerProcess(name, arguments, environment)) as subject:
        yield subject


@asynccontextmanager
async def _running(subject: ServerProcess) -> AsyncIterator[ServerProcess]:
    await subject.start()
    try:
        yield subject
    finally:
        await subject.stop()


async def first_healthz_s(subject: ServerProcess) -> float:
    """Seconds from the start of its process to its first ``/healthz`` 200. Raises `ServerDied`."""
    async with aiohttp.ClientSession() as http:
        while perf_counter() - subject.begun_s < START_S:
            async with http.get(f"{subject.url}/healthz") as answer:
                if answer.status == 200:
                    return perf_counter() - subject.begun_s
    raise ServerDied(f"{subject.name} is not healthy:\n{subject.log()}")


async def answer_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> bytes:
    """What a module of ours, run in a process of its own, prints. Raises `ServerDied`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        env={**os.environ, **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ServerDied(f"{arguments[0]} failed:\n{complaint.decode(errors='replace')}")
    return said
