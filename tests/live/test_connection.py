"""Sections 1 and 10: sockets, and what is no message."""

from __future__ import annotations

from contextlib import suppress

import pytest

from appliance.live import connection
from appliance.protocol import messages
from appliance.protocol.words import CloseCode
from tests.world import Table, World, update

LOCATIONS = {"Platform 1": 2, "Registration": 1}


class TestBadInput:
    """No bad input ends a session, changes state, or is answered with anything but an error."""

    @pytest.mark.parametrize(
        ("frame", "named"),
        [
            ("", "truncated"),
            ("no json", "malformed"),
            ("[]", "object"),
            ("null", "object"),
            ('{"a": 1}', "msgType"),
            ('{"msgType": 7}', "$.msgType"),
            ('{"msgType": "LEAVE_MEET"}', "sessionToken"),
            ('{"msgType": "LEAVE_MEET", "sessionToken": 5}', "$.sessionToken"),
            ('{"msgType": "UPDATE_INIT", "updates": [{"updateValue": ' + "[" * 100_000, "nested too deeply"),
            ('{"msgType": "LEAVE_MEET", "sessionToken": "\\ud800 alone"}', "surrogate"),
            ('{"msgType": "LEAVE_MEET", "sessionToken": "' + "x" * 3 * 1024 * 1024 + '"}', "1048576"),
        ],
    )
    async def test_what_is_no_message_is_answered_by_what_is_wrong_with_it(
        self, venue: World, frame: str, named: str
    ) -> None:
        table = await venue.table()
        await table.socket.send_str(frame)
        assert named in (await table.expect(messages.MalformedMessage)).err_msg
        await table.create(LOCATIONS, "Platform 1")

    async def test_a_binary_frame_is_malformed(self, venue: World) -> None:
        table = await venue.table()
        await table.socket.send_bytes(b"{}")
        assert "binary" in (await table.expect(messages.MalformedMessage)).err_msg
        await table.create(LOCATIONS, "Platform 1")

    async def test_an_unknown_type_is_named(self, venue: World) -> None:
        table = await venue.table()
        await table.say({"msgType": "DANCE"})
        assert (await table.expect(messages.UnknownMessageType)).unknown_type == "DANCE"

    async def test_a_broken_update_among_good_ones_changes_nothing(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        await table.send_updates(update("meet.name", "Cup", 1), {"updateKey": "meet.city", "localSeqNum": 2})
        assert "$.updates[1]" in (await table.expect(messages.MalformedMessage)).err_msg
        assert await table.pull() == ([], await _nothing_stands(table))

    async def test_a_number_from_the_future_is_asked_for_once_and_then_refused_whole(self, venue: World) -> None:
        table = await venue.table()
        created = await table.create(LOCATIONS, "Platform 1")
        future = (update("meet.name", "Cup", 1), update("meet.city", "Galway", 2, after=7))
        await table.send_updates(*future)
        assert (await table.expect(messages.ServerPull)).last_server_seq == 0
        assert (await table.expect(messages.ServerBusy)).retry_after_ms > 0
        await table.give_back(0, created.epoch)
        assert (await table.expect(messages.StateRecovered)).updates_recovered == 0
        await table.send_updates(*future)
        assert "afterServerSeqNum" in (await table.expect(messages.MalformedMessage)).err_msg
        assert await table.change(("meet.name", "Cup")) == [1]

    async def test_values_that_no_other_table_could_read_are_rejected_one_by_one(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        deep: object = 1
        for _ in range(40):
            deep = [deep]
        await table.update(("x.deep", deep), ("x.large", "x" * 300_000), ("meet.name", "Cup"))
        assert [ack.local_seq_num for ack in (await table.expect(messages.UpdateAck)).update_acks] == [3]
        rejected = (await table.expect(messages.UpdateRejected)).updates_rejected
        assert [(each.local_seq_num, each.conflict) for each in rejected] == [(1, False), (2, False)]

    async def test_a_frame_beyond_all_measure_ends_the_socket_but_not_the_session(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        # The server may close before it has read all of it.
        with suppress(ConnectionError):
            await table.socket.send_str("x" * (connection.MAX_READ_BYTES + 1))
        await table.socket.close()
        again = await venue.table()
        again.token = table.token
        await again.pull()


async def _nothing_stands(table: Table) -> messages.PullDone:
    _, done = await table.pull()
    assert done.last_server_seq == 0
    return done


class TestSockets:
    async def test_a_socket_that_says_nothing_is_closed(self, venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connection, "AUTHENTICATION_S", 0.05)
        assert await (await venue.table()).closed() == CloseCode.NOT_AUTHENTICATED

    async def test_a_socket_that_left_its_meet_is_nobody_again(
        self, venue: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        monkeypatch.setattr(connection, "AUTHENTICATION_S", 0.05)
        await table.say({"msgType": "LEAVE_MEET", "sessionToken": table.token})
        assert await table.closed() == CloseCode.NOT_AUTHENTICATED

    async def test_a_newer_socket_of_the_same_client_supersedes_the_older(self, venue: World) -> None:
        table, again = await venue.table(), await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        again.token = table.token
        await again.pull()
        assert await table.closed() == CloseCode.SUPERSEDED
        assert await again.change(("meet.name", "Cup")) == [1]

    async def test_a_reader_that_does_not_read_is_cut_and_blocks_nobody(self, venue: World) -> None:
        writer, reader = await venue.table(), await venue.table()
        await writer.create(LOCATIONS, "Platform 1")
        await reader.join(writer.meet_id, "Registration")
        # Larger than all buffers between the two, so that it must overflow.
        for number in range(1, 200):
            await writer.change(("x.large", "x" * 200_000 + str(number)), after=number - 1)
        assert await reader.closed() in (CloseCode.TOO_SLOW, None)

    async def test_clients_are_told_when_the_appliance_goes_down(self, venue: World) -> None:
        table = await venue.table()
        await table.create(LOCATIONS, "Platform 1")
        await venue.stop()
        assert await table.closed() == CloseCode.GOING_DOWN

    async def test_hurrying_on_although_told_to_wait_ends_the_socket(self, venue: World) -> None:
        table = await venue.table()
        for _ in range(100):
            await table.say(
                {
                    "msgType": "CREATE_MEET",
                    "thisLocationName": "A",
                    "password": "0123456789",
                    "endpoints": [{"locationName": "A", "priority": 1}],
                }
            )
        assert await table.closed() == CloseCode.RATE_LIMITED
