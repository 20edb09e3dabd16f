"""What is measured: our own server and the bare ones, each in a process of its own and looked at from outside."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import aiohttp
import msgspec
from msgspec import Struct

START_S = 20.0
STOP_S = 15.0
_LOG_LINES = 40
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class SubjectDied(Exception):
    """A process under measurement did not start, or ended; the message holds its last log lines."""


class _Logged(Struct):
    event: str = ""
    addresses: list[str] = []


class Subject:
    """A running server. Get one from `appliance` or `bare`.

    Attributes:
        name: what the tables call it.
        port: where it listens on this machine.
        begun_s: by `perf_counter`, when its process was started.
    """

    def __init__(self, name: str, process: asyncio.subprocess.Process, begun_s: float) -> None:
        self.name = name
        self.port = 0
        self.begun_s = begun_s
        self._process = process
        self._lines: deque[str] = deque(maxlen=_LOG_LINES)
        self._following: asyncio.Task[None] | None = None

    def cpu_s(self) -> float:
        """Processor seconds used so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def resident_bytes(self) -> int:
        """Memory in use, VmRSS."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return 1024 * int(line.split()[1])

    async def serving(self) -> None:
        """Wait until it says where it listens. Raises `SubjectDied`."""
        try:
            async with asyncio.timeout(START_S):
                while self.port == 0:
                    self._take_line(await self._next_line())
        except TimeoutError:
            raise SubjectDied(f"{self.name} does not start:\n{self.log()}") from None
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """End it as systemd would, and by force if that does not help."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    def log(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self._lines)

    def _take_line(self, line: str) -> None:
        try:
            logged = msgspec.json.decode(line, type=_Logged)
        except msgspec.DecodeError:
            return
        if logged.event == "serving" and logged.addresses:
            self.port = int(logged.addresses[0].rpartition(":")[2])

    async def _next_line(self) -> str:
        if self._process.stderr is None:
            raise TypeError("the process was started without a pipe for its log")
        line = (await self._process.stderr.readline()).decode(errors="replace")
        if not line:
            raise SubjectDied(f"{self.name} ended:\n{self.log()}")
        self._lines.append(line.rstrip())
        return line

    async def _follow(self) -> None:
        """Read the log on, or the process would block on a full pipe."""
        while True:
            await self._next_line()


@asynccontextmanager
async def appliance(data_dir: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Subject]:
    """Our server on a fresh data directory, up while the context lasts."""
    arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(data_dir)]
    arguments += ["--no-discovery", "--log-format", "json"]
    async with _running("appliance", ["-m", "appliance", *arguments], environment) as subject:
        yield subject


@asynccontextmanager
async def bare(
    name: str, options: Sequence[str], environment: Mapping[str, str] | None = None
) -> AsyncIterator[Subject]:
    """A control server, with the options of ``controls broadcast``."""
    arguments = ["-m", "appliance.client.bench.controls", "broadcast", *options]
    async with _running(name, arguments, environment) as subject:
        yield subject


@asynccontextmanager
async def _running(
    name: str, arguments: Sequence[str], environment: Mapping[str, str] | None
) -> AsyncIterator[Subject]:
    begun_s = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={**os.environ, **(environment or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    subject = Subject(name, process, begun_s)
    try:
        await subject.serving()
        yield subject
    finally:
        await subject.stop()


async def first_healthz_s(subject: Subject) -> float:
    """Seconds from the start of its process to its first ``/healthz`` 200. Raises `SubjectDied`."""
    async with aiohttp.ClientSession() as http:
        while perf_counter() - subject.begun_s < START_S:
            async with http.get(f"http://127.0.0.1:{subject.port}/healthz") as answer:
                if answer.status == 200:
                    return perf_counter() - subject.begun_s
    raise SubjectDied(f"{subject.name} is not healthy:\n{subject.log()}")


async def answer_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> bytes:
    """What a module of ours, run in a process of its own, prints. Raises `SubjectDied`."""
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
        raise SubjectDied(f"{arguments[0]} failed:\n{complaint.decode(errors='replace')}")
    return said
