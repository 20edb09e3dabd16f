"""An appliance in a process of its own, and writers that load it, lose it, and remember every answer."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path

import aiohttp
import msgspec

from appliance.protocol import messages
from appliance.protocol.codec import decode_from_server
from appliance.protocol.digest import Digest
from appliance.storage.database import connection_of, open_database
from appliance.storage.loading import StoredMeet, check, load_meets
from tests.world import PASSWORD, update

IN_FLIGHT = 40
SENT_AGAIN = 30
LOCATIONS = {"Platform 1": 3, "Platform 2": 3, "Table": 2, "Registration": 1}

Answer = int | str
"""What an update was answered first: its number, or the reason why it was rejected."""


class Served:
    """`python -m appliance serve` on one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._draining: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and wait until it serves."""
        arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(self.data_dir)]
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "appliance", *arguments, "--log-format", "json"), stderr=asyncio.subprocess.PIPE
        )
        stderr = self._process.stderr
        assert stderr is not None
        event: dict[str, object] = {}
        while event.get("event") != "serving":
            line = await stderr.readline()
            assert line, "it ended before it served"
            event = msgspec.json.decode(line)
            assert event["event"] != "log_damaged", event
        addresses = event["addresses"]
        assert isinstance(addresses, list)
        self.url = addresses[0]
        self._draining = asyncio.create_task(self._drain(stderr))

    @staticmethod
    async def _drain(stderr: asyncio.StreamReader) -> None:
        while await stderr.readline():
            pass

    async def end(self, number: signal.Signals) -> int:
        """Send it a signal and wait for its end; returns its exit code."""
        assert self._process is not None
        assert self._draining is not None
        if self._process.returncode is None:
            self._process.send_signal(number)
        code = await self._process.wait()
        await self._draining
        return code

    async def healthy(self, http: aiohttp.ClientSession) -> bool:
        """Whether it says that it can write."""
        async with http.get(f"{self.url}/healthz") as response:
            return response.status == 200

    def stored(self) -> StoredMeet:
        """The one meet that is on disk when it does not run, after all checks."""
        database = open_database(self.data_dir / "meets.sqlite3")
        try:
            assert check(connection_of(database)) == []
            (stored,) = load_meets(connection_of(database))
        finally:
            database.close()
        return stored


class Writer:
    """A client that writes as fast as it is answered, on some keys of its own and some that all fight for."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.token = ""
        self.answers: dict[int, Answer] = {}
        self.busy = 0
        self._random = random.Random(seed)
        self._sent: dict[int, tuple[str, object, int]] = {}
        self._pending: list[int] = []
        self._newest = 0
        self._full = False
        self.answered = asyncio.Event()

    async def create(self, http: aiohttp.ClientSession, url: str) -> str:
        """Create the meet; returns its id."""
        ends = [{"locationName": name, "priority": priority} for name, priority in LOCATIONS.items()]
        created = await self._get_in(
            http, url, {"msgType": "CREATE_MEET", "thisLocationName": self.name, "endpoints": ends}
        )
        assert isinstance(created, messages.MeetCreated)
        return created.meet_id

    async def join(self, http: aiohttp.ClientSession, url: str, meet_id: str) -> None:
        """Join it."""
        await self._get_in(http, url, {"msgType": "JOIN_MEET", "meetId": meet_id, "locationName": self.name})

    async def _get_in(self, http: aiohttp.ClientSession, url: str, message: dict[str, object]) -> object:
        async with http.ws_connect(f"{url}/ws") as socket:
            await socket.send_json(message | {"password": PASSWORD, "clientId": self.name})
            async for frame in socket:
                answer = decode_from_server(frame.data)
                if isinstance(answer, messages.MeetCreated | messages.MeetJoined):
                    self.token = answer.session_token
                    return answer
        raise AssertionError("not let in")

    async def work(self, http: aiohttp.ClientSession, url: str, *, go_on: bool = True) -> None:
        """Send until the socket is gone; or, not going on, until all that was ever sent is answered."""
        try:
            async with http.ws_connect(f"{url}/ws", max_msg_size=0) as socket:
                await self._say(socket, {"msgType": "CLIENT_PULL", "lastServerSeq": self._newest})
                # Answered ones too, to see whether they get their first answer.
                answered = sorted(self.answers)[-SENT_AGAIN:]
                await self._send(socket, [*answered, *self._pending])
                while go_on or self._pending:
                    if go_on and not self._full:
                        await self._send(socket, self._new_updates())
                    frame = await socket.receive()
                    if frame.type is not aiohttp.WSMsgType.TEXT:
                        return
                    await self._hear(socket, decode_from_server(frame.data))
        except aiohttp.ClientError:
            return

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse, message: object) -> None:
        again = False
        match message:
            case messages.UpdateAck(update_acks=acks):
                for ack in acks:
                    self._answered(ack.local_seq_num, ack.server_seq_num)
                    self._newest = max(self._newest, ack.server_seq_num)
            case messages.UpdateRejected(updates_rejected=rejected):
                for each in rejected:
                    if each.reason.startswith("gap"):
                        again = True
                    else:
                        self._answered(each.local_seq_num, each.reason)
            case messages.UpdateRelay(updates_relayed=relayed):
                self._newest = max(self._newest, relayed[-1].server_seq_num)
            case messages.ServerBusy():
                self.busy += 1
                self._full = again = True
            case messages.PullDone(last_server_seq=newest):
                assert newest >= self._newest
            case messages.InvalidSession() | messages.MalformedMessage():
                raise AssertionError(message)
        if again and self._pending:
            await self._send(socket, self._pending)

    def _answered(self, local_seq: int, answer: Answer) -> None:
        assert self.answers.setdefault(local_seq, answer) == answer
        if local_seq in self._pending:
            self._pending.remove(local_seq)
        self._full = False
        self.answered.set()

    def _new_updates(self) -> list[int]:
        new = []
        while len(self._pending) < IN_FLIGHT:
            local_seq = len(self._sent) + 1
            ours = self._random.random() < 0.7
            key = f"x.{self.name.replace(' ', '')}.{local_seq % 50}" if ours else f"x.all.{self._random.randrange(5)}"
            self._sent[local_seq] = (key, f"{self.name} {local_seq}", self._newest)
            self._pending.append(local_seq)
            new.append(local_seq)
        return new

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, local_seqs: list[int]) -> None:
        if local_seqs:
            updates = []
            for local_seq in local_seqs:
                key, value, after = self._sent[local_seq]
                updates.append(update(key, value, local_seq, after))
            await self._say(socket, {"msgType": "UPDATE_INIT", "updates": updates})

    async def _say(self, socket: aiohttp.ClientWebSocketResponse, message: dict[str, object]) -> None:
        await socket.send_str(msgspec.json.encode(message | {"sessionToken": self.token}).decode())

    async def pull_all(self, http: aiohttp.ClientSession, url: str) -> list[messages.Relayed]:
        """All that stands, after its digest was found right."""
        standing: list[messages.Relayed] = []
        digest = Digest()
        async with http.ws_connect(f"{url}/ws", max_msg_size=0) as socket:
            await self._say(socket, {"msgType": "CLIENT_PULL", "lastServerSeq": 0})
            async for frame in socket:
                match decode_from_server(frame.data):
                    case messages.UpdateRelay(updates_relayed=relayed):
                        standing += relayed
                    case messages.PullDone(state_digest=expected):
                        break
        for each in standing:
            digest.add(each.update_key, each.server_seq_num)
        assert str(digest) == expected
        return standing


class Load:
    """Four writers of one meet on one appliance that is ended and started again."""

    def __init__(self, data_dir: Path, seed: int) -> None:
        self.served = Served(data_dir)
        self.random = random.Random(seed)
        self.writers = [Writer(name, seed + number) for number, name in enumerate(LOCATIONS)]
        self.http = aiohttp.ClientSession()
        self._working: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Everybody is in."""
        await self.served.start()
        first, *others = self.writers
        meet_id = await first.create(self.http, self.served.url)
        for writer in others:
            await writer.join(self.http, self.served.url, meet_id)

    def work(self) -> None:
        """Let the writers write until their sockets are gone."""
        self._working = [asyncio.create_task(writer.work(self.http, self.served.url)) for writer in self.writers]

    async def answered(self, more: int) -> None:
        """Wait until so many more updates are answered."""
        enough = more + sum(len(writer.answers) for writer in self.writers)
        while sum(len(writer.answers) for writer in self.writers) < enough:
            for writer in self.writers:
                writer.answered.clear()
            waits = [asyncio.create_task(writer.answered.wait()) for writer in self.writers]
            done, _ = await asyncio.wait([*waits, *self._working], return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            for task in done.intersection(self._working):
                raise AssertionError("a writer has lost its socket") from task.exception()

    async def stopped(self) -> None:
        """Wait until every writer has noticed that the appliance is gone."""
        await asyncio.gather(*self._working)

    async def settle(self) -> None:
        """Everything that was ever sent is answered."""
        async with asyncio.TaskGroup() as group:
            for writer in self.writers:
                group.create_task(writer.work(self.http, self.served.url, go_on=False))

    async def agree(self) -> None:
        """Every client sees the same."""
        first, *others = [await writer.pull_all(self.http, self.served.url) for writer in self.writers]
        assert all(other == first for other in others)

    def check_disk(self) -> None:
        """On disk are the very answers that were given, each update once, in a log without gaps."""
        stored = self.served.stored()
        assert [update.server_seq for update in stored.updates] == list(range(1, stored.last_server_seq + 1))
        kept: dict[tuple[str, int], Answer] = {}
        for accepted in stored.updates:
            assert kept.setdefault((accepted.client_id, accepted.local_seq), accepted.server_seq) == accepted.server_seq
        for rejected in stored.rejected:
            assert (rejected.client_id, rejected.local_seq) not in kept
            kept[rejected.client_id, rejected.local_seq] = rejected.reason
        for writer in self.writers:
            for local_seq, answer in writer.answers.items():
                assert kept[writer.name, local_seq] == answer
            assert sorted(local for name, local in kept if name == writer.name) == list(
                range(1, sum(name == writer.name for name, _ in kept) + 1)
            )

    async def end(self) -> None:
        """Whatever happened, nothing keeps running."""
        await self.served.end(signal.SIGKILL)
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        await self.http.close()
