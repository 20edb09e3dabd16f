"""Who is stuck says nothing, and who says nothing is killed and started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.service.notify import Notifier
from appliance.service.watchdog import keep_telling
from appliance.storage.errors import JournalStopped
from appliance.storage.journal import Journal
from tests.service.manager import Manager

WATCHDOG_S = 0.2


class Listener:
    """The other end of a notifier, on an event loop."""

    def __init__(self, folder: Path) -> None:
        path = folder / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        usec = str(int(WATCHDOG_S * 1_000_000))
        self.notifier = Notifier({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": usec})

    async def hears(self, within_s: float = 5.0) -> str | None:
        """The next word, None if there is none."""
        try:
            async with asyncio.timeout(within_s):
                return (await asyncio.get_running_loop().sock_recv(self._socket, 1000)).decode()
        except TimeoutError:
            return None

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[Listener]:
    here = Listener(tmp_path)
    yield here
    here.close()


async def always_works() -> None:
    """All is well."""


async def test_it_says_alive_again_and_again_in_time(listener: Listener) -> None:
    telling = asyncio.create_task(keep_telling(listener.notifier, always_works, lambda: "serving 1 meets"))
    for _ in range(3):
        assert await listener.hears(within_s=WATCHDOG_S) == "WATCHDOG=1\nSTATUS=serving 1 meets"
    telling.cancel()


async def test_where_nobody_watches_it_ends_at_once() -> None:
    async with asyncio.timeout(1):
        await keep_telling(Notifier({}), always_works, str)


async def test_a_writer_thread_that_is_stuck_stops_the_word_and_it_comes_again_with_the_thread(
    tmp_path: Path, listener: Listener
) -> None:
    journal = Journal(tmp_path / "meets.sqlite3")
    await journal.start()
    stuck = threading.Event()
    telling = asyncio.create_task(keep_telling(listener.notifier, journal.works, str))
    assert await listener.hears()
    hanging = journal.read(lambda _connection: stuck.wait(30))
    while await listener.hears(within_s=2 * WATCHDOG_S):
        pass
    stuck.set()
    assert await listener.hears()
    assert await hanging
    telling.cancel()
    await journal.stop()


async def test_a_writer_thread_that_has_ended_stops_the_word_for_ever(tmp_path: Path, listener: Listener) -> None:
    journal = Journal(tmp_path / "meets.sqlite3")
    await journal.start()
    await journal.stop()
    with pytest.raises(JournalStopped):
        await keep_telling(listener.notifier, journal.works, str)
    assert await listener.hears(within_s=0.1) is None


@pytest.mark.parametrize("which", ["event loop", "writer"])
def test_the_real_appliance_is_killed_when_a_thread_is_stuck_and_comes_back(tmp_path: Path, which: str) -> None:
    manager = Manager(tmp_path, watchdog_s=1.0)
    try:
        manager.start()
        assert manager.wait_for("WATCHDOG")["STATUS"].startswith("serving 0 meets")
        thread = manager.event_loop() if which == "event loop" else manager.writer(lambda: probe(manager, 20))
        try:
            manager.hold(thread)
        except PermissionError as error:
            pytest.skip(f"this machine lets nobody stop a single thread: {error}")
        assert manager.silent()
        # The one thread is stuck, the process lives.
        os.kill(manager.process.pid, 0)
        assert manager.kill() in (-signal.SIGABRT, -signal.SIGKILL)
        manager.start()
        assert unsafe_shutdowns(manager) == 1
        manager.process.terminate()
        assert manager.wait_for("STOPPING")["STATUS"].startswith("stopping")
        assert manager.process.wait(20) == 0
    finally:
        manager.close()


def address(manager: Manager) -> str:
    """Where the newest run listens."""
    lines = [json.loads(line) for line in manager.log.read_text().splitlines() if line.startswith("{")]
    return str(next(line["addresses"][0] for line in reversed(lines) if line["event"] == "serving"))


def probe(manager: Manager, times: int) -> None:
    """Have something stored."""
    for _ in range(times):
        with urllib.request.urlopen(f"{address(manager)}/healthz", timeout=10) as answer:
            assert answer.status == 200


def unsafe_shutdowns(manager: Manager) -> float:
    """What the metrics say."""
    with urllib.request.urlopen(f"{address(manager)}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return float(text.partition("\nopenlifter_unsafe_shutdowns_total ")[2].split()[0])
