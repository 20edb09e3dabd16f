"""The controls: the best bare servers that do less than ours, and bare commits. Each runs in a process of its own.

A bare server takes the same frames from the same clients and answers with frames of the same shape. It numbers, acks
and broadcasts what it gets, for one meet, and knows no rules: no passwords, sessions, keys, conflicts, repeats,
bounds for slow readers, or heartbeats. It uses whatever made ours fast: undecoded values, frames put together from
items that were encoded once, one statement for all rows of a commit, and a thread that commits what has come in while
the last sync ran.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter, sleep

import msgspec
from aiohttp import WSMsgType, web
from msgspec import Struct

from appliance.client.bench.figures import Latencies
from appliance.protocol.codec import encode, encode_relayed, relay_frames
from appliance.protocol.messages import Ack, EntryIdBlock, MeetCreated, MeetJoined, PullDone, Relayed, UpdateAck
from appliance.protocol.words import ENTRY_IDS_PER_CLIENT

EPOCH = "0" * 16
MEET_ID = "123456789"
FRAME_BYTES = 128 * 1024
SWITCH_INTERVAL_S = 0.0005

Row = tuple[int, str, str, int, str]
"""Server number, client, key, local number, value as JSON."""


class _Posted(Struct, rename="camel", gc=False):
    update_key: str
    update_value: msgspec.Raw
    local_seq_num: int


class _Said(Struct, rename="camel"):
    msg_type: str
    client_id: str = ""
    location_name: str = "Platform 1"
    updates: list[_Posted] = []


_decode = msgspec.json.Decoder(_Said).decode


# ---------------------------------------------------------------- commits


class BareLog:
    """One table in SQLite with the pragmas that make a commit durable. Use it from one thread at a time."""

    _INSERT = """INSERT INTO log (server_seq, client, key, local_seq, value)
        SELECT json_extract(e.value, '$[0]'), json_extract(e.value, '$[1]'), json_extract(e.value, '$[2]'),
            json_extract(e.value, '$[3]'), json_extract(e.value, '$[4]') FROM json_each(?) AS e"""

    def __init__(self, directory: Path) -> None:
        self._connection = sqlite3.connect(directory / "bare.sqlite3", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = wal", "synchronous = full", "journal_size_limit = 16777216"):
            self._connection.execute(f"PRAGMA {pragma}").fetchall()
        self._connection.execute("CREATE TABLE log (server_seq INTEGER PRIMARY KEY, client, key, local_seq, value)")

    def commit(self, rows: Sequence[Row]) -> None:
        """Store rows in one transaction; returns after the sync."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(self._INSERT, (msgspec.json.encode(rows).decode(),))
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class Commits(Struct):
    """What bare commits cost, one after the other."""

    rows_per_s: float
    latency: Latencies


def measure_commits(directory: Path, rows: int, seconds: float, per_second: float) -> Commits:
    """Commit batches of so many rows, as fast as it goes or, where that is above 0, so many a second."""
    log = BareLog(directory)
    latencies: list[float] = []
    number = 0
    begun = perf_counter()
    while (now := perf_counter()) - begun < seconds:
        due = begun + len(latencies) / per_second if per_second else now
        if due > now:
            sleep(due - now)
        batch = [_row(number + index + 1) for index in range(rows)]
        number += rows
        started = perf_counter()
        log.commit(batch)
        latencies.append(perf_counter() - started)
    took = perf_counter() - begun
    log.close()
    return Commits(number / took, Latencies.of(latencies))


def _row(number: int) -> Row:
    return number, "client", f"registration.entries[{number % 100}].squatKg[1]", number, "142.5"


# ---------------------------------------------------------------- broadcasting


class BareServer:
    """Acks and broadcasts.

    Args:
        batched: one frame for all that came in together; else one frame for each update.
        log: where updates are committed before anybody hears of them, None for nowhere.
        replay: the frames that answer a pull.
    """

    def __init__(self, *, batched: bool, log: BareLog | None, replay: Sequence[bytes] = ()) -> None:
        self._batched = batched
        self._log = log
        self._replay = replay
        self._thread = ThreadPoolExecutor(1)
        self._sockets: dict[str, web.WebSocketResponse] = {}
        self._posted: dict[str, list[_Posted]] = {}
        self._arrived = asyncio.Event()
        self._last_seq = 0
        self._clients = 0

    async def websocket(self, request: web.Request) -> web.WebSocketResponse:
        """``GET /ws``."""
        socket = web.WebSocketResponse(compress=False, decode_text=False, max_msg_size=0)
        await socket.prepare(request)
        client_id = ""
        try:
            async for frame in socket:
                said = _decode(frame.data)
                if said.msg_type == "UPDATE_INIT":
                    self._posted.setdefault(client_id, []).extend(said.updates)
                    self._arrived.set()
                elif said.msg_type == "CLIENT_PULL":
                    await self._answer_pull(socket)
                else:
                    client_id = said.client_id
                    await socket.send_frame(self._welcome(said), WSMsgType.TEXT)
                    self._sockets[client_id] = socket
        finally:
            self._sockets.pop(client_id, None)
        return socket

    async def broadcast(self) -> None:
        """For ever: take all that has come in, make it durable where that is wanted, tell everybody."""
        loop = asyncio.get_running_loop()
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            posted, self._posted = self._posted, {}
            first = self._last_seq + 1
            self._last_seq += sum(map(len, posted.values()))
            if self._log is not None:
                await loop.run_in_executor(self._thread, self._log.commit, _rows(posted, first))
            if self._batched:
                await self._tell_batched(posted, first)
            else:
                await self._tell_each(posted, first)

    async def _tell_each(self, posted: dict[str, list[_Posted]], first: int) -> None:
        number = first
        for sender, updates in posted.items():
            for update in updates:
                (relay,) = _relay([encode_relayed([_item(update, number)])])
                ack = encode(UpdateAck(update_acks=[Ack(local_seq_num=update.local_seq_num, server_seq_num=number)]))
                number += 1
                for client_id, socket in list(self._sockets.items()):
                    try:
                        await socket.send_frame(ack if client_id == sender else relay, WSMsgType.TEXT)
                    except ConnectionError:
                        # It left; its handler takes it off the list.
                        continue

    async def _tell_batched(self, posted: dict[str, list[_Posted]], first: int) -> None:
        runs: list[bytes] = []
        acks: list[bytes] = []
        number = first
        for updates in posted.values():
            numbered = list(enumerate(updates, number))
            number += len(updates)
            runs.append(encode_relayed([_item(update, server_seq) for server_seq, update in numbered]))
            run_acks = [
                Ack(local_seq_num=update.local_seq_num, server_seq_num=server_seq) for server_seq, update in numbered
            ]
            acks.append(encode(UpdateAck(update_acks=run_acks)))
        places = {client_id: place for place, client_id in enumerate(posted)}
        for_readers = _relay(runs)
        for client_id, socket in list(self._sockets.items()):
            place = places.get(client_id)
            if place is None:
                await _send(socket, for_readers)
            else:
                await _send(socket, [*_relay(runs[:place]), acks[place], *_relay(runs[place + 1 :])])

    async def _answer_pull(self, socket: web.WebSocketResponse) -> None:
        for frame in self._replay:
            await socket.send_frame(frame, WSMsgType.TEXT)
        done = PullDone(epoch=EPOCH, last_server_seq=self._last_seq, state_digest="0" * 16)
        await socket.send_frame(encode(done), WSMsgType.TEXT)

    def _welcome(self, said: _Said) -> bytes:
        self._clients += 1
        first = self._clients * ENTRY_IDS_PER_CLIENT
        joined = MeetJoined(
            session_token="t" * 200,
            client_id=said.client_id,
            epoch=EPOCH,
            last_server_seq=self._last_seq,
            location_name=said.location_name,
            priority=1,
            expires_at=0,
            last_local_seq_num=0,
            entry_id_block=EntryIdBlock(first=first, last=first + ENTRY_IDS_PER_CLIENT - 1),
        )
        if said.msg_type == "CREATE_MEET":
            return encode(MeetCreated(meet_id=MEET_ID, **msgspec.structs.asdict(joined)))
        return encode(joined)


async def _send(socket: web.WebSocketResponse, frames: Iterable[bytes]) -> None:
    try:
        for frame in frames:
            await socket.send_frame(frame, WSMsgType.TEXT)
    except ConnectionError:
        return


def _item(update: _Posted, server_seq: int) -> Relayed:
    return Relayed(
        update_key=update.update_key,
        update_value=update.update_value,
        server_seq_num=server_seq,
        location_name="Platform 1",
    )


def _relay(runs: Iterable[bytes]) -> list[bytes]:
    return list(relay_frames(EPOCH, runs, FRAME_BYTES))


def _rows(posted: dict[str, list[_Posted]], first: int) -> list[Row]:
    in_order = [(sender, update) for sender, updates in posted.items() for update in updates]
    return [
        (number, sender, update.update_key, update.local_seq_num, bytes(update.update_value).decode())
        for number, (sender, update) in enumerate(in_order, first)
    ]


async def serve(server: BareServer, port: int) -> None:
    """Run a bare server on a port, 0 for any free one, until SIGTERM; it says where as ours does."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    app = web.Application()
    app.router.add_get("/ws", server.websocket)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    sys.stderr.write(msgspec.json.encode({"event": "serving", "addresses": [address]}).decode() + "\n")
    sys.stderr.flush()
    broadcasting = asyncio.create_task(server.broadcast())
    stopping = asyncio.create_task(told.wait())
    await asyncio.wait([broadcasting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if broadcasting.done():
        broadcasting.result()
    broadcasting.cancel()
    await runner.cleanup()


# ---------------------------------------------------------------- the command line of the process


def main(arguments: Sequence[str] | None = None) -> None:
    """``broadcast`` serves until SIGTERM; ``commits`` prints `Commits` as JSON."""
    parser = argparse.ArgumentParser(prog="python -m appliance.client.bench.controls", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    broadcast = kinds.add_parser("broadcast")
    broadcast.add_argument("--port", type=int, default=0)
    broadcast.add_argument("--batched", action="store_true")
    broadcast.add_argument("--commit-to", type=Path)
    broadcast.add_argument("--replay", type=Path)
    commits = kinds.add_parser("commits")
    commits.add_argument("--directory", type=Path, required=True)
    commits.add_argument("--rows", type=int, required=True)
    commits.add_argument("--seconds", type=float, required=True)
    commits.add_argument("--per-second", type=float, default=0.0)
    parsed = parser.parse_args(arguments)
    if parsed.kind == "commits":
        found = measure_commits(parsed.directory, parsed.rows, parsed.seconds, parsed.per_second)
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    asyncio.run(_broadcast(parsed))


async def _broadcast(parsed: argparse.Namespace) -> None:
    log = None
    if parsed.commit_to is not None:
        log = BareLog(parsed.commit_to)
    replay = parsed.replay.read_bytes().splitlines() if parsed.replay else ()
    await serve(BareServer(batched=parsed.batched, log=log, replay=replay), parsed.port)


if __name__ == "__main__":
    main()
