"""Participants notice every update that is lost, doubled or late, and whatever else a server must not do."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import WSMsgType, web

from appliance.client.bench import participants
from appliance.client.bench.controls import BareServer, _Posted
from appliance.client.bench.participants import BenchmarkFailed, BenchMeet, LostUpdates, Newcomer, Participant, Table
from tests.client.bench.listening import listening


class Losing(BareServer):
    """Skips a number."""

    async def _tell_batched(self, posted: dict[str, list[_Posted]], first: int) -> None:
        await super()._tell_batched(posted, first + 1)


class Doubling(BareServer):
    """Says everything twice."""

    async def _tell_batched(self, posted: dict[str, list[_Posted]], first: int) -> None:
        await super()._tell_batched(posted, first)
        await super()._tell_batched(posted, first)


class Forgetful(BareServer):
    """Tells nobody anything."""

    async def _tell_batched(self, posted: dict[str, list[_Posted]], first: int) -> None:
        return


class Cutting(BareServer):
    """Closes every socket instead of telling."""

    async def _tell_batched(self, posted: dict[str, list[_Posted]], first: int) -> None:
        for socket in list(self._sockets.values()):
            await socket.close(code=4408)


async def type_to(server: BareServer) -> tuple[int, int]:
    """A table registers and types for a moment, a reader listens: how much was sent, and the newest number heard."""
    broadcasting = asyncio.create_task(server.broadcast())
    try:
        async with listening(server.websocket) as port, BenchMeet(port, tables=1) as meet:
            table = Table(meet)
            await table.join("Platform 1")
            reader = Participant(meet)
            await reader.join("Platform 1", read_only=True)
            await table.register(entries=3)
            table.begin(in_flight=8, per_frame=1)
            await meet.during(0.05)
            await table.end()
            await meet.all_heard(table.sent)
            assert table.acked == table.sent == len(table.latencies_s)
            return table.sent, reader.last_seq
    finally:
        broadcasting.cancel()
        await asyncio.gather(broadcasting, return_exceptions=True)


async def test_a_table_at_full_speed_keeps_typing_and_everybody_hears_it_all() -> None:
    sent, heard = await type_to(BareServer(batched=True, log=None))
    assert sent == heard > 20


@pytest.mark.parametrize("server", [Losing, Doubling])
async def test_a_number_that_is_missing_or_comes_twice_fails_the_benchmark(server: type[BareServer]) -> None:
    with pytest.raises(LostUpdates, match="came"):
        await type_to(server(batched=True, log=None))


async def test_a_socket_that_the_server_closes_fails_the_benchmark() -> None:
    with pytest.raises(BenchmarkFailed, match="4408"):
        await type_to(Cutting(batched=True, log=None))


async def test_silence_fails_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "PATIENCE_S", 0.1)
    with pytest.raises(BenchmarkFailed, match="did not answer"):
        await type_to(Forgetful(batched=True, log=None))


async def test_a_reader_that_never_hears_the_last_number_fails_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(participants, "PATIENCE_S", 0.1)
    async with listening(BareServer(batched=True, log=None).websocket) as port, BenchMeet(port, tables=1) as meet:
        await Participant(meet).join("Platform 1")
        with pytest.raises(LostUpdates, match="only 0 of 7"):
            await meet.all_heard(7)


async def test_a_refusal_is_shown_as_the_server_words_it() -> None:
    async def refuse(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_frame(b'{"msgType":"JOIN_REJECTED","reason":"not today"}', WSMsgType.TEXT)
        await socket.receive()
        return socket

    async with listening(refuse) as port, BenchMeet(port, tables=1) as meet:
        with pytest.raises(BenchmarkFailed, match="not today"):
            await Participant(meet).join("Platform 1")


async def test_a_newcomer_counts_what_a_pull_brings() -> None:
    item = b'{"updateKey":"meet.name","updateValue":"Cup","serverSeqNum":%d}'
    frames = [
        b'{"msgType":"UPDATE_RELAY","updatesRelayed":[' + b",".join(item % number for number in numbers) + b"]}"
        for numbers in ((3, 9), (12,))
    ]
    server = BareServer(batched=True, log=None, replay=frames)
    async with listening(server.websocket) as port, BenchMeet(port, tables=1) as meet:
        newcomer = Newcomer(meet)
        await newcomer.join("Platform 1")
        assert await newcomer.pull() > 0
        assert (newcomer.standing, newcomer.frames) == (3, frames)
