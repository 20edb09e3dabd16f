"""The shell around the core: against a scripted server, against a whole appliance, and through bad links."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from random import Random
from typing import TypeVar

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from appliance.client import events, session
from appliance.client.credentials import Create, Join
from appliance.client.events import End, Event, Status
from appliance.client.link import Link, LinkClosed, OpenLink, open_websocket
from appliance.client.pending_file import PendingFile, PendingFileInUse
from appliance.client.session import ClientSession, EventsMissed, SessionOver
from appliance.protocol import messages
from appliance.protocol.codec import decode_from_client, encode
from appliance.protocol.words import CloseCode
from tests.client.model_server import MEET_ID, ModelServer
from tests.world import PASSWORD, World

Kind = TypeVar("Kind")
LOCATIONS = {"Platform 1": 2, "Registration": 1}
ENDPOINTS = tuple(messages.Endpoint(location_name=name, priority=priority) for name, priority in LOCATIONS.items())


class Scripted:
    """The model server on a socket. A test may cut the wire, or answer in its place."""

    def __init__(self) -> None:
        self.model = ModelServer(LOCATIONS)
        self.heard: list[messages.FromClient] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.instead: Callable[[web.WebSocketResponse, messages.FromClient], Awaitable[bool]] | None = None
        self.url = ""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        self.model.connect("a")
        async for frame in socket:
            assert frame.type is WSMsgType.TEXT
            message = decode_from_client(frame.data.encode())
            assert not isinstance(message, messages.MalformedMessage | messages.UnknownMessageType)
            self.heard.append(message)
            if self.instead is not None and await self.instead(socket, message):
                continue
            self.model.say("a", message)
            for answer in self.model.said["a"]:
                await socket.send_str(encode(answer).decode())
            self.model.said["a"].clear()
        return socket

    def heard_updates(self) -> list[list[int]]:
        return [
            [update.local_seq_num for update in message.updates]
            for message in self.heard
            if isinstance(message, messages.UpdateInit)
        ]


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    script = Scripted()
    app = web.Application()
    app.router.add_get("/ws", script.handle)
    async with TestServer(app) as server:
        script.url = str(server.make_url("/ws"))
        yield script


def client(script: Scripted, path: Path | None = None, open_link: OpenLink = open_websocket) -> ClientSession:
    return ClientSession(
        script.url, Join(MEET_ID, "Platform 1", PASSWORD, "a"), path, open_link=open_link, random=Random(1)
    )


async def live(here: ClientSession) -> None:
    await here.wait_for(lambda core: core.status is Status.LIVE)


async def happens(coming: AsyncIterator[Event], kind: type[Kind]) -> Kind:
    async for event in coming:
        if isinstance(event, kind):
            return event
    raise AssertionError(f"no {kind}")


class TestAgainstAScript:
    async def test_joins_changes_and_settles(self, scripted: Scripted) -> None:
        async with client(scripted) as here:
            coming = here.events()
            await live(here)
            assert await here.set("meet.name", "Cup") == 1
            await here.settled()
            assert scripted.model.value("meet.name") == "Cup"
            assert (await happens(coming, events.Acked)).server_seq == 1

    async def test_a_change_is_on_disk_before_it_is_sent(
        self, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced_before_sending: list[bool] = []
        made = b'"meet.name"'

        async def look(socket: web.WebSocketResponse, message: messages.FromClient) -> bool:
            if isinstance(message, messages.UpdateInit):
                synced_before_sending.append(made in synced[0])
            return False

        path = tmp_path / "pending"
        synced = [b""]
        fdatasync = os.fdatasync

        def sync(descriptor: int) -> None:
            fdatasync(descriptor)
            synced[0] = path.read_bytes()

        monkeypatch.setattr(os, "fdatasync", sync)
        scripted.instead = look
        async with client(scripted, path) as here:
            await live(here)
            await here.set("meet.name", "Cup")
            assert made in synced[0]
            await here.settled()
        assert synced_before_sending == [True]

    async def test_many_changes_share_a_sync(
        self, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        syncs = 0
        fdatasync = os.fdatasync

        def sync(descriptor: int) -> None:
            nonlocal syncs
            syncs += 1
            fdatasync(descriptor)

        async with client(scripted, tmp_path / "pending") as here:
            await live(here)
            monkeypatch.setattr(os, "fdatasync", sync)
            await asyncio.gather(*(here.set("meet.name", f"Cup {number}") for number in range(50)))
            assert syncs <= 5
            await here.settled()

    async def test_reconnects_and_sends_again(self, scripted: Scripted) -> None:
        cut: list[messages.FromClient] = []

        async def cut_the_first(socket: web.WebSocketResponse, message: messages.FromClient) -> bool:
            if isinstance(message, messages.UpdateInit) and not cut:
                cut.append(message)
                scripted.model.say("a", message)
                assert socket._req is not None
                assert socket._req.transport is not None
                socket._req.transport.close()
                return True
            return False

        scripted.instead = cut_the_first
        async with client(scripted) as here:
            await live(here)
            await here.set("meet.name", "Cup")
            await here.settled()
        assert scripted.heard_updates() == [[1], [1]]
        assert len(scripted.model.log) == 1

    async def test_the_next_life_sends_what_this_one_could_not(self, scripted: Scripted, tmp_path: Path) -> None:
        path = tmp_path / "pending"

        async def say_nothing(socket: web.WebSocketResponse, message: messages.FromClient) -> bool:
            return isinstance(message, messages.UpdateInit)

        scripted.instead = say_nothing
        async with client(scripted, path) as here:
            await live(here)
            await here.set("meet.name", "Cup")
        scripted.instead = None
        scripted.heard.clear()
        async with ClientSession(scripted.url, Join(MEET_ID, "Platform 1"), path) as again:
            assert again.core.client_id == "a"
            assert again.core.value("meet.name") == "Cup"
            await again.settled()
        assert isinstance(scripted.heard[0], messages.ClientPull)
        assert scripted.model.value("meet.name") == "Cup"
        file = PendingFile(path, "a")
        assert (file.saved.pending, file.saved.next_local_seq) == ((), 2)
        file.close()

    async def test_one_file_serves_one_session(self, scripted: Scripted, tmp_path: Path) -> None:
        async with client(scripted, tmp_path / "pending"):
            with pytest.raises(PendingFileInUse):
                async with client(scripted, tmp_path / "pending"):
                    pass

    async def test_superseded_ends_all_waiting(self, scripted: Scripted) -> None:
        async with client(scripted) as here:
            coming = here.events()
            await live(here)
            waiting = asyncio.create_task(here.wait_for(lambda core: core.applied == 99))
            await scripted.sockets[0].close(code=CloseCode.SUPERSEDED)
            with pytest.raises(SessionOver) as over:
                await waiting
            assert over.value.ended == events.SessionEnded(End.SUPERSEDED, "")
            assert [event async for event in coming][-1] == over.value.ended
            with pytest.raises(SessionOver):
                await here.set("meet.name", "Cup")

    async def test_leaving_says_goodbye(self, scripted: Scripted) -> None:
        async def note_only(socket: web.WebSocketResponse, message: messages.FromClient) -> bool:
            return isinstance(message, messages.LeaveMeet)

        scripted.instead = note_only
        async with client(scripted) as here:
            await live(here)
            await here.leave()
            assert here.core.status is Status.ENDED
        assert isinstance(scripted.heard[-1], messages.LeaveMeet)

    async def test_a_frame_of_a_later_protocol_is_ignored(self, scripted: Scripted) -> None:
        async with client(scripted) as here:
            await live(here)
            await scripted.sockets[0].send_str('{"msgType": "DANCE"}')
            await here.set("meet.name", "Cup")
            await here.settled()

    async def test_a_full_disk_is_an_error_for_whoever_makes_a_change(
        self, scripted: Scripted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        async def make_a_change() -> None:
            async with client(scripted, tmp_path / "pending") as here:
                await live(here)
                monkeypatch.setattr(os, "fdatasync", full)
                await here.set("meet.name", "Cup")

        with pytest.raises(OSError, match="No space"):
            await make_a_change()
        assert scripted.heard_updates() == []

    async def test_a_cancelled_change_is_made_all_the_same(self, scripted: Scripted, tmp_path: Path) -> None:
        async with client(scripted, tmp_path / "pending") as here:
            await live(here)
            setting = asyncio.create_task(here.set("meet.name", "Cup"))
            await asyncio.sleep(0)
            setting.cancel()
            await asyncio.wait({setting})
            await here.settled()
        assert scripted.model.value("meet.name") == "Cup"

    async def test_who_reads_too_slowly_is_told(self, scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session, "EVENTS_WAITING", 3)
        async with client(scripted) as here:
            coming = here.events()
            await live(here)
            for _ in range(3):
                await anext(coming)
            with pytest.raises(EventsMissed):
                await anext(coming)


class TestTheSeam:
    async def test_a_server_that_is_not_there_is_tried_again(self, scripted: Scripted) -> None:
        refusals: list[str] = []

        async def open_third_time(url: str) -> Link:
            if len(refusals) < 2:
                refusals.append(url)
                raise LinkClosed
            return await open_websocket(url)

        async with client(scripted, open_link=open_third_time) as here:
            await live(here)
        assert len(refusals) == 2

    async def test_leaving_before_it_ever_connected(self) -> None:
        opening = asyncio.Event()

        async def never(url: str) -> Link:
            opening.set()
            await asyncio.Event().wait()
            raise AssertionError

        async with ClientSession("ws://x", Join(MEET_ID, "Platform 1", PASSWORD), open_link=never):
            await opening.wait()


class TestAWholeAppliance:
    async def test_two_tables_share_a_meet_through_a_restart(self, venue: World, tmp_path: Path) -> None:
        url = f"{venue.url}/ws"
        async with ClientSession(url, Create("Platform 1", PASSWORD, ENDPOINTS), tmp_path / "one") as platform:
            await live(platform)
            assert platform.core.entry_ids is not None
            joining = Join(platform.core.meet_id, "Registration", PASSWORD)
            async with ClientSession(url, joining, tmp_path / "two") as desk:
                await live(desk)
                await desk.set("registration.entries[7]", {"id": 7, "name": "Ana"})
                await platform.wait_for(lambda core: core.value("registration.entries[7].name") == "Ana")
                await platform.set("registration.entries[7].squatKg[0]", 100)
                await venue.stop()
                await platform.wait_for(lambda core: core.status is Status.OFFLINE)
                await platform.set("registration.entries[7].squatKg[1]", 110)
                await desk.wait_for(lambda core: core.status is Status.OFFLINE)
                await desk.set("registration.entries[7].squatKg[1]", 120)
                await venue.start()
                await platform.settled()
                await desk.settled()
                attempts = "registration.entries[7].squatKg"
                for table in (platform, desk):
                    await table.wait_for(lambda core: core.value(attempts) == [100, 110, 0, 0, 0])
                assert platform.core.digest == desk.core.digest

    async def test_a_thousand_changes_at_once(self, venue: World, tmp_path: Path) -> None:
        async with ClientSession(
            f"{venue.url}/ws", Create("Platform 1", PASSWORD, ENDPOINTS), tmp_path / "one"
        ) as table:
            await live(table)
            await asyncio.gather(*(table.set(f"x.n{number % 7}", number) for number in range(1000)))
            await table.settled()
            assert table.core.applied == 1000

    async def test_a_wrong_password_ends_it(self, venue: World) -> None:
        async with ClientSession(f"{venue.url}/ws", Join(MEET_ID, "Platform 1", "wrong password")) as table:
            with pytest.raises(SessionOver) as over:
                await live(table)
        assert over.value.ended is not None
        assert over.value.ended.why is End.NOT_LET_IN
