"""A whole appliance on loopback, and tables that talk to it, for tests that read as the day went."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from time import monotonic as real_monotonic
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest

from appliance import app
from appliance.access.passwords import Passwords
from appliance.protocol import messages
from appliance.protocol.codec import decode_from_server
from appliance.protocol.messages import FromServer
from appliance.service.settings import Settings
from appliance.storage.commands import Command
from appliance.storage.journal import Journal
from appliance.storage.mirror import MountTable

PASSWORD = "correct horse"
PATIENCE_S = 10.0

NEWS = messages.Presence | messages.Heartbeat | messages.PublishStatus

Kind = TypeVar("Kind")


class Table:
    """A raw client: says what it is told to say, and hears what it waits for."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.token = ""
        self.client_id = ""
        self.meet_id = ""
        self.local_seq = 0

    async def say(self, message: dict[str, Any]) -> None:
        """Send any object as a text frame."""
        await self.socket.send_str(msgspec.json.encode(message).decode())

    async def hear(self) -> FromServer:
        """The next message, whatever it is."""
        async with asyncio.timeout(PATIENCE_S):
            frame = await self.socket.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT, f"the socket was closed: {frame}, {self.socket.close_code}"
        return decode_from_server(frame.data)

    async def expect(self, kind: type[Kind]) -> Kind:
        """The next message of a kind; news come whenever they like."""
        while True:
            message = await self.hear()
            if isinstance(message, kind):
                return message
            assert isinstance(message, NEWS), f"unexpected {message}"

    async def closed(self) -> int | None:
        """Read to the end of the socket; returns its close code, None if it just broke."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                frame = await self.socket.receive()
                if frame.type is aiohttp.WSMsgType.CLOSE:
                    return int(frame.data)
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    return None

    async def create(self, locations: dict[str, int], here: str, **more: object) -> messages.MeetCreated:
        """Create a meet."""
        await self.say(
            {
                "msgType": "CREATE_MEET",
                "thisLocationName": here,
                "password": PASSWORD,
                "endpoints": [{"locationName": name, "priority": priority} for name, priority in locations.items()],
                **more,
            }
        )
        created = await self.expect(messages.MeetCreated)
        self.meet_id = created.meet_id
        self._joined(created)
        return created

    async def join(self, meet_id: str, here: str, **more: object) -> messages.MeetJoined:
        """Join a meet with the right password."""
        await self.ask_to_join(meet_id, here, **more)
        joined = await self.expect(messages.MeetJoined)
        self.meet_id = meet_id
        self._joined(joined)
        return joined

    async def ask_to_join(self, meet_id: str, here: str, **more: object) -> None:
        """Send JOIN_MEET, whatever may come of it."""
        message = {"msgType": "JOIN_MEET", "meetId": meet_id, "password": PASSWORD, "locationName": here}
        await self.say({**message, **more})

    def _joined(self, joined: messages.MeetCreated | messages.MeetJoined) -> None:
        self.token = joined.session_token
        self.client_id = joined.client_id
        self.local_seq = joined.last_local_seq_num

    async def update(self, *changes: tuple[str, object], after: int = 0) -> None:
        """Send changes, numbered on."""
        updates = []
        for key, value in changes:
            self.local_seq += 1
            updates.append(update(key, value, self.local_seq, after))
        await self.send_updates(*updates)

    async def send_updates(self, *updates: dict[str, Any], **more: object) -> None:
        """Send updates as they are."""
        await self.say({"msgType": "UPDATE_INIT", "sessionToken": self.token, "updates": updates, **more})

    async def change(self, *changes: tuple[str, object], after: int = 0) -> list[int]:
        """Send changes and wait until they are acknowledged; returns their server numbers."""
        await self.update(*changes, after=after)
        numbers: list[int] = []
        while len(numbers) < len(changes):
            numbers += [ack.server_seq_num for ack in (await self.expect(messages.UpdateAck)).update_acks]
        return numbers

    async def pull(self, last_server_seq: int = 0, **more: object) -> tuple[list[messages.Relayed], messages.PullDone]:
        """Pull, and wait for the whole answer."""
        await self.ask_for(last_server_seq, **more)
        return await self.pulled()

    async def ask_for(self, last_server_seq: int, **more: object) -> None:
        """Pull, whatever may come of it."""
        await self.say({"msgType": "CLIENT_PULL", "sessionToken": self.token, "lastServerSeq": last_server_seq, **more})

    async def give_back(
        self, last: int, epoch: str, *held: dict[str, object], done: bool = True, **more: object
    ) -> None:
        """Answer a SERVER_PULL."""
        message = {"msgType": "STATE_RECOVERY", "sessionToken": self.token, "epoch": epoch, "lastServerSeq": last}
        await self.say({**message, "lastLocalSeqNum": self.local_seq, "updates": list(held), "done": done, **more})

    async def pulled(self) -> tuple[list[messages.Relayed], messages.PullDone]:
        """The whole answer to a pull."""
        relayed: list[messages.Relayed] = []
        while True:
            message = await self.hear()
            if isinstance(message, messages.UpdateRelay):
                relayed += message.updates_relayed
            elif isinstance(message, messages.PullDone):
                return relayed, message


def held(key: str, value: object, number: int, location: str = "Platform 1", **more: object) -> dict[str, object]:
    """An update as it stands in STATE_RECOVERY."""
    return {"updateKey": key, "updateValue": value, "serverSeqNum": number, "locationName": location, **more}


def update(key: str, value: object, local_seq: int, after: int = 0) -> dict[str, Any]:
    """An update as it stands in UPDATE_INIT."""
    return {"updateKey": key, "updateValue": value, "localSeqNum": local_seq, "afterServerSeqNum": after}


def slow_disk(monkeypatch: pytest.MonkeyPatch, kind: type[Command]) -> tuple[asyncio.Event, threading.Event]:
    """The disk takes its time over commands of a kind: the events tell that one is on its way, and let it go on."""
    submit, reached, go_on = Journal.submit, asyncio.Event(), threading.Event()

    def slowly(journal: Journal, command: Command) -> asyncio.Future[None]:
        if isinstance(command, kind):
            journal.read(lambda _: go_on.wait())
            reached.set()
        return submit(journal, command)

    monkeypatch.setattr(Journal, "submit", slowly)
    return reached, go_on


class World:
    """An appliance that can be stopped and started again on the same data directory and port."""

    def __init__(self, data_dir: Path, **more: Any) -> None:
        self.data_dir = data_dir
        self.settings = Settings(host="127.0.0.1", port=0, data_dir=data_dir, **more)
        # No stick of this machine's.
        self.mounts = MountTable(data_dir / "no-mountinfo", data_dir / "no-labels")
        self.operator_pin = ""
        self.clock_s = 0.0
        self.port = 0
        self.appliance: app.Appliance | None = None
        self._running = AsyncExitStack()
        self._http = aiohttp.ClientSession()
        self._tables: list[Table] = []
        self._elsewhere: list[aiohttp.ClientSession] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start the appliance; scrypt at its weakest, since its strength is not what is tested."""
        settings = msgspec.structs.replace(self.settings, port=self.port)
        appliance = app.running(settings, Passwords(n=2, r=1, p=1), self.monotonic, self.mounts)
        self.appliance = await self._running.enter_async_context(appliance)
        self.operator_pin = self.appliance.new_pin or self.operator_pin
        self.port = int(self.appliance.url.rsplit(":", 1)[1])

    @contextmanager
    def disk_refuses(self) -> Iterator[None]:
        """The database cannot grow meanwhile: the kernel refuses each write beyond where its log file now ends."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        end = (self.data_dir / "meets.sqlite3-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (end, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def monotonic(self) -> float:
        """Real seconds, and those that a test lets pass."""
        return real_monotonic() + self.clock_s

    async def stop(self) -> None:
        """Stop it as SIGTERM does."""
        await self._running.aclose()
        self.appliance = None

    async def restart(self) -> None:
        """Stop and start, when all tables have hung up."""
        await self.hang_up()
        await self.stop()
        await self.start()

    async def table(self) -> Table:
        """A new socket."""
        return await self._table(self._http)

    async def table_elsewhere(self, address: str) -> Table:
        """A new socket from another address of this machine, such as 127.0.0.2."""
        http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(address, 0)))
        self._elsewhere.append(http)
        return await self._table(http)

    async def _table(self, http: aiohttp.ClientSession) -> Table:
        table = Table(await http.ws_connect(f"{self.url}/ws", max_msg_size=0))
        self._tables.append(table)
        return table

    async def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        async with self._http.get(self.url + path) as response:
            return response.status, await response.text()

    async def close(self) -> None:
        """Stop everything."""
        await self.hang_up()
        for http in (self._http, *self._elsewhere):
            await http.close()
        await self.stop()

    async def hang_up(self) -> None:
        """Close every table's socket."""
        # While the appliance is there to answer, so that nobody waits for goodbyes.
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(table.socket.close() for table in self._tables))
        self._tables.clear()


@asynccontextmanager
async def world(data_dir: Path, **more: Any) -> AsyncIterator[World]:
    """A world with a running appliance, and more settings if need be."""
    here = World(data_dir, **more)
    try:
        await here.start()
        yield here
    finally:
        await here.close()
