"""The server loses its state, in whatever way, and gets it back from real clients over real sockets."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from appliance.client.core import ClientCore
from appliance.client.credentials import Create, Join
from appliance.client.events import Acked, Rejected, Status
from appliance.client.faults import Chaos
from appliance.client.link import Link, LinkClosed, open_websocket
from appliance.client.recording import DEMO, find, load
from appliance.client.server_process import ServerProcess, appliance_process
from appliance.client.session import ClientSession
from appliance.client.simulate import Simulation
from appliance.protocol.messages import Endpoint

PASSWORD = "correct horse"
PLACES = {"Platform 1": 30, "Platform 2": 30, "Weigh-in": 20, "Desk": 10, "Jury": 40, "Speaker": 5, "Late": 15}
ENDPOINTS = tuple(Endpoint(location_name=name, priority=priority) for name, priority in PLACES.items())
AGREE_S = 30.0


class Hall:
    """Tables of one meet at a server whose disk is not to be trusted."""

    def __init__(self, data_dir: Path, files: Path, stack: AsyncExitStack) -> None:
        self.data_dir = data_dir
        self.files = files
        self.server: ServerProcess = appliance_process(data_dir)
        self.tables: dict[str, ClientSession] = {}
        self.acked: dict[tuple[str, int], str] = {}
        self.rejected: list[str] = []
        self.unplugged: set[str] = set()
        self.meet_id = ""
        self._stack = stack
        self._seats: dict[str, AsyncExitStack] = {}
        self._listening: dict[str, asyncio.Task[None]] = {}

    @property
    def url(self) -> str:
        return self.server.url.replace("http", "ws") + "/ws"

    async def sit_down(self, name: str, *, password: bool = True, live: bool = True) -> ClientSession:
        """A table, new or again; the first one creates the meet."""
        word = PASSWORD if password else None
        credentials: Create | Join = Join(self.meet_id, name, word, name)
        if not self.meet_id:
            credentials = Create(name, PASSWORD, ENDPOINTS, "Club meet", name)

        async def open_link(url: str) -> Link:
            if name in self.unplugged:
                raise LinkClosed
            return await open_websocket(url)

        seat = self._seats[name] = AsyncExitStack()
        session = ClientSession(self.url, credentials, self.files / name, open_link=open_link, random=Random(name))
        await seat.enter_async_context(session)
        self.tables[name] = session
        self._listening[name] = asyncio.create_task(self._listen(name, session))
        if live:
            await session.wait_for(lambda core: core.status is Status.LIVE)
        self.meet_id = session.core.meet_id
        return session

    async def stand_up(self, name: str) -> None:
        """The table's program ends."""
        del self.tables[name]
        await self._seats.pop(name).aclose()
        await self._listening.pop(name)

    async def _listen(self, name: str, session: ClientSession) -> None:
        async for event in session.events():
            if isinstance(event, Acked):
                self.acked[name, event.update.local_seq] = event.update.key
            elif isinstance(event, Rejected):
                self.rejected.append(f"{name}: {event.update.key}: {event.reason}")

    async def work(self, *names: str, updates: int, word: str) -> None:
        """Each table marks so many attempts of its own, and waits for the acks."""
        for name in names:
            for number in range(updates):
                await self.tables[name].set(f"x.{name}.{word}{number % 20}", f"{word} {number}")
        for name in names:
            await self.tables[name].settled()

    async def agree(self, *, within_s: float = AGREE_S) -> dict[str, Any]:
        """All tables come to hold the same; returns it."""
        async with asyncio.timeout(within_s):
            while True:
                for table in self.tables.values():
                    await table.settled()
                cores = [table.core for table in self.tables.values()]
                if len({(core.epoch, core.applied, core.digest) for core in cores}) == 1:
                    break
                await self._until_something_moves()
        first, *others = [table.core.canonical() for table in self.tables.values()]
        assert all(other == first for other in others)
        return first

    async def _until_something_moves(self) -> None:
        """Wait until any table stands elsewhere than now."""

        def moved(epoch: str | None, applied: int) -> Callable[[ClientCore], bool]:
            return lambda core: (core.epoch, core.applied) != (epoch, applied)

        waits = [
            asyncio.create_task(table.wait_for(moved(table.core.epoch, table.core.applied)))
            for table in self.tables.values()
        ]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def newcomer_sees(self) -> dict[str, Any]:
        """What the server says to somebody who knows nothing."""
        display = Join(self.meet_id, "Speaker", PASSWORD, "display", read_only=True)
        async with ClientSession(self.url, display) as session:
            await session.wait_for(lambda core: core.status is Status.LIVE)
            return session.core.canonical()

    async def close(self) -> None:
        for name in list(self.tables):
            await self.stand_up(name)
        await self.server.stop()


@asynccontextmanager
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    files = tmp_path / "clients"
    files.mkdir()
    async with AsyncExitStack() as stack:
        here = Hall(tmp_path / "data", files, stack)
        await here.server.start()
        try:
            yield here
        finally:
            await here.close()


def copy_of(data_dir: Path) -> Path:
    """A copy as an operator makes it, of an appliance that is stopped."""
    copy = data_dir.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data_dir, copy)
    return copy


def put_back(copy: Path, data_dir: Path) -> None:
    shutil.rmtree(data_dir)
    shutil.copytree(copy, data_dir)


async def test_the_data_directory_is_gone_and_everything_comes_back(tmp_path: Path) -> None:
    async with hall(tmp_path) as here:
        for name in ("Jury", "Platform 1", "Platform 2", "Weigh-in", "Desk", "Speaker"):
            await here.sit_down(name)
        await here.work(*here.tables, updates=10, word="before")
        before = await here.agree()
        shutil.rmtree(here.data_dir)
        await here.server.kill()
        await here.server.start()
        await here.tables["Jury"].wait_for(lambda core: core.status is Status.LIVE)
        assert await here.agree(within_s=5) == before
        assert await here.newcomer_sees() == before
        await here.work(*here.tables, updates=3, word="after")
        assert (await here.agree())["x"]["Desk"]["after0"] == "after 0"
        assert not here.rejected


async def test_a_seventh_table_comes_late_with_what_nobody_else_had(tmp_path: Path) -> None:
    async with hall(tmp_path) as here:
        for name in PLACES:
            await here.sit_down(name)
        await here.work(*here.tables, updates=5, word="before")
        await here.agree()
        for name in PLACES:
            if name != "Late":
                here.unplugged.add(name)
                await here.stand_up(name)
        await here.work("Late", updates=20, word="alone")
        alone = here.tables["Late"].core.canonical()
        here.unplugged.add("Late")
        shutil.rmtree(here.data_dir)
        await here.server.kill()
        await here.server.start()
        here.unplugged = {"Late"}
        # They were restarted, too: what they give back was on their own disks.
        for name in PLACES:
            if name != "Late":
                await here.sit_down(name)
        await here.work("Desk", updates=3, word="meanwhile")
        here.unplugged.clear()
        together = await here.agree()
        assert together["x"]["Late"] == alone["x"]["Late"]
        assert together["x"]["Desk"]["meanwhile2"] == "meanwhile 2"
        assert await here.newcomer_sees() == together
        await here.work("Late", updates=2, word="after")
        assert not here.rejected


async def test_an_old_copy_is_brought_up_to_date_by_three_tables(tmp_path: Path) -> None:
    async with hall(tmp_path) as here:
        for name in ("Platform 1", "Weigh-in", "Desk"):
            await here.sit_down(name)
        await here.work(*here.tables, updates=10, word="old")
        await here.server.stop()
        copy = copy_of(here.data_dir)
        await here.server.start()
        await here.work("Platform 1", "Weigh-in", updates=25, word="new")
        before = await here.agree()
        await here.server.kill()
        put_back(copy, here.data_dir)
        await here.server.start()
        await here.tables["Desk"].wait_for(lambda core: core.status is Status.LIVE)
        assert await here.agree() == before
        await here.work(*here.tables, updates=3, word="after")
        after = await here.agree()
        assert await here.newcomer_sees() == after
        # What came back is on disk now, holes and all.
        await here.server.kill()
        await here.server.start()
        assert await here.agree() == after
        assert not here.rejected


async def test_a_table_that_was_away_while_the_old_copy_went_on(tmp_path: Path) -> None:
    async with hall(tmp_path) as here:
        for name in ("Platform 1", "Desk"):
            await here.sit_down(name)
        await here.work("Platform 1", updates=5, word="old")
        await here.agree()
        await here.server.stop()
        copy = copy_of(here.data_dir)
        await here.server.start()
        await here.tables["Desk"].wait_for(lambda core: core.status is Status.LIVE)
        here.unplugged.add("Desk")
        await here.stand_up("Desk")
        await here.work("Platform 1", updates=30, word="lost")
        here.unplugged = {"Platform 1"}
        await here.server.kill()
        put_back(copy, here.data_dir)
        await here.server.start()
        await here.sit_down("Desk")
        # It goes on, past the numbers that the platform knows otherwise.
        await here.work("Desk", updates=60, word="desk")
        here.unplugged.clear()
        together = await here.agree()
        assert together["x"]["Platform 1"]["lost19"] == "lost 19"
        assert together["x"]["Platform 1"]["lost9"] == "lost 29"
        assert together["x"]["Desk"]["desk19"] == "desk 59"
        await here.work(*here.tables, updates=2, word="after")
        assert not here.rejected


async def test_a_card_that_flipped_bytes_in_a_power_cut_costs_nothing(tmp_path: Path) -> None:
    async with hall(tmp_path) as here:
        for name in ("Platform 1", "Weigh-in", "Desk"):
            await here.sit_down(name)
        await here.work(*here.tables, updates=10, word="old")
        await here.agree()
        # A stop takes a snapshot and leaves one file.
        await here.server.stop()
        await here.server.start()
        await here.work(*here.tables, updates=25, word="new")
        before = await here.agree()
        await here.server.kill()
        database = here.data_dir / "meets.sqlite3"
        content = bytearray(database.read_bytes())
        for offset in range(2 * 4096, len(content), 512):
            content[offset] ^= 0xFF
        database.write_bytes(content)
        (here.data_dir / "meets.sqlite3-wal").write_bytes(b"")
        await here.server.start()
        await here.tables["Desk"].wait_for(lambda core: core.status is Status.LIVE)
        assert await here.agree() == before
        assert await here.newcomer_sees() == before
        [aside] = (here.data_dir / "replaced").iterdir()
        assert (aside / "meets.sqlite3").read_bytes() == content
        await here.work(*here.tables, updates=3, word="after")
        after = await here.agree()
        await here.server.kill()
        await here.server.start()
        assert await here.agree() == after
        assert len(list((here.data_dir / "replaced").iterdir())) == 1
        assert not here.rejected


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(8))
async def test_the_recorded_meet_with_kills_rollbacks_and_blank_disks(seed: int, tmp_path: Path) -> None:
    recording = load(find(DEMO)[0])
    server = _Unlucky(tmp_path / "data", seed)
    await server.start()
    try:
        chaos = Chaos(cut_every_s=2.0, outage_s=0.3, late=0.05, late_s=0.02, twice=0.05, restart_every_s=4.0)
        speed = recording.steps[-1].at_s / 20.0
        verdict = await Simulation(recording, server.url, chaos, seed, speed, server).run()
    finally:
        await server.stop()
    assert verdict.passed, verdict


class _Unlucky(ServerProcess):
    """A server that comes back on its own data, on an old copy, or on nothing."""

    def __init__(self, data_dir: Path, seed: int) -> None:
        arguments = ["-m", "appliance", "serve", "--host", "127.0.0.1", "--data-dir", str(data_dir)]
        super().__init__("appliance", [*arguments, "--no-discovery", "--log-format", "json"])
        self._data_dir = data_dir
        self._copy = data_dir.with_name("copy")
        self._random = Random(seed)

    async def kill(self) -> None:
        await super().kill()
        fate = self._random.choice(["kept", "rolled back", "blank"])
        if fate == "blank":
            shutil.rmtree(self._data_dir)
        elif fate == "rolled back" and self._copy.exists():
            put_back(self._copy, self._data_dir)
        elif fate == "kept":
            copy_of(self._data_dir)
