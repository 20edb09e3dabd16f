"""The reference client against PROTOCOL.md, section by section."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from appliance.client import events
from appliance.client.changes import CannotBeSet
from appliance.client.core import FIRST_DELAY_S, LONGEST_DELAY_S, ClientCore, MayOnlyRead, NotJoined
from appliance.client.credentials import Create, Join, Saved, SavedSession
from appliance.client.events import End, Status
from appliance.protocol import keys, messages
from appliance.protocol.codec import decode_value, encode
from appliance.protocol.words import SILENCE_S, CloseCode
from tests.client.model_server import FIRST_EPOCH, MEET_ID, ModelServer
from tests.client.venue import Wire, joined, settle

LOCATIONS = {"Platform 1": 2, "Platform 2": 2, "Registration": 1}
ENTRY = "registration.entries[7]"
NEW_EPOCH = "00000000000000e2"


@pytest.fixture
def server() -> ModelServer:
    return ModelServer(LOCATIONS)


def session(**changes: object) -> SavedSession:
    return structs.replace(SavedSession(MEET_ID, "Platform 1", False, "token of a", FIRST_EPOCH), **changes)


def update_frames(wire: Wire) -> list[list[int]]:
    """The local numbers in the update frames on their way to the server."""
    return [
        [update.local_seq_num for update in frame.updates]
        for frame in wire.to_server
        if isinstance(frame, messages.UpdateInit)
    ]


def pulls(wire: Wire) -> list[messages.ClientPull]:
    return [frame for frame in wire.to_server if isinstance(frame, messages.ClientPull)]


def relay(number: int, key: str, value: object, epoch: str = FIRST_EPOCH) -> messages.UpdateRelay:
    relayed = messages.Relayed(update_key=key, update_value=value, server_seq_num=number, location_name="Platform 2")
    return messages.UpdateRelay(updates_relayed=[relayed], epoch=epoch)


class TestJoining:
    """Section 4."""

    def test_joins_pulls_and_is_live(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        wire.connect()
        wire.deliver_up()
        wire.deliver_down()
        assert pulls(wire) == [
            messages.ClientPull(session_token="token of a", last_server_seq=0, epoch=None, last_local_seq_num=0),
        ]
        wire.exchange()
        assert [event.status for event in wire.saw(events.StatusChanged)] == [
            Status.JOINING,
            Status.CATCHING_UP,
            Status.LIVE,
        ]
        assert (wire.core.location_name, wire.core.priority, wire.core.epoch) == ("Platform 1", 2, FIRST_EPOCH)

    def test_creates_once_and_then_joins(self) -> None:
        endpoints = (messages.Endpoint(location_name="Platform 1", priority=2),)
        core = ClientCore(Create("Platform 1", "correct horse", endpoints, "Cup", "a"))
        core.connected(0)
        [create] = core.frames_to_send()
        assert isinstance(create, messages.CreateMeet)
        block = messages.EntryIdBlock(first=1000, last=1999)
        created = messages.MeetCreated(
            meet_id=MEET_ID,
            session_token="t",
            client_id="a",
            epoch=FIRST_EPOCH,
            last_server_seq=0,
            location_name="Platform 1",
            priority=2,
            expires_at=0,
            last_local_seq_num=0,
            entry_id_block=block,
        )
        core.receive(created, 0)
        assert (core.meet_id, core.entry_ids) == (MEET_ID, block)
        core.frames_to_send()
        core.receive(messages.InvalidSession(session_token="t"), 1)
        [join] = core.frames_to_send()
        assert isinstance(join, messages.JoinMeet)
        assert (join.meet_id, join.client_id) == (MEET_ID, "a")
        # The request came twice, and made two meets: this one is not ours.
        core.receive(structs.replace(created, meet_id="222222222", session_token="another"), 1)
        assert (core.status, core.frames_to_send()) == (Status.JOINING, [])

    def test_goes_on_after_the_newest_number_that_the_server_knows(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        for name in ("one", "two", "three"):
            wire.set("meet.name", name)
        wire.exchange()
        without_its_file = joined(server, "a", "Platform 1")
        assert without_its_file.set("meet.name", "four").local_seq == 4
        without_its_file.exchange()
        assert server.value("meet.name") == "four"

    def test_a_saved_session_pulls_without_joining(self, server: ModelServer) -> None:
        server.locations["a"] = "Platform 1"
        wire = Wire(server, "a", "Platform 1", Saved(session()))
        wire.connect()
        assert wire.to_server == [
            messages.ClientPull(session_token="token of a", last_server_seq=0, epoch=FIRST_EPOCH, last_local_seq_num=0)
        ]

    def test_at_another_location_a_saved_session_is_of_no_use(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Registration", Saved(session()))
        wire.connect()
        assert isinstance(wire.to_server[0], messages.JoinMeet)

    def test_what_was_saved_of_another_meet_is_refused(self) -> None:
        with pytest.raises(ValueError, match="of meet 123456789, not of 987654321"):
            ClientCore(Join("987 654 321", "Platform 1", "correct horse", "a"), Saved(session()))

    def test_neither_password_nor_session_is_refused(self) -> None:
        with pytest.raises(ValueError, match="a password is needed"):
            ClientCore(Join(MEET_ID, "Platform 1", client_id="a"))

    def test_an_invalid_session_joins_again_where_the_password_is_known(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.hear(messages.InvalidSession(session_token="token of a"))
        assert isinstance(wire.to_server[0], messages.JoinMeet)
        wire.exchange()
        assert wire.core.status is Status.LIVE

    def test_an_invalid_session_ends_where_it_is_not(self) -> None:
        core = ClientCore(Join(MEET_ID, "Platform 1", client_id="a"), Saved(session()))
        core.connected(0)
        core.receive(messages.InvalidSession(session_token="token of a"), 0)
        assert core.events()[-1] == events.SessionEnded(End.SESSION_INVALID, "")
        assert core.hang_up

    def test_an_old_token_that_is_invalid_is_old_news(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.hear(messages.SessionRenewed(session_token="newer", expires_at=0))
        wire.hear(messages.InvalidSession(session_token="token of a"))
        assert wire.core.status is Status.LIVE

    def test_a_rejection_ends_it(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        wire.connect()
        wire.hear(messages.JoinRejected(reason="no"))
        assert wire.saw(events.SessionEnded) == [events.SessionEnded(End.NOT_LET_IN, "no")]
        wire.drop()
        assert wire.core.connect_at is None

    def test_asking_in_a_way_that_breaks_a_rule_ends_it(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        wire.connect()
        wire.hear(messages.MalformedMessage(err_msg="Expected `str` of length >= 10 - at `$.password`"))
        [ended] = wire.saw(events.SessionEnded)
        assert ended.why is End.NOT_LET_IN
        assert "$.password" in ended.detail

    @pytest.mark.parametrize(
        "answer",
        [
            messages.JoinRejected(reason="later", retry_after_ms=30_000),
            messages.RateLimited(retry_after_ms=30_000),
            messages.ServerBusy(retry_after_ms=30_000, reason="disk full"),
        ],
    )
    def test_comes_back_when_it_was_told_to(self, server: ModelServer, answer: messages.FromServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        wire.connect()
        wire.hear(answer)
        assert wire.core.hang_up
        wire.drop()
        assert wire.core.connect_at == 30

    def test_leaving_revokes_the_session(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.core.leave(1)
        wire.collect()
        assert wire.to_server == [messages.LeaveMeet(session_token="token of a")]
        assert wire.core.hang_up
        assert wire.core.status is Status.ENDED


class TestMakingChanges:
    """Sections 2 and 3."""

    def test_a_change_shows_at_once(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set(ENTRY, {"id": 7, "name": "Ana"})
        wire.set(f"{ENTRY}.squatKg[1]", 100)
        assert wire.core.view()["registration"]["entries"] == [
            {"id": 7, "name": "Ana", "squatKg": [0, 100, 0, 0, 0]},
        ]
        assert wire.core.value(f"{ENTRY}.name") == "Ana"
        assert wire.core.value(f"{ENTRY}.squatKg[1]") == 100
        assert wire.core.canonical() == {}

    def test_looking_does_not_change_what_stands(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set(ENTRY, {"id": 7, "name": "Ana"})
        wire.exchange()
        before = wire.core.canonical(), wire.core.digest
        wire.set(ENTRY, None)
        wire.set("meet.name", "Cup")
        assert wire.core.view() == {"registration": {"entries": []}, "meet": {"name": "Cup"}}
        assert (wire.core.canonical(), wire.core.digest) == before

    def test_it_remembers_the_number_that_was_applied_when_it_was_made(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        assert wire.set("meet.name", "one").after == 0
        wire.exchange()
        made_offline = wire.core.set("meet.name", "two", 0)
        assert made_offline.after == 1
        wire.hear(relay(2, "meet.city", "Galway"))
        assert wire.core.pending == (made_offline,)

    def test_before_the_first_joining_nobody_knows_the_next_number(self, server: ModelServer) -> None:
        with pytest.raises(NotJoined):
            Wire(server, "a", "Platform 1").set("meet.name", "Cup")

    def test_later_lives_make_changes_offline(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1", Saved(session(), next_local_seq=5))
        assert wire.set("meet.name", "Cup").local_seq == 5

    def test_a_reader_makes_none(self) -> None:
        core = ClientCore(Join(MEET_ID, "Platform 1", "correct horse", "a", read_only=True))
        with pytest.raises(MayOnlyRead):
            core.set("meet.name", "Cup", 0)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("registration.entries[x]", {}),
            ("meet.name", object()),
            ("meet.name", "x" * 300_000),
            ("x.deep", [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]),
        ],
    )
    def test_what_no_server_takes_is_not_even_made(self, server: ModelServer, key: str, value: object) -> None:
        wire = joined(server, "a", "Platform 1")
        with pytest.raises(CannotBeSet):
            wire.set(key, value)
        assert wire.core.pending == ()
        assert wire.core.next_local_seq == 1


class TestUpdating:
    """Section 5."""

    def test_a_change_is_sent_when_it_is_on_disk(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        update = wire.set("meet.name", "Cup", kept=False)
        assert update_frames(wire) == []
        wire.core.kept(update.local_seq, 0)
        wire.collect()
        assert update_frames(wire) == [[1]]

    def test_an_ack_makes_it_canonical(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        update = wire.set("meet.name", "Cup")
        wire.exchange()
        assert wire.saw(events.Acked) == [events.Acked(update, 1)]
        assert (wire.core.applied, wire.core.pending) == (1, ())
        assert wire.core.canonical() == {"meet": {"name": "Cup"}}
        assert wire.core.digest == server.digest()
        assert wire.core.settled

    def test_others_get_a_relay(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        settle(one, other)
        assert other.core.value("meet.name") == "Cup"
        assert [each.key for event in other.saw(events.Applied) for each in event.updates] == ["meet.name"]

    def test_no_frame_has_more_than_100_updates_and_no_more_than_400_are_on_their_way(
        self, server: ModelServer
    ) -> None:
        wire = joined(server, "a", "Platform 1")
        for number in range(450):
            last = wire.core.set("x.n", number, 0)
        wire.core.kept(last.local_seq, 0)
        wire.collect()
        assert list(map(len, update_frames(wire))) == [100, 100, 100, 100]
        wire.hear(messages.UpdateAck(update_acks=[messages.Ack(local_seq_num=n, server_seq_num=n) for n in (1, 2, 3)]))
        assert update_frames(wire)[4:] == [[401, 402, 403]]

    def test_no_frame_is_larger_than_512_kib(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        for number in range(5):
            last = wire.core.set(f"x.n{number}", "x" * 200_000, 0)
        wire.core.kept(last.local_seq, 0)
        wire.collect()
        assert update_frames(wire) == [[1, 2], [3, 4], [5]]
        assert all(len(encode(frame)) <= 512 * 1024 for frame in wire.to_server)

    def test_nothing_is_sent_while_catching_up(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1", Saved(session()))
        server.locations["a"] = "Platform 1"
        wire.set("meet.name", "Cup")
        wire.connect()
        assert update_frames(wire) == []
        wire.deliver_up()
        wire.deliver_down()
        assert update_frames(wire) == [[1]]

    def test_after_a_reconnect_everything_pending_is_sent_again_and_applied_once(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "Cup")
        wire.set("meet.city", "Galway")
        wire.deliver_up()
        wire.deliver_up()
        wire.drop()
        wire.connect()
        wire.deliver_up()
        while wire.server.said["a"]:
            wire.deliver_down()
        assert wire.core.applied == 2
        assert update_frames(wire) == [[1, 2]]
        wire.exchange()
        assert len(server.log) == 2
        assert [acked.server_seq for acked in wire.saw(events.Acked)] == [1, 2]
        assert wire.core.settled

    def test_a_gap_is_filled_from_where_the_server_expects_it(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        for name in ("one", "two", "three"):
            wire.set("meet.name", name)
        wire.deliver_up(times=0)
        wire.exchange()
        assert [entry.value for entry in server.log] == ["one", "two", "three"]
        assert wire.core.settled

    def test_a_lost_frame_is_sent_again_after_ten_seconds(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "Cup")
        wire.deliver_up(times=0)
        wire.wait(9.9)
        assert update_frames(wire) == []
        wire.wait(0.1)
        assert update_frames(wire) == [[1]]
        wire.exchange()
        assert wire.core.settled

    def test_a_server_that_expects_what_it_had_acknowledged_has_lost_it(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "one")
        wire.exchange()
        wire.drop()
        server.answers["a"].clear()
        wire.connect()
        wire.set("meet.name", "two")
        wire.exchange()
        [ended] = wire.saw(events.SessionEnded)
        assert ended.why is End.SERVER_LOST_UPDATES
        assert "it expects our update 1" in ended.detail
        assert len(wire.core.pending) == 1

    def test_a_gap_that_is_filled_by_now_is_old_news(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "one")
        wire.exchange()
        old = messages.Rejection(local_seq_num=2, conflict=False, reason="gap: expected 1")
        wire.hear(messages.UpdateRejected(updates_rejected=[old]))
        assert wire.core.status is Status.LIVE

    def test_a_busy_server_is_left_alone_and_then_gets_everything_again(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        server.busy = True
        wire.set("meet.name", "one")
        wire.exchange()
        wire.set("meet.name", "two")
        assert wire.saw(events.Busy) == [events.Busy(1, "disk full")]
        assert update_frames(wire) == []
        server.busy = False
        wire.wait(1)
        wire.exchange()
        assert [entry.value for entry in server.log] == ["one", "two"]

    def test_answers_heard_twice_count_once(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        one.deliver_up(times=2)
        for wire in (one, other):
            while server.said[wire.name]:
                wire.deliver_down(times=2)
            assert wire.core.applied == 1
            assert not wire.to_server
        assert len(one.saw(events.Acked)) == 1

    def test_an_answer_about_nothing_pending_is_ignored(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        unknown = messages.Rejection(local_seq_num=9, conflict=True, reason="no")
        wire.hear(messages.UpdateRejected(updates_rejected=[unknown]))
        assert wire.saw(events.Rejected) == []

    def test_a_server_that_does_not_understand_is_not_flooded(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "Cup")
        wire.to_server.clear()
        wire.hear(messages.MalformedMessage(err_msg="what?"))
        assert len(wire.saw(events.NotUnderstood)) == 1
        assert wire.to_server == []
        wire.wait(10)
        assert len(pulls(wire)) == 1


class TestConflicts:
    """Section 5, conflicts."""

    def test_a_rejection_carries_both_values(self, server: ModelServer) -> None:
        platform, desk = joined(server, "a", "Platform 1"), joined(server, "b", "Registration")
        platform.set("meet.name", "Cup")
        mine = desk.set("meet.name", "Open")
        settle(platform, desk)
        [rejected] = desk.saw(events.Rejected)
        assert (rejected.update, rejected.conflict, rejected.location_name) == (mine, True, "Platform 1")
        assert rejected.standing is not None
        assert decode_value(rejected.standing.value) == "Cup"
        assert desk.core.value("meet.name") == "Cup"
        assert desk.core.settled

    def test_overruled_tells_both_values(self, server: ModelServer) -> None:
        platform, desk = joined(server, "a", "Platform 1"), joined(server, "b", "Registration")
        desk.set("meet.name", "Open")
        platform.set("meet.name", "Cup")
        desk.exchange()
        settle(platform, desk)
        [overruled] = desk.saw(events.Overruled)
        assert (decode_value(overruled.mine.value), decode_value(overruled.by.value)) == ("Open", "Cup")
        assert overruled.by.location_name == "Platform 1"
        assert platform.saw(events.Overruled) == []

    def test_a_whole_entry_overrules_what_was_set_inside(self, server: ModelServer) -> None:
        platform, desk = joined(server, "a", "Platform 1"), joined(server, "b", "Registration")
        platform.set(ENTRY, {"id": 7})
        settle(platform, desk)
        platform.set(ENTRY, None)
        desk.set(f"{ENTRY}.name", "Ana")
        desk.set(f"{ENTRY}.bodyweightKg", 62.5)
        desk.exchange()
        settle(platform, desk)
        assert [event.mine.key for event in desk.saw(events.Overruled)] == [f"{ENTRY}.name", f"{ENTRY}.bodyweightKg"]

    def test_overruled_while_the_ack_was_lost_is_told_with_the_ack(self, server: ModelServer) -> None:
        platform, desk = joined(server, "a", "Platform 1"), joined(server, "b", "Registration")
        desk.set("meet.name", "Open")
        platform.set("meet.name", "Cup")
        desk.deliver_up()
        desk.drop()
        platform.exchange()
        desk.connect()
        settle(platform, desk)
        assert len(desk.saw(events.Acked)) == 1
        [overruled] = desk.saw(events.Overruled)
        assert (decode_value(overruled.mine.value), decode_value(overruled.by.value)) == ("Open", "Cup")

    def test_what_was_known_when_it_was_replaced_is_not_overruled(self, server: ModelServer) -> None:
        platform, desk = joined(server, "a", "Platform 1"), joined(server, "b", "Registration")
        desk.set("meet.name", "Open")
        settle(platform, desk)
        platform.set("meet.name", "Cup")
        settle(platform, desk)
        assert desk.saw(events.Overruled) == []


class TestResynchronising:
    """Sections 6 and 8."""

    def test_a_missing_number_is_pulled(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        one.set("meet.city", "Galway")
        one.exchange()
        other.deliver_down(times=0)
        other.deliver_down()
        assert [(pull.last_server_seq, pull.epoch) for pull in pulls(other)] == [(0, FIRST_EPOCH)]
        assert other.core.applied == 0
        other.exchange()
        assert (other.core.applied, other.core.digest) == (2, server.digest())

    def test_a_lost_ack_is_pulled_and_then_asked_for_again(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        one.deliver_up()
        one.deliver_down(times=0)
        other.set("meet.city", "Galway")
        settle(one, other)
        assert one.core.settled
        assert len(server.log) == 2

    def test_a_heartbeat_shows_what_is_missing(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        one.exchange()
        other.deliver_down(times=0)
        other.hear(server.heartbeat())
        other.exchange()
        assert other.core.applied == 1

    def test_an_old_heartbeat_shows_nothing(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        old = server.heartbeat()
        wire.set("meet.name", "Cup")
        wire.exchange()
        wire.hear(old)
        assert wire.core.status is Status.LIVE
        assert wire.saw(events.Diverged) == []

    def test_a_wrong_digest_loads_everything_anew_without_flicker(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        settle(one, other)
        server.log[0].key, server.log[0].path = "meet.title", ("meet", "title")
        other.hear(server.heartbeat())
        assert len(other.saw(events.Diverged)) == 1
        assert [pull.last_server_seq for pull in pulls(other)] == [0]
        other.deliver_up()
        assert server.diverged == 1
        other.deliver_up()
        other.deliver_down()
        assert other.core.view() == {"meet": {"name": "Cup"}}
        other.deliver_down()
        assert other.core.view() == {"meet": {"title": "Cup"}}
        assert other.saw(events.CaughtUp)[-1].replaced
        assert other.core.digest == server.digest()

    def test_a_digest_that_stays_wrong_is_not_pulled_for_ever(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wrong = messages.PullDone(epoch=FIRST_EPOCH, last_server_seq=0, state_digest="f" * 16)
        wire.hear(wrong)
        wire.hear(wrong)
        assert wire.core.hang_up

    def test_the_end_of_an_earlier_answer_heard_twice_is_not_the_end_of_this_one(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        earlier = messages.PullDone(epoch=FIRST_EPOCH, last_server_seq=0, state_digest=server.digest())
        one.set("meet.name", "Cup")
        one.set("meet.city", "Galway")
        one.exchange()
        other.deliver_down(times=0)
        other.deliver_down()
        other.hear(earlier)
        assert other.core.status is Status.CATCHING_UP
        other.exchange()
        assert other.core.settled
        assert other.saw(events.Diverged) == []

    def test_what_is_pending_stays_visible_while_catching_up(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.drop()
        one.set("meet.name", "Cup")
        other.set("meet.city", "Galway")
        other.exchange()
        one.connect()
        one.deliver_up()
        one.deliver_down()
        assert one.core.view() == {"meet": {"name": "Cup", "city": "Galway"}}

    def test_another_epoch_is_loaded_from_0(self, server: ModelServer) -> None:
        one, other = joined(server, "a", "Platform 1"), joined(server, "b", "Platform 2")
        one.set("meet.name", "Cup")
        one.set("meet.city", "Galway")
        settle(one, other)
        server.epoch = NEW_EPOCH
        del server.log[1]
        one.hear(server.heartbeat())
        assert [(pull.last_server_seq, pull.epoch) for pull in pulls(one)] == [(0, NEW_EPOCH)]
        late = one.set("meet.name", "Open")
        assert late.after == 2
        one.deliver_up()
        while server.said["a"]:
            one.deliver_down()
        assert one.core.view() == {"meet": {"name": "Open"}}
        assert (one.core.epoch, one.core.applied) == (NEW_EPOCH, 1)
        assert one.saw(events.Rebased) == [events.Rebased(NEW_EPOCH, 1)]
        assert [update.after for update in one.core.pending] == [1]

    def test_another_epoch_is_found_when_connecting(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.set("meet.name", "Cup")
        wire.exchange()
        wire.drop()
        server.epoch = NEW_EPOCH
        server.log[0].value = "Open"
        wire.connect()
        wire.exchange()
        assert wire.core.view() == {"meet": {"name": "Open"}}
        assert wire.core.epoch == NEW_EPOCH
        assert wire.core.status is Status.LIVE


class TestTheConnection:
    """Section 1: silence, close codes, and coming back."""

    def test_silence_means_that_it_is_dead(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.wait(SILENCE_S - 1)
        wire.hear(server.heartbeat())
        silence = []
        for seconds in (SILENCE_S - 0.1, 0.1):
            wire.wait(seconds)
            silence.append(wire.core.hang_up)
        assert silence == [False, True]
        assert wire.core.tick_at is None

    def test_heartbeats_do_not_make_up_for_an_answer(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        wire.connect()
        wire.wait(6)
        wire.hear(server.heartbeat())
        wire.wait(4)
        assert wire.core.hang_up

    def test_comes_back_later_and_later_and_soon_again_after_success(self, server: ModelServer) -> None:
        wire = Wire(server, "a", "Platform 1")
        delays = []
        for _ in range(60):
            wire.drop()
            assert wire.core.connect_at is not None
            delays.append(wire.core.connect_at - wire.now)
        assert delays[0] <= FIRST_DELAY_S
        assert LONGEST_DELAY_S / 2 < max(delays) <= LONGEST_DELAY_S
        assert min(delays[10:]) < LONGEST_DELAY_S / 2, "full jitter"
        wire.connect()
        wire.exchange()
        wire.drop()
        assert wire.core.connect_at is not None
        assert wire.core.connect_at - wire.now <= FIRST_DELAY_S

    @pytest.mark.parametrize(
        "code", [None, 1006, CloseCode.GOING_DOWN, CloseCode.NOT_AUTHENTICATED, CloseCode.TOO_SLOW]
    )
    def test_most_ends_are_no_ends(self, server: ModelServer, code: int | None) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.drop(code)
        assert wire.core.status is Status.OFFLINE
        assert wire.core.connect_at is not None
        assert wire.core.connect_at <= 0.1
        assert bool(wire.saw(events.GoingDown)) is (code == CloseCode.GOING_DOWN)

    def test_superseded_does_not_fight(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.drop(CloseCode.SUPERSEDED)
        assert wire.core.connect_at is None
        assert wire.saw(events.SessionEnded) == [events.SessionEnded(End.SUPERSEDED, "")]

    def test_too_fast_waits_long(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        wire.drop(CloseCode.RATE_LIMITED)
        assert wire.core.connect_at == 60

    def test_says_when_it_wants_to_be_woken(self, server: ModelServer) -> None:
        wire = joined(server, "a", "Platform 1")
        assert wire.core.tick_at == SILENCE_S
        wire.now = 1.0
        wire.set("meet.name", "Cup")
        assert wire.core.tick_at == 11
        wire.exchange()
        assert wire.core.tick_at == 1 + SILENCE_S
        wire.drop()
        assert wire.core.tick_at is None


# ---------------------------------------------------------------- everything at once

KEYS = [
    "meet.name",
    "meet.city",
    ENTRY,
    f"{ENTRY}.name",
    f"{ENTRY}.squatKg[0]",
    "registration.entries[8]",
    "registration.entries[8].name",
]


class Evening:
    """A few tables, a bad network, and a random order of what happens; it ends when the network is good again."""

    def __init__(self, locations: list[str], random: Random) -> None:
        self.random = random
        self.server = ModelServer(LOCATIONS)
        self.wires = [joined(self.server, f"client {place}", location) for place, location in enumerate(locations)]
        self.values = count()
        self.wires[0].set(ENTRY, {"id": 7})
        settle(*self.wires)

    def steps(self) -> dict[str, Callable[[Wire], None]]:
        return {
            "set": self.change,
            "up": lambda wire: self.up(wire, 1),
            "down": lambda wire: self.down(wire, 1),
            "up twice": lambda wire: self.up(wire, 2),
            "down twice": lambda wire: self.down(wire, 2),
            "up never": lambda wire: self.up(wire, 0),
            "down never": lambda wire: self.down(wire, 0),
            "drop": self.drop,
            "connect": self.connect,
            "exchange": lambda wire: wire.exchange(),
            "wait": lambda wire: self.wait(wire, 5),
            "busy": lambda wire: setattr(self.server, "busy", not self.server.busy),
            "heartbeat": self.heartbeat,
        }

    def change(self, wire: Wire) -> None:
        key = self.random.choice(KEYS)
        if key.endswith("]") and "squat" not in key:
            entry_id = int(key.split("[")[1].strip("]"))
            value = None if self.random.random() < 0.3 else {"id": entry_id, "n": next(self.values)}
            wire.set(key, value)
        else:
            wire.set(key, self.random.randrange(5))

    def up(self, wire: Wire, times: int) -> None:
        if wire.online and wire.to_server:
            wire.deliver_up(times)

    def down(self, wire: Wire, times: int) -> None:
        if wire.online and self.server.said[wire.name]:
            wire.deliver_down(times)

    def drop(self, wire: Wire) -> None:
        if wire.online:
            wire.drop()

    def connect(self, wire: Wire) -> None:
        if not wire.online:
            wire.connect()

    def wait(self, wire: Wire, seconds: float) -> None:
        wire.wait(seconds)
        if wire.core.hang_up:
            wire.drop()

    def heartbeat(self, wire: Wire) -> None:
        if wire.online:
            self.server.said[wire.name].append(self.server.heartbeat())

    def end(self) -> None:
        """The network is good again: everybody reconnects, and time passes until nobody has anything to say."""
        self.server.busy = False
        for wire in self.wires:
            self.drop(wire)
            wire.connect()
        for _ in range(4):
            settle(*self.wires)
            for wire in self.wires:
                self.heartbeat(wire)
                self.wait(wire, 5)
                self.connect(wire)
        settle(*self.wires)


@settings(max_examples=300, deadline=None)
@given(
    locations=st.lists(st.sampled_from(sorted(LOCATIONS)), min_size=2, max_size=4),
    length=st.integers(0, 150),
    seed=st.integers(0, 2**32),
)
def test_whatever_happens_everybody_agrees_and_each_update_has_one_fate(
    locations: list[str], length: int, seed: int
) -> None:
    evening = Evening(locations, Random(seed))
    steps = evening.steps()
    names = [*["set", "up", "down"] * 3, *steps]
    for _ in range(length):
        steps[evening.random.choice(names)](evening.random.choice(evening.wires))
    evening.end()

    server = evening.server
    first = evening.wires[0].core
    for wire in evening.wires:
        core = wire.core
        assert core.settled
        assert (core.applied, core.digest) == (len(server.log), server.digest())
        assert core.view() == core.canonical() == first.canonical()
        for entry in server.standing():
            standing = core._log.state.at(entry.path)
            assert standing is not None
            assert (standing.server_seq, decode_value(standing.value)) == (entry.number, entry.value)
        fates = [event.update.local_seq for event in wire.saw(events.Acked) + wire.saw(events.Rejected)]
        assert sorted(fates) == list(range(1, core.next_local_seq))
        numbers = {event.update.local_seq: event.server_seq for event in wire.saw(events.Acked)}
        answers = server.answers.get(wire.name, [])
        assert numbers == {n: answer for n, answer in enumerate(answers, start=1) if isinstance(answer, int)}


def test_the_model_reads_keys_as_everybody_does() -> None:
    assert keys.parse(KEYS[3]) == ("registration", "entries", "[7]", "name")
