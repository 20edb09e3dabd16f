"""Section 4: creating, joining, sessions, entry ids; and who guesses."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from appliance.access import passwords
from appliance.access.sessions import LIFETIME_S, RENEWAL_S
from appliance.live import meets
from appliance.protocol import messages
from appliance.protocol.words import MAX_CLIENT_ID
from appliance.storage.commands import Command
from appliance.storage.errors import StorageFailed
from appliance.storage.journal import Journal
from tests.world import PASSWORD, Table, World

LOCATIONS = {"Platform 1": 2, "Registration": 1}
YEAR_S = 365 * 24 * 3600


async def pull_is_answered(table: Table, token: str) -> bool:
    """Whether a token lets a table in."""
    await table.say({"msgType": "CLIENT_PULL", "sessionToken": token, "lastServerSeq": 0})
    while True:
        match await table.hear():
            case messages.PullDone():
                return True
            case messages.InvalidSession(session_token=refused):
                assert refused == token
                return False


class TestCreating:
    async def test_the_creator_gets_all_that_it_needs(self, venue: World) -> None:
        table = await venue.table()
        created = await table.create(LOCATIONS, "Registration", clientId="laptop 7", meetName="Galway Open")
        assert len(created.meet_id) == 9
        assert created.meet_id.isdigit()
        assert (created.client_id, created.location_name, created.priority) == ("laptop 7", "Registration", 1)
        assert (created.last_server_seq, created.last_local_seq_num) == (0, 0)
        assert created.entry_id_block is not None
        week_ms = LIFETIME_S * 1000
        assert created.expires_at == pytest.approx(time.time() * 1000 + week_ms, abs=60_000)
        assert venue.appliance is not None
        assert [meet.name for meet in venue.appliance.meets.meets] == ["Galway Open"]

    async def test_whoever_has_no_client_id_gets_one(self, venue: World) -> None:
        table, other = await venue.table(), await venue.table()
        created = await table.create(LOCATIONS, "Registration")
        joined = await other.join(created.meet_id, "Registration")
        assert len({created.client_id, joined.client_id, ""}) == 3

    @pytest.mark.parametrize(
        ("field", "value", "named"),
        [
            ("password", "too short", "$.password"),
            ("thisLocationName", "Elsewhere", "$.thisLocationName"),
            ("thisLocationName", "A\nB", "$.thisLocationName"),
            ("endpoints", [], "$.endpoints"),
            ("endpoints", [{"locationName": "A", "priority": "high"}], "$.endpoints[0].priority"),
            ("endpoints", [{"locationName": "A"}], "priority"),
            ("endpoints", [{"locationName": "[A]", "priority": 1}], "$.endpoints[0].locationName"),
            ("endpoints", [{"locationName": "x" * 41, "priority": 1}], "$.endpoints[0].locationName"),
            ("endpoints", [{"locationName": "A", "priority": 1}] * 2, "$.endpoints[1].locationName"),
            ("clientId", "x" * (MAX_CLIENT_ID + 1), "$.clientId"),
            ("clientId", "", "$.clientId"),
            ("meetName", "x" * 201, "$.meetName"),
        ],
    )
    async def test_a_broken_rule_is_named_by_its_field(
        self, venue: World, field: str, value: object, named: str
    ) -> None:
        table = await venue.table()
        good = {
            "msgType": "CREATE_MEET",
            "thisLocationName": "A",
            "password": PASSWORD,
            "endpoints": [{"locationName": "A", "priority": 1}],
        }
        await table.say(good | {field: value})
        assert named in (await table.expect(messages.MalformedMessage)).err_msg
        assert venue.appliance is not None
        assert venue.appliance.meets.meets == []

    async def test_creating_too_often_is_put_off(self, venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(meets, "CREATE_BURST", 3)
        monkeypatch.setattr(meets, "CREATES_PER_S", 0.001)
        await venue.restart()
        table = await venue.table()
        for _ in range(3):
            await table.create({"A": 1}, "A")
        message = {"thisLocationName": "A", "password": PASSWORD, "endpoints": [{"locationName": "A", "priority": 1}]}
        await table.say({"msgType": "CREATE_MEET", **message})
        assert (await table.expect(messages.RateLimited)).retry_after_ms > 0


class TestJoining:
    async def test_a_wrong_id_and_a_wrong_password_are_told_alike_after_the_same_work(
        self, venue: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        other = "100000000" if created.meet_id != "100000000" else "200000000"
        hashed: list[tuple[int, int, int]] = []
        derive = passwords._derive

        def counted(secret: bytes, n: int, r: int, p: int, salt: bytes) -> bytes:
            hashed.append((n, r, p))
            return derive(secret, n, r, p, salt)

        monkeypatch.setattr(passwords, "_derive", counted)
        await guest.ask_to_join(created.meet_id, "Platform 1", password="something else")
        wrong_password = await guest.expect(messages.JoinRejected)
        await guest.ask_to_join(other, "Platform 1")
        wrong_id = await guest.expect(messages.JoinRejected)
        await guest.ask_to_join("no such thing" * 10_000, "Platform 1")
        nonsense = await guest.expect(messages.JoinRejected)
        assert wrong_password == wrong_id == nonsense
        assert len(hashed) == 3
        assert len(set(hashed)) == 1

    async def test_an_unknown_location_is_told_with_what_there_is_only_to_who_has_the_password(
        self, venue: World
    ) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await guest.ask_to_join(created.meet_id, "Bar")
        reason = (await guest.expect(messages.JoinRejected)).reason
        assert "'Bar'" in reason
        assert "Platform 1, Registration" in reason
        await guest.ask_to_join(created.meet_id, "Bar", password="something else")
        assert (await guest.expect(messages.JoinRejected)).reason == meets.WRONG

    async def test_who_has_the_password_may_see_where_to_join_and_who_is_there(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1", meetName="Galway Open")
        await host.pull()
        ask = {"msgType": "LIST_LOCATIONS", "meetId": created.meet_id, "password": PASSWORD}
        await guest.say(ask)
        answer = await guest.expect(messages.Locations)
        assert answer.meet_name == "Galway Open"
        seen = [(each.location_name, each.priority, each.clients) for each in answer.locations]
        assert seen == [("Platform 1", 2, 1), ("Registration", 1, 0)]
        await host.change(("meet.name", "Galway Open 2026"))
        await guest.say(ask)
        assert (await guest.expect(messages.Locations)).meet_name == "Galway Open 2026"

    async def test_who_has_not_the_password_is_told_nothing_and_counts_as_guessing(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        for meet_id in (created.meet_id, "1"):
            await guest.say({"msgType": "LIST_LOCATIONS", "meetId": meet_id, "password": "something else"})
            assert (await guest.expect(messages.JoinRejected)).reason == meets.WRONG
        for _ in range(10):
            await guest.ask_to_join(created.meet_id, "Platform 1", password="something else")
            await guest.expect(messages.JoinRejected)
        await guest.say({"msgType": "LIST_LOCATIONS", "meetId": created.meet_id, "password": PASSWORD})
        assert (await guest.expect(messages.JoinRejected)).retry_after_ms

    @pytest.mark.parametrize("written", ["{}{}{} {}{}{} {}{}{}", "{}{}{}-{}{}{}-{}{}{}", " {}{} {}{} {}{} {}-{}{}\t"])
    async def test_a_meet_id_is_taken_as_people_write_it(self, venue: World, written: str) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await guest.join(written.format(*created.meet_id), "Registration")

    async def test_guessing_is_put_off_for_that_address_only(self, venue: World) -> None:
        host, guesser = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        waits: list[int | None] = []
        for number in range(13):
            await guesser.ask_to_join(created.meet_id, "Platform 1", password=f"wrong guess {number}")
            waits.append((await guesser.expect(messages.JoinRejected)).retry_after_ms)
        assert waits[:10] == [None] * 10
        assert all(wait is not None and 0 < wait <= 30_000 for wait in waits[10:])
        # No hash is computed any more: even the right one is put off from there.
        await guesser.ask_to_join(created.meet_id, "Platform 1")
        assert (await guesser.expect(messages.JoinRejected)).retry_after_ms
        elsewhere = await venue.table_elsewhere("127.0.0.2")
        await elsewhere.join(created.meet_id, "Registration")
        # A table that is in notices nothing, though it has the guesser's address.
        assert await host.change(("meet.name", "Cup")) == [1]
        again = await venue.table()
        assert await pull_is_answered(again, host.token)

    async def test_a_client_comes_back_with_its_numbers_and_its_block(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        joined = await guest.join(created.meet_id, "Registration", clientId="phone")
        await guest.change(("meet.name", "Cup"))
        await venue.restart()
        guest = await venue.table()
        back = await guest.join(created.meet_id, "Platform 1", clientId="phone")
        assert (back.last_local_seq_num, back.last_server_seq) == (1, 1)
        assert (back.location_name, back.priority) == ("Platform 1", 2)
        assert back.entry_id_block == joined.entry_id_block

    async def test_a_hurried_hall_is_put_off(self, venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(meets, "JOIN_BURST", 3)
        monkeypatch.setattr(meets, "JOINS_PER_S", 0.001)
        await venue.restart()
        table = await venue.table()
        created = await table.create(LOCATIONS, "Platform 1")
        for _ in range(3):
            await table.join(created.meet_id, "Platform 1", clientId="phone")
        await table.ask_to_join(created.meet_id, "Platform 1", clientId="phone")
        assert (await table.expect(messages.RateLimited)).retry_after_ms > 0


class TestSessions:
    async def test_no_other_token_is_taken(self, venue: World) -> None:
        table, other, stranger = await venue.table(), await venue.table(), await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        await other.create(LOCATIONS, "Platform 1")
        head, claims, signature = table.token.split(".")
        forged = [
            "",
            "x" * 100_000,
            table.token[:-1] + ("A" if table.token[-1] != "A" else "B"),
            f"{head}.{other.token.split('.')[1]}.{signature}",
            f"{head}.{claims}.",
            "é" + table.token,
        ]
        for token in forged:
            assert not await pull_is_answered(stranger, token)
        # Of another meet, on a socket that is at work on this one: not even read.
        assert not await pull_is_answered(table, other.token)
        assert await pull_is_answered(table, table.token)
        assert await other.change(("meet.name", "Cup")) == [1]

    async def test_leaving_while_the_disk_refuses_does_nothing(
        self, venue: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")

        def refused(journal: Journal, command: Command) -> asyncio.Future[None]:
            answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            answer.set_exception(StorageFailed("the disk is full"))
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(Journal, "submit", refused)
            await table.say({"msgType": "LEAVE_MEET", "sessionToken": table.token})
            await table.expect(messages.ServerBusy)
        assert await table.change(("meet.name", "Cup")) == [1]

    async def test_a_token_that_was_left_is_dead_for_ever(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await guest.join(created.meet_id, "Registration")
        await guest.say({"msgType": "LEAVE_MEET", "sessionToken": guest.token})
        assert not await pull_is_answered(guest, guest.token)
        await venue.restart()
        assert not await pull_is_answered(await venue.table(), guest.token)

    async def test_a_dead_token_gets_its_socket_nothing_and_supersedes_nobody(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await guest.join(created.meet_id, "Registration", clientId="phone")
        await guest.say({"msgType": "LEAVE_MEET", "sessionToken": guest.token})
        assert not await pull_is_answered(guest, guest.token)
        dead = guest.token
        await guest.join(created.meet_id, "Registration", clientId="phone")
        spy = await venue.table()
        assert not await pull_is_answered(spy, dead)
        await host.change(("meet.name", "Secret"))
        assert (await guest.expect(messages.UpdateRelay)).updates_relayed[0].update_value == "Secret"
        # What was for it to hear would have come before this answer.
        await spy.say({"msgType": "DANCE"})
        assert isinstance(await spy.hear(), messages.UnknownMessageType)

    async def test_a_session_expires_after_seven_days_without_use(self, venue: World) -> None:
        table = await venue.table()
        created = await table.create(LOCATIONS, "Platform 1")
        venue.clock_s += LIFETIME_S + 2
        other = await venue.table()
        assert not await pull_is_answered(other, table.token)
        # It is dead on disk before anybody is told, so that no crash brings it back to life.
        with closing(sqlite3.connect(venue.data_dir / "meets.sqlite3")) as database:
            assert database.execute("SELECT dead FROM session").fetchall() == [(1,)]
        await table.update(("meet.name", "Cup"))
        await table.expect(messages.InvalidSession)
        venue.clock_s = 0
        await venue.restart()
        assert not await pull_is_answered(await venue.table(), table.token)
        assert (await (await venue.table()).join(created.meet_id, "Platform 1")).last_server_seq == 0

    async def test_when_it_has_expired_its_socket_hears_nothing_more(self, venue: World) -> None:
        host, guest = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await guest.join(created.meet_id, "Registration")
        venue.clock_s += LIFETIME_S + 2
        assert not await pull_is_answered(guest, guest.token)
        await host.join(created.meet_id, "Platform 1")
        await host.change(("meet.name", "Secret"))
        await guest.say({"msgType": "DANCE"})
        while not isinstance(message := await guest.hear(), messages.UnknownMessageType):
            assert not isinstance(message, messages.UpdateRelay)

    async def test_use_renews_it(self, venue: World) -> None:
        table = await venue.table()
        created = await table.create(LOCATIONS, "Platform 1")
        first = table.token
        for _ in range(3):
            venue.clock_s += LIFETIME_S - 10
            await table.say({"msgType": "CLIENT_PULL", "sessionToken": table.token, "lastServerSeq": 0})
            renewed = await table.expect(messages.SessionRenewed)
            assert renewed.expires_at >= created.expires_at
            await table.expect(messages.PullDone)
            table.token = renewed.session_token
        # The old text names the same session, which lives.
        assert await pull_is_answered(await venue.table(), first)

    async def test_a_renewal_is_told_once_an_hour_at_most(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        venue.clock_s += RENEWAL_S + 2
        await table.update(("x.a", 1))
        await table.expect(messages.SessionRenewed)
        await table.expect(messages.UpdateAck)
        assert await table.change(("x.b", 1)) == [2]

    @pytest.mark.parametrize("years", [-5, 5])
    async def test_the_wall_clock_may_jump_while_running_and_across_a_restart(
        self, venue: World, monkeypatch: pytest.MonkeyPatch, years: int
    ) -> None:
        host, dead = await venue.table(), await venue.table()
        created = await host.create(LOCATIONS, "Platform 1")
        await dead.join(created.meet_id, "Registration")
        await dead.say({"msgType": "LEAVE_MEET", "sessionToken": dead.token})
        assert not await pull_is_answered(dead, dead.token)
        wall, wall_ns = time.time, time.time_ns
        monkeypatch.setattr(time, "time", lambda: wall() + years * YEAR_S)
        monkeypatch.setattr(time, "time_ns", lambda: wall_ns() + years * YEAR_S * 1_000_000_000)
        assert await host.change(("meet.name", "Cup")) == [1]
        assert not await pull_is_answered(dead, dead.token)
        for _ in range(2):
            await venue.restart()
            assert await pull_is_answered(await venue.table(), host.token)
            assert not await pull_is_answered(await venue.table(), dead.token)
            monkeypatch.setattr(time, "time", wall)
            monkeypatch.setattr(time, "time_ns", wall_ns)

    async def test_a_session_keeps_its_age_across_restarts(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        for _ in range(2):
            venue.clock_s += LIFETIME_S / 2
            await venue.restart()
        venue.clock_s += 10
        assert not await pull_is_answered(await venue.table(), table.token)


class TestEntryIds:
    async def test_blocks_of_clients_never_overlap_and_stay(self, venue: World) -> None:
        host = await venue.table()
        created = await host.create(LOCATIONS, "Platform 1", clientId="client 0")
        tables = [await venue.table() for _ in range(6)]
        joined = await asyncio.gather(
            *(table.join(created.meet_id, "Platform 1", clientId=f"client {n}") for n, table in enumerate(tables, 1))
        )
        blocks = [each.entry_id_block for each in (created, *joined)]
        ids = [number for block in blocks if block for number in range(block.first, block.last + 1)]
        assert len(ids) == len(set(ids)) == 7 * 1000
        await venue.restart()
        table = await venue.table()
        for number, block in enumerate(blocks):
            back = await table.join(created.meet_id, "Platform 1", clientId=f"client {number}")
            assert back.entry_id_block == block

    async def test_a_block_grows_on_request_in_place(self, venue: World) -> None:
        table = await venue.table()
        created = await table.create(LOCATIONS, "Platform 1", clientId="laptop")
        await table.say({"msgType": "ENLARGE_ENTRY_IDS", "sessionToken": table.token})
        block = (await table.expect(messages.EntryIds)).entry_id_block
        assert created.entry_id_block is not None
        assert (block.first, block.last) == (created.entry_id_block.first, created.entry_id_block.last + 1000)
        await venue.restart()
        joined = await (await venue.table()).join(created.meet_id, "Platform 1", clientId="laptop")
        assert joined.entry_id_block == block
