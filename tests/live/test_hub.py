"""Sections 4 (presence), 5, 6 and 8 as tables see them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from appliance.live import connection, heartbeat
from appliance.live.hub import Hub
from appliance.live.release import Run
from appliance.protocol import messages
from appliance.protocol.digest import EMPTY_DIGEST, Digest
from appliance.protocol.words import MAX_FRAME_BYTES, CloseCode
from appliance.storage.commands import AppendUpdates, Command
from appliance.storage.errors import StorageFailed
from appliance.storage.journal import Journal
from tests.world import Table, World, update

LOCATIONS = {"Platform 1": 2, "Platform 2": 2, "Registration": 1}


class Tables:
    """The three tables of one meet."""

    def __init__(self, platform: Table, neighbour: Table, registration: Table) -> None:
        self.platform = platform
        self.neighbour = neighbour
        self.registration = registration


@pytest.fixture
async def hall(venue: World) -> Tables:
    """Everybody is in, and knows it."""
    tables = Tables(await venue.table(), await venue.table(), await venue.table())
    created = await tables.platform.create(LOCATIONS, "Platform 1")
    await tables.neighbour.join(created.meet_id, "Platform 2")
    await tables.registration.join(created.meet_id, "Registration")
    return tables


async def relayed(table: Table) -> list[tuple[int, str, object]]:
    relay = await table.expect(messages.UpdateRelay)
    return [(each.server_seq_num, each.update_key, each.update_value) for each in relay.updates_relayed]


async def until_number(table: Table, number: int) -> list[int]:
    """All numbers that come, acks and relays as they come, up to one."""
    numbers: list[int] = []
    while number not in numbers:
        match await table.hear():
            case messages.UpdateAck(update_acks=acks):
                numbers += [ack.server_seq_num for ack in acks]
            case messages.UpdateRelay(updates_relayed=updates):
                numbers += [each.server_seq_num for each in updates]
    return numbers


def digest_of(standing: list[messages.Relayed]) -> str:
    digest = Digest()
    for each in standing:
        digest.add(each.update_key, each.server_seq_num)
    return str(digest)


async def again(venue: World, table: Table) -> Table:
    """The same client on a new socket, which has pulled."""
    new = await venue.table()
    new.token, new.client_id, new.local_seq = table.token, table.client_id, table.local_seq
    await new.pull()
    return new


async def round_trip(table: Table) -> None:
    """Something that is answered without the meet: what was sent before, by anybody, has been read by then."""
    await table.say({"msgType": "DANCE"})
    while not isinstance(await table.hear(), messages.UnknownMessageType):
        pass


def once(disk: asyncio.Event) -> Callable[[Hub, list[Run]], Awaitable[str | None]]:
    """`Hub._store` that waits for the disk."""
    store = Hub._store

    async def slow(hub: Hub, runs: list[Run]) -> str | None:
        await disk.wait()
        return await store(hub, runs)

    return slow


class TestUpdates:
    async def test_the_sender_hears_its_number_and_all_others_the_update(self, hall: Tables) -> None:
        assert await hall.platform.change(("meet.name", "Cup"), ("meet.city", "Galway")) == [1, 2]
        for other in (hall.neighbour, hall.registration):
            assert await relayed(other) == [(1, "meet.name", "Cup"), (2, "meet.city", "Galway")]
        assert await hall.registration.change(("meet.country", "Ireland"), after=2) == [3]
        # Nothing but this, so its own never came.
        assert await relayed(hall.platform) == [(3, "meet.country", "Ireland")]

    async def test_acks_and_relays_on_one_socket_come_in_number_order_without_gaps(self, hall: Tables) -> None:
        each, tables = 120, (hall.platform, hall.neighbour, hall.registration)

        async def work(table: Table, name: str) -> None:
            for number in range(each // 3):
                await table.update(*((f"x.{name}.{number}.{part}", part) for part in range(3)))

        async with asyncio.TaskGroup() as group:
            for name, table in zip("abc", tables, strict=True):
                group.create_task(work(table, name))
            seen = [group.create_task(until_number(table, 3 * each)) for table in tables]
        for numbers in seen:
            assert numbers.result() == list(range(1, 3 * each + 1))

    async def test_one_sent_again_gets_its_first_answer_also_after_a_restart(self, venue: World, hall: Tables) -> None:
        registration = hall.registration
        await hall.platform.change(("meet.name", "Cup"))
        await relayed(registration)
        sent = [update("meet.city", "Cork", 1), update("meet.name", "Open", 2), update("no..path", 1, 3)]
        await registration.send_updates(*sent)
        acks = await registration.expect(messages.UpdateAck)
        rejections = await registration.expect(messages.UpdateRejected)
        assert [(ack.local_seq_num, ack.server_seq_num) for ack in acks.update_acks] == [(1, 2)]
        assert [(each.local_seq_num, each.conflict) for each in rejections.updates_rejected] == [(2, True), (3, False)]
        for _ in range(2):
            await venue.restart()
            registration = await again(venue, registration)
            # What else it says the second time counts for nothing.
            await registration.send_updates(sent[0], update("meet.name", "Another", 2, 2), sent[2])
            assert await registration.expect(messages.UpdateAck) == acks
            assert await registration.expect(messages.UpdateRejected) == rejections
        assert (await registration.pull())[1].last_server_seq == 2

    async def test_what_follows_a_gap_is_to_be_sent_again_from_there(self, hall: Tables) -> None:
        platform = hall.platform
        await platform.send_updates(update("x.a", 1, 1), update("x.c", 3, 3), update("x.d", 4, 4))
        assert [ack.local_seq_num for ack in (await platform.expect(messages.UpdateAck)).update_acks] == [1]
        rejected = (await platform.expect(messages.UpdateRejected)).updates_rejected
        assert [(each.local_seq_num, each.conflict, each.reason) for each in rejected] == [
            (3, False, "gap: expected 2"),
            (4, False, "gap: expected 2"),
        ]
        platform.local_seq = 1
        assert await platform.change(("x.b", 2), ("x.c", 3), ("x.d", 4)) == [2, 3, 4]

    async def test_a_message_of_another_epoch_changes_nothing(self, hall: Tables) -> None:
        await hall.platform.send_updates(update("meet.name", "Cup", 1), epoch="0123456789abcdef")
        # It is told which epoch it is, and that it has to pull.
        elsewhere = await hall.platform.expect(messages.StateRecovered)
        assert elsewhere.previous_epoch == "0123456789abcdef"
        assert elsewhere.epoch == (await hall.platform.pull())[1].epoch
        assert await hall.platform.change(("meet.name", "Cup")) == [1]

    async def test_a_display_may_only_read(self, venue: World, hall: Tables) -> None:
        display = await venue.table()
        joined = await display.join(hall.platform.meet_id, "Platform 1", readOnly=True)
        assert (joined.entry_id_block, joined.recovery_bundle, joined.recovery_key) == (None, None, None)
        await display.update(("meet.name", "Ours"))
        (rejected,) = (await display.expect(messages.UpdateRejected)).updates_rejected
        assert (rejected.local_seq_num, rejected.conflict, rejected.reason) == (1, False, "this session may only read")
        await display.say({"msgType": "ENLARGE_ENTRY_IDS", "sessionToken": display.token})
        await display.expect(messages.MalformedMessage)
        assert await hall.platform.change(("meet.name", "Cup")) == [1]
        assert await relayed(display) == [(1, "meet.name", "Cup")]

    async def test_what_a_superseded_socket_had_sent_is_answered_on_the_new_one(
        self, venue: World, hall: Tables
    ) -> None:
        new = await venue.table()
        new.token = hall.registration.token
        # One lot keeps the disk busy, so that the new socket is there before the answer.
        hall.platform.local_seq = 0
        await hall.platform.update(*((f"x.{number}", number) for number in range(400)))
        await hall.registration.update(("meet.name", "Cup"))
        await new.say({"msgType": "CLIENT_PULL", "sessionToken": new.token, "lastServerSeq": 0})
        assert await hall.registration.closed() == CloseCode.SUPERSEDED
        await new.send_updates(update("meet.name", "Cup", 1), update("meet.city", "Cork", 2))
        answered: dict[int, int] = {}
        while 2 not in answered:
            message = await new.hear()
            if isinstance(message, messages.UpdateAck):
                answered |= {ack.local_seq_num: ack.server_seq_num for ack in message.update_acks}
        standing, _ = await new.pull()
        assert {each.server_seq_num for each in standing if each.update_key.startswith("meet")} == set(
            answered.values()
        )

    async def test_a_superseded_socket_cannot_come_back_by_what_it_still_says(
        self, venue: World, hall: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disk, old, new = asyncio.Event(), hall.registration, await venue.table()
        monkeypatch.setattr(Hub, "_store", once(disk))
        new.token = old.token
        await old.update(("meet.name", "Cup"))
        await round_trip(hall.neighbour)
        await new.say({"msgType": "CLIENT_PULL", "sessionToken": new.token, "lastServerSeq": 0})
        await round_trip(hall.neighbour)
        # More than is read before the disk answers.
        await asyncio.gather(*(old.send_updates() for _ in range(2 * connection.WINDOW_BYTES // 200)))
        await round_trip(hall.neighbour)
        disk.set()
        assert await old.closed() == CloseCode.SUPERSEDED
        await new.pull()
        await round_trip(new)


class TestConflicts:
    async def test_the_lower_priority_is_refused_and_told_what_stands(self, hall: Tables) -> None:
        await hall.platform.change(("meet.name", "Cup"), ("meet.city", "Galway"))
        await hall.registration.update(("meet.name", "Open"), ("meet.federation", "IPF"))
        assert await relayed(hall.registration) == [(1, "meet.name", "Cup"), (2, "meet.city", "Galway")]
        assert (await hall.registration.expect(messages.UpdateAck)).update_acks[0].local_seq_num == 2
        (rejected,) = (await hall.registration.expect(messages.UpdateRejected)).updates_rejected
        assert (rejected.local_seq_num, rejected.conflict) == (1, True)
        assert (rejected.server_seq_num, rejected.location_name) == (1, "Platform 1")
        told = await relayed(hall.registration)
        assert told[:2] == [(1, "meet.name", "Cup"), (2, "meet.city", "Galway")]

    async def test_what_stands_is_told_from_the_earliest_number_in_conflict_on(self, hall: Tables) -> None:
        await hall.platform.change(("x.a", 1), ("x.b.c", 2), ("x.b.d", 3), ("x.e", 4))
        await relayed(hall.registration)
        await hall.registration.update(("x.b", {}))
        (rejected,) = (await hall.registration.expect(messages.UpdateRejected)).updates_rejected
        assert rejected.server_seq_num == 3
        assert [number for number, _, _ in await relayed(hall.registration)] == [2, 3, 4]

    async def test_at_equal_priority_the_first_stands(self, hall: Tables) -> None:
        assert await hall.platform.change(("x.lift", 1)) == [1]
        await hall.neighbour.update(("x.lift", 2))
        assert await relayed(hall.neighbour) == [(1, "x.lift", 1)]
        (rejected,) = (await hall.neighbour.expect(messages.UpdateRejected)).updates_rejected
        assert (rejected.conflict, rejected.server_seq_num) == (True, 1)

    async def test_what_the_loser_did_on_top_before_it_heard_is_lost_too(self, hall: Tables) -> None:
        await hall.platform.change(("x.lift", 1))
        await hall.registration.update(("x.lift", 2))
        await hall.registration.update(("x.lift", 3))
        lost: list[int] = []
        while len(lost) < 2:
            match await hall.registration.hear():
                case messages.UpdateRejected(updates_rejected=rejected):
                    lost += [each.local_seq_num for each in rejected if each.conflict]
        assert lost == [1, 2]
        # Having heard of it, it may.
        await hall.registration.update(("x.lift", 4), after=1)
        while not isinstance(message := await hall.registration.hear(), messages.UpdateAck):
            pass
        assert message.update_acks == [messages.Ack(local_seq_num=3, server_seq_num=2)]

    async def test_the_higher_priority_overrules_and_the_loser_sees_it(self, hall: Tables) -> None:
        await hall.registration.change(("x.lift", 1))
        assert await relayed(hall.platform) == await relayed(hall.neighbour) == [(1, "x.lift", 1)]
        assert await hall.platform.change(("x.lift", 2), after=0) == [2]
        for table in (hall.registration, hall.neighbour):
            (told,) = (await table.expect(messages.UpdateRelay)).updates_relayed
            assert (told.server_seq_num, told.update_value, told.location_name) == (2, 2, "Platform 1")
            assert told.overrules == messages.Overruled(server_seq_num=1, location_name="Registration")

    async def test_the_same_value_is_no_conflict(self, hall: Tables) -> None:
        await hall.platform.change(("x.lift", {"a": 1}))
        await relayed(hall.registration)
        assert await hall.registration.change(("x.lift", {"a": 1.0})) == [2]


class TestPulls:
    async def test_an_empty_meet(self, hall: Tables) -> None:
        standing, done = await hall.platform.pull()
        assert (standing, done.last_server_seq, done.state_digest) == ([], 0, EMPTY_DIGEST)

    async def test_history_is_compacted_deletions_stay_and_the_digest_is_of_what_came(
        self, venue: World, hall: Tables
    ) -> None:
        entry = "registration.entries[105000]"
        await hall.platform.change(
            ("meet.name", "Cup"), (entry, {"name": "A"}), (entry + ".name", "B"), ("meet.name", "Open"), ("x.a", 1)
        )
        await hall.platform.change((entry, None), after=5)
        standing, done = await hall.platform.pull()
        assert [(each.server_seq_num, each.update_key, each.update_value) for each in standing] == [
            (4, "meet.name", "Open"),
            (5, "x.a", 1),
            (6, entry, None),
        ]
        assert all(each.location_name == "Platform 1" for each in standing)
        assert (done.last_server_seq, done.state_digest) == (6, digest_of(standing))
        await venue.restart()
        again_standing, again_done = await (await again(venue, hall.platform)).pull()
        assert again_standing == standing
        assert (again_done.last_server_seq, again_done.state_digest) == (6, done.state_digest)

    async def test_only_what_is_newer_is_sent(self, hall: Tables) -> None:
        await hall.platform.change(*((f"x.{number}", number) for number in range(1, 11)))
        standing, done = await hall.platform.pull(7)
        assert [each.server_seq_num for each in standing] == [8, 9, 10]
        assert done.last_server_seq == 10
        assert (await hall.platform.pull(10))[0] == []

    async def test_of_another_epoch_or_from_the_future_everything_is_sent(self, hall: Tables) -> None:
        await hall.platform.change(("x.a", 1), ("x.b", 2))
        for last, more in ((3, {}), (2, {"epoch": "0123456789abcdef"})):
            await hall.platform.ask_for(last, **more)
            await hall.platform.give_back(0, "0123456789abcdef")
            standing, done = await hall.platform.pulled()
            assert [each.server_seq_num for each in standing] == [1, 2]
            assert done.last_server_seq == 2
        assert (await hall.platform.pull(2, epoch=done.epoch))[0] == []

    async def test_large_values_come_in_frames_that_fit_and_in_order(self, venue: World, hall: Tables) -> None:
        for number in range(1, 21):
            await hall.platform.change((f"x.large{number}", "x" * 250_000), after=number - 1)
        reader = await venue.table()
        await reader.join(hall.platform.meet_id, "Platform 2")
        await reader.say({"msgType": "CLIENT_PULL", "sessionToken": reader.token, "lastServerSeq": 0})
        numbers: list[int] = []
        while True:
            frame = await reader.socket.receive()
            assert len(frame.data) <= MAX_FRAME_BYTES
            message = msgspec.json.decode(frame.data)
            if message["msgType"] == "PULL_DONE":
                break
            numbers += [each["serverSeqNum"] for each in message.get("updatesRelayed", [])]
        assert numbers == list(range(1, 21))

    async def test_nothing_is_missing_between_pull_and_relays(self, venue: World, hall: Tables) -> None:
        async def write() -> None:
            for number in range(1, 151):
                await hall.platform.change((f"x.{number}", number))

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            for _ in range(5):
                reader = await venue.table()
                reader.token = hall.registration.token
                standing, done = await reader.pull()
                later = await until_number(reader, done.last_server_seq + 10)
                seen = [each.server_seq_num for each in standing] + later
                assert seen == list(range(1, len(seen) + 1))


class TestHeartbeats:
    async def test_one_follows_a_burst_and_says_where_the_log_stands(
        self, venue: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(heartbeat, "HEARTBEAT_S", 1000.0)
        writer, reader = await venue.table(), await venue.table()
        await reader.join((await writer.create(LOCATIONS, "Platform 1")).meet_id, "Registration")
        await writer.change(("x.a", 1), ("x.b", 2), ("x.a", 3))
        for table in (reader, writer):
            while not (isinstance(beat := await table.hear(), messages.Heartbeat) and beat.last_server_seq == 3):
                pass
            standing, done = await table.pull()
            assert (beat.epoch, beat.state_digest) == (done.epoch, digest_of(standing))

    async def test_they_come_also_when_nothing_happens(self, venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(heartbeat, "HEARTBEAT_S", 0.02)
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        beats = [await table.expect(messages.Heartbeat) for _ in range(3)]
        assert [(beat.last_server_seq, beat.state_digest) for beat in beats] == [(0, EMPTY_DIGEST)] * 3


class TestPresence:
    async def who(self, table: Table, **expected: int) -> messages.Presence:
        """Read on until so many are at each location."""
        while True:
            message = await table.hear()
            if isinstance(message, messages.Presence):
                there = {each.location_name: each.clients for each in message.locations}
                if all(there[name.replace("_", " ")] == clients for name, clients in expected.items()):
                    return message

    async def test_everybody_is_told_who_comes_and_goes(self, venue: World, hall: Tables) -> None:
        told = await self.who(hall.platform, Platform_1=1, Platform_2=1, Registration=1)
        assert [(each.location_name, each.priority, each.connected) for each in told.locations] == [
            (name, priority, True) for name, priority in LOCATIONS.items()
        ]
        phone = await venue.table()
        await phone.join(hall.platform.meet_id, "Platform 1")
        await self.who(hall.registration, Platform_1=2)
        await phone.socket.close()
        await self.who(hall.registration, Platform_1=1)
        await hall.neighbour.say({"msgType": "LEAVE_MEET", "sessionToken": hall.neighbour.token})
        told = await self.who(hall.registration, Platform_2=0)
        assert not told.locations[1].connected
        assert told.locations[1].last_seen_ms is not None

    async def test_a_client_that_moves_is_in_one_place(self, hall: Tables) -> None:
        phone = hall.neighbour
        await phone.join(hall.platform.meet_id, "Registration", clientId=phone.client_id)
        await self.who(hall.platform, Platform_2=0, Registration=2)

    async def test_a_socket_that_just_breaks_is_noticed(self, venue: World, hall: Tables) -> None:
        await self.who(hall.platform, Platform_2=1)
        connection_of_table = hall.neighbour.socket._response.connection
        assert connection_of_table is not None
        assert connection_of_table.transport is not None
        connection_of_table.transport.abort()
        await self.who(hall.platform, Platform_2=0)


class TestFloods:
    async def test_a_flood_is_slowed_on_its_own_socket_and_harms_nobody(
        self, venue: World, hall: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flooding = asyncio.create_task(self.flood(hall.registration))
        reading = asyncio.create_task(until_number(hall.neighbour, 30))
        listening = asyncio.create_task(hall.registration.closed())
        for number in range(20):
            async with asyncio.timeout(5):
                await hall.platform.update((f"meet.p{number}", number))
                own = False
                while not own:
                    own = isinstance(await hall.platform.hear(), messages.UpdateAck)
        assert await reading == list(range(1, len(reading.result()) + 1))
        assert not flooding.done()
        assert not listening.done()
        flooding.cancel()
        listening.cancel()
        await asyncio.gather(flooding, listening, return_exceptions=True)

    @staticmethod
    async def flood(table: Table) -> None:
        local_seq = 0
        while True:
            large = [update(f"x.{number}", "x" * 200_000, local_seq + number) for number in (1, 2, 3)]
            local_seq += 3
            await table.send_updates(*large)
            for _ in range(50):
                await table.send_updates()

    async def test_at_most_a_window_of_a_socket_waits_for_the_disk(
        self, venue: World, hall: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waiting: list[int] = []
        post = Hub.post

        def counted(hub: Hub, *arguments: object) -> None:
            size = arguments[3]
            assert isinstance(size, int)
            waiting.append(size)
            post(hub, *arguments)  # type: ignore[arg-type]

        stuck = asyncio.Event()
        monkeypatch.setattr(Hub, "post", counted)
        monkeypatch.setattr(Hub, "_store", once(stuck))
        message = {"msgType": "UPDATE_INIT", "sessionToken": hall.platform.token, "updates": []}
        frame = msgspec.json.encode(message).decode()
        for _ in range(2 * connection.WINDOW_BYTES // len(frame)):
            await hall.platform.socket.send_str(frame)
        await round_trip(hall.neighbour)
        assert sum(waiting) < connection.WINDOW_BYTES + len(frame)
        stuck.set()
        while sum(waiting) < 2 * connection.WINDOW_BYTES - 2 * len(frame):
            await hall.platform.expect(messages.UpdateAck)


class TestFailingDisk:
    async def test_nothing_is_accepted_until_the_disk_takes_it_again(self, venue: World, hall: Tables) -> None:
        await hall.platform.change(("meet.name", "Cup"))
        assert await relayed(hall.registration) == [(1, "meet.name", "Cup")]
        with venue.disk_refuses():
            for _ in range(3):
                await hall.platform.send_updates(update("meet.name", "Open", 2, 1))
                busy = await hall.platform.expect(messages.ServerBusy)
                assert busy.retry_after_ms > 0
                assert "disk" in busy.reason
            status, text = await venue.get("/healthz")
            assert (status, "disk" in text) == (503, True)
            # Reads go on, and show nothing of it.
            standing, done = await hall.registration.pull()
            assert [each.update_value for each in standing] == ["Cup"]
            assert done.state_digest == digest_of(standing)
        assert (await venue.get("/healthz"))[0] == 200
        hall.platform.local_seq = 1
        assert await hall.platform.change(("meet.name", "Open"), ("meet.city", "Cork"), after=1) == [2, 3]
        assert await relayed(hall.registration) == [(2, "meet.name", "Open"), (3, "meet.city", "Cork")]

    async def test_after_a_restart_nothing_of_it_is_there(self, venue: World, hall: Tables) -> None:
        await hall.platform.change(("meet.name", "Cup"))
        with venue.disk_refuses():
            await hall.platform.send_updates(update("meet.name", "Open", 2, 1))
            await hall.platform.expect(messages.ServerBusy)
        await venue.restart()
        platform = await again(venue, hall.platform)
        assert [each.update_value for each in (await platform.pull())[0]] == ["Cup"]
        platform.local_seq = 1
        assert await platform.change(("meet.name", "Open"), after=1) == [2]

    async def test_nobody_gets_in_by_what_is_not_on_disk(self, venue: World, hall: Tables) -> None:
        newcomer = await venue.table()
        with venue.disk_refuses():
            await newcomer.ask_to_join(hall.platform.meet_id, "Registration")
            await newcomer.expect(messages.ServerBusy)
            await newcomer.say(
                {
                    "msgType": "CREATE_MEET",
                    "thisLocationName": "A",
                    "password": "0123456789",
                    "endpoints": [{"locationName": "A", "priority": 1}],
                }
            )
            await newcomer.expect(messages.ServerBusy)
        await newcomer.join(hall.platform.meet_id, "Registration")

    async def test_what_the_disk_kept_although_it_said_no_is_told_to_everybody_in_its_place(
        self, venue: World, hall: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit = Journal.submit

        def lie(journal: Journal, command: Command) -> asyncio.Future[None]:
            if not isinstance(command, AppendUpdates):
                return submit(journal, command)
            kept = submit(journal, command)
            answer = asyncio.get_running_loop().create_future()
            kept.add_done_callback(lambda _: answer.set_exception(StorageFailed("the disk cannot be read or written")))
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(Journal, "submit", lie)
            await hall.platform.send_updates(update("meet.name", "Cup", 1))
            await hall.platform.expect(messages.ServerBusy)
        await hall.neighbour.update(("meet.city", "Cork"))
        assert await until_number(hall.registration, 2) == [1, 2]
        assert await until_number(hall.neighbour, 2) == [1, 2]
        assert await until_number(hall.platform, 2) == [1, 2]
        await hall.platform.send_updates(update("meet.name", "Cup", 1))
        assert (await hall.platform.expect(messages.UpdateAck)).update_acks[0].server_seq_num == 1


class TestDurability:
    async def test_nothing_is_told_before_it_is_on_disk(
        self, venue: World, hall: Tables, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced = asyncio.Event()
        asked = asyncio.Event()
        submit = Journal.submit

        def slow(journal: Journal, command: Command) -> asyncio.Future[None]:
            async def later() -> None:
                asked.set()
                await synced.wait()
                await submit(journal, command)

            return asyncio.ensure_future(later())

        monkeypatch.setattr(Journal, "submit", slow)
        await hall.platform.update(("meet.name", "Cup"))
        await asked.wait()
        listening = asyncio.gather(until_number(hall.platform, 1), until_number(hall.registration, 1))
        done, _ = await asyncio.wait([listening], timeout=0.1)
        assert not done
        synced.set()
        assert list(await listening) == [[1], [1]]

    async def test_meets_numbers_and_sessions_outlive_a_restart(self, venue: World, hall: Tables) -> None:
        await hall.platform.change(("meet.name", "Cup"))
        before = await hall.platform.pull()
        await venue.restart()
        platform, registration = await again(venue, hall.platform), await again(venue, hall.registration)
        standing, done = await platform.pull()
        assert (standing, done.last_server_seq, done.state_digest) == (before[0], 1, before[1].state_digest)
        # A server that starts cannot know what it lost, so what it gives now is of another epoch.
        assert [each.after_server_seq for each in done.lineage] == [0, 1]
        assert done.lineage[0].epoch == before[1].epoch != done.lineage[1].epoch == done.epoch
        assert await registration.change(("meet.city", "Cork"), after=1) == [2]
        assert await relayed(platform) == [(2, "meet.city", "Cork")]


async def test_a_table_that_showed_something_else_is_reported_to_the_operator(hall: Tables, venue: World) -> None:
    table = hall.neighbour
    _, here = await table.pull()
    digests = {"clientDigest": "0" * 16, "stateDigest": here.state_digest}
    await table.say(
        {"msgType": "STATE_DIVERGED", "sessionToken": table.token, "epoch": here.epoch, "serverSeq": 0, **digests}
    )
    await round_trip(table)
    assert "table_diverged" in (await venue.get("/healthz"))[1]
