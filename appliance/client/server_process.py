"""A server in a process of its own: started, killed and started again, and looked at from outside."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import msgspec
from msgspec import Struct

START_S = 20.0
STOP_S = 15.0
_LOG_LINES = 40
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class ServerDied(Exception):
    """The server did not start, or ended; the message holds its last log lines."""


class _Logged(Struct):
    event: str = ""
    addresses: list[str] = []


class ServerProcess:
    """A server that logs JSON lines and says ``serving`` with its addresses when it is up.

    Args:
        name: what to call it.
        arguments: of the Python interpreter, without the port.
        environment: variables on top of ours.

    Attributes:
        port: where it listens on this machine; it keeps its port when it is started again.
        begun_s: by `perf_counter`, when its process was last started.
    """

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.port = 0
        self.begun_s = 0.0
        self._arguments = arguments
        self._environment = environment or {}
        self._process: asyncio.subprocess.Process | None = None
        self._lines: deque[str] = deque(maxlen=_LOG_LINES)
        self._following: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it says that it serves.

        Raises:
            ServerDied: it does not.
        """
        self.begun_s = perf_counter()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            "--port",
            str(self.port),
            env={**os.environ, **self._environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        serves = False
        try:
            async with asyncio.timeout(START_S):
                while not serves:
                    serves = await self._says_it_serves()
        except TimeoutError:
            raise ServerDied(f"{self.name} does not start:\n{self.log()}") from None
        finally:
            if not serves:
                await self.kill()
        self._following = asyncio.create_task(self._follow(), name=f"log of {self.name}")

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        await self._end()

    async def stop(self) -> None:
        """End it as systemd would, and by force if that does not help."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
        await self._end()

    def cpu_s(self) -> float:
        """Processor seconds used so far."""
        fields = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def resident_bytes(self) -> int:
        """Memory in use, VmRSS."""
        status = Path(f"/proc/{self._running.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return 1024 * int(line.split()[1])

    def log(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self._lines)

    @property
    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise ServerDied(f"{self.name} was never started")
        return self._process

    async def _end(self) -> None:
        if self._process is not None:
            await self._process.wait()
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._following = None

    async def _says_it_serves(self) -> bool:
        line = await self._next_line()
        if not line:
            raise ServerDied(f"{self.name} ended:\n{self.log()}")
        try:
            logged = msgspec.json.decode(line, type=_Logged)
        except msgspec.DecodeError:
            return False
        if logged.event != "serving" or not logged.addresses:
            return False
        self.port = int(logged.addresses[0].rpartition(":")[2])
        return True

    async def _next_line(self) -> str:
        log = self._running.stderr
        line = (await log.readline()).decode(errors="replace") if log is not None else ""
        self._lines.append(line.rstrip())
        return line

    async def _follow(self) -> None:
        """Read the log on, or the process would block on a full pipe."""
        while await self._next_line():
            pass


def appliance_process(data_dir: Path, environment: Mapping[str, str] | None = None) -> ServerProcess:
    """Our own server on a data directory, on loopback only."""
    arguments = ["-m", "appliance", "serve", "--host", "127.0.0.1", "--data-dir", str(data_dir)]
    return ServerProcess("appliance", [*arguments, "--no-discovery", "--log-format", "json"], environment)
