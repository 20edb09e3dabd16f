"""A stand-in for systemd as a service sees it: a socket to be told at, and death for who falls silent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

PATIENCE_S = 20.0
ABORT_S = 3.0

_PTRACE_ATTACH = 16
_WALL = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)


class Manager:
    """Runs `openlifter-appliance serve` as its unit does: with a watchdog, killed when silent.

    To be used from one thread: what is stopped by it stays stopped for all others.
    """

    def __init__(self, folder: Path, watchdog_s: float) -> None:
        self.data_dir = folder / "data"
        self.watchdog_s = watchdog_s
        self.told: list[dict[str, str]] = []
        self.log = folder / "log"
        self._path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self._path))
        self._process: subprocess.Popen[bytes] | None = None
        self._held: list[int] = []

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The service."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        environment = {
            "NOTIFY_SOCKET": str(self._path),
            "WATCHDOG_USEC": str(int(self.watchdog_s * 1_000_000)),
        }
        arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(self.data_dir), "--no-discovery"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "appliance", *arguments, "--log-format", "json"],
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
        self.told.clear()
        self.wait_for("READY")

    def wait_for(self, word: str) -> dict[str, str]:
        """Wait until it says a word."""
        until = monotonic() + PATIENCE_S
        while monotonic() < until:
            message = self._hear(until - monotonic())
            if message is not None and word in message:
                return message
        raise AssertionError(f"it never said {word}:\n{self.log.read_text()}")

    def silent(self) -> bool:
        """Listen until it has said nothing for as long as systemd waits; False as soon as it seems well after all."""
        until = monotonic() + PATIENCE_S
        while monotonic() < until:
            if self._hear(self.watchdog_s) is None:
                return True
        return False

    def kill(self) -> int:
        """End it as systemd does: it is asked to die, and if it cannot, it is killed. Returns how it ended."""
        self.process.send_signal(signal.SIGABRT)
        # The tracer has to be told of the end of the threads that it holds before anybody else is.
        until = monotonic() + ABORT_S
        while monotonic() < until and self._alive():
            self._hear(0.05)
        if self._alive():
            self.process.kill()
        for thread in self._held:
            os.waitpid(thread, _WALL)
        if self.process.pid not in self._held:
            return self.process.wait(PATIENCE_S)
        self.process.returncode = -signal.SIGKILL
        return self.process.returncode

    def _alive(self) -> bool:
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except FileNotFoundError:
            return False
        return "State:\tZ" not in status and "State:\tX" not in status

    def hold(self, thread: int) -> None:
        """Stop one thread of it, as if it waited for ever; the others go on.

        Raises:
            PermissionError: this machine lets nobody do that.
        """
        if _libc.ptrace(_PTRACE_ATTACH, thread, None, None):
            raise PermissionError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        os.waitpid(thread, _WALL)
        self._held.append(thread)

    def event_loop(self) -> int:
        """The thread of the event loop: the first."""
        return self.process.pid

    def writer(self, store_something: Callable[[], None]) -> int:
        """The thread that writes to the disk when something is stored."""
        before = self._written()
        store_something()
        after = self._written()
        others = [thread for thread in after if thread != self.process.pid]
        return max(others, key=lambda thread: after[thread] - before.get(thread, 0))

    def _written(self) -> dict[int, int]:
        written = {}
        for folder in Path(f"/proc/{self.process.pid}/task").iterdir():
            fields = dict(line.split(": ") for line in (folder / "io").read_text().splitlines())
            written[int(folder.name)] = int(fields["wchar"])
        return written

    def _hear(self, patience_s: float) -> dict[str, str] | None:
        self._socket.settimeout(max(0.001, patience_s))
        try:
            text = self._socket.recv(65536).decode()
        except TimeoutError:
            return None
        message = dict(line.split("=", 1) for line in text.splitlines())
        self.told.append(message)
        return message

    def close(self) -> None:
        """Nothing keeps running."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
        self._socket.close()
