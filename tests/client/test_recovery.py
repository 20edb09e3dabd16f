"""What a client does for a server that lost its state."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.client import recovery
from appliance.client.canonical import CanonicalLog
from appliance.client.core import ClientCore
from appliance.client.credentials import Join, Saved, SavedSession
from appliance.client.events import Rebased, SessionEnded, Status
from appliance.client.recovery import AWAY_S, Keepsake, answer, recover_meet
from appliance.meet.records import Accepted
from appliance.protocol import keys, messages
from appliance.protocol.codec import encode
from appliance.protocol.messages import EpochBegun, FromServer, ServerPull
from appliance.protocol.words import MAX_FRAME_BYTES

A, B, C = ("a" * 16, "b" * 16, "c" * 16)
MEET = "123456789"
KEEPSAKE = Keepsake("bundle", "key")


def lineage(*begun: tuple[str, int]) -> list[EpochBegun]:
    return [EpochBegun(epoch=epoch, after_server_seq=after) for epoch, after in begun]


def log_of(*updates: Accepted, epoch: str = A) -> CanonicalLog:
    log = CanonicalLog(epoch)
    log.lineage = tuple(lineage((epoch, 0)))
    for update in updates:
        path = keys.parse(update.key)
        assert not isinstance(path, keys.MalformedKey)
        log.take(update, path)
    return log


def accepted(number: int, value: bytes = b"1", client_id: str = "", local_seq: int = 0) -> Accepted:
    return Accepted(number, f"x.k{number}", value, client_id, local_seq, "Desk")


def joined(epoch: str = A, last: int = 0, last_local: int = 0, keepsake: bool = True) -> messages.MeetJoined:
    return messages.MeetJoined(
        session_token="token",
        client_id="c",
        epoch=epoch,
        last_server_seq=last,
        location_name="Desk",
        priority=1,
        expires_at=0,
        last_local_seq_num=last_local,
        recovery_bundle="bundle" if keepsake else None,
        recovery_key="key" if keepsake else None,
    )


def relay(epoch: str, *numbers: int) -> messages.UpdateRelay:
    relayed = [
        messages.Relayed(f"x.k{number}", number, number, "Desk", client_id="other", local_seq_num=number)
        for number in numbers
    ]
    return messages.UpdateRelay(updates_relayed=relayed, epoch=epoch)


class Driven:
    """A core that is told what a server says."""

    def __init__(self, **more: Any) -> None:
        self.core = ClientCore(Join(MEET, "Desk", "correct horse", "c", **more), Saved())
        self.core.connected(0.0)
        self.said()
        self.hear(joined(keepsake=not more))
        self.said()

    def hear(self, message: FromServer) -> None:
        self.core.receive(message, 1.0)

    def said(self) -> list[Any]:
        return list(self.core.frames_to_send())

    def pulled(self, epoch: str, last: int, began: list[EpochBegun], *numbers: int) -> None:
        """The whole answer to a pull: all these numbers stand."""
        digest = log_of(*(accepted(number) for number in numbers)).state.digest
        if numbers:
            self.hear(relay(epoch, *numbers))
        self.hear(messages.PullDone(epoch=epoch, last_server_seq=last, state_digest=digest, lineage=began))
        assert self.core.status is Status.LIVE


def test_an_answer_says_whose_each_update_is_and_what_was_answered() -> None:
    log = log_of(accepted(1, client_id="d", local_seq=4), accepted(3))
    (frame,) = answer(log, "token", 7, ServerPull(last_server_seq=0))
    assert (frame.epoch, frame.last_server_seq, frame.last_local_seq_num, frame.done) == (A, 3, 7, True)
    assert [(held.server_seq_num, held.client_id, held.local_seq_num) for held in frame.updates] == [
        (1, "d", 4),
        (3, None, None),
    ]
    assert frame.answered == [messages.Answered(client_id="d", last_local_seq_num=4)]
    assert [held.server_seq_num for held in answer(log, "", 0, ServerPull(last_server_seq=1))[0].updates] == [3]


def test_nothing_is_an_answer_too() -> None:
    (frame,) = answer(CanonicalLog(), "token", 0, ServerPull(last_server_seq=0, epoch=B))
    assert (frame.epoch, frame.last_server_seq, frame.updates, frame.done) == (B, 0, [], True)


def test_frames_fit_and_only_the_last_is_done() -> None:
    large = b'"' + b"y" * 250_000 + b'"'
    frames = answer(log_of(*(accepted(n, large) for n in range(1, 12))), "t", 0, ServerPull(last_server_seq=0))
    assert all(len(encode(frame)) < MAX_FRAME_BYTES for frame in frames)
    assert [frame.done for frame in frames] == [False] * (len(frames) - 1) + [True]
    assert [held.server_seq_num for frame in frames for held in frame.updates] == list(range(1, 12))


def test_a_client_gives_back_what_it_held_although_the_answer_to_its_pull_comes_at_once() -> None:
    client = Driven()
    client.pulled(A, 2, lineage((A, 0)), 1, 2)
    client.core.disconnected(2.0)
    client.core.connected(3.0)
    (pull,) = client.said()
    assert (pull.last_server_seq, pull.epoch, pull.last_local_seq_num) == (2, A, 0)
    client.hear(relay(B, 1))
    client.hear(ServerPull(last_server_seq=0, epoch=B))
    (frame,) = client.said()
    assert (frame.epoch, [held.server_seq_num for held in frame.updates]) == (A, [1, 2])


def test_it_is_patient_while_the_server_asks_everybody() -> None:
    client = Driven()
    client.hear(ServerPull(last_server_seq=0, epoch=A))
    assert client.core.tick_at is not None
    for now in (5.0, 10.0, 15.0):
        client.core.receive(messages.Presence(locations=[]), now)
        client.core.tick(now)
        assert not client.core.hang_up


def test_a_display_gives_nothing_back() -> None:
    client = Driven(read_only=True)
    client.pulled(A, 1, lineage((A, 0)), 1)
    client.hear(ServerPull(last_server_seq=0, epoch=A))
    assert client.said() == []


def test_the_meet_runs_again_so_it_pulls_anew() -> None:
    client = Driven()
    client.pulled(A, 1, lineage((A, 0)), 1)
    client.hear(messages.StateRecovered(epoch=B, previous_epoch=A, last_server_seq=1, updates_recovered=1))
    (pull,) = client.said()
    assert (pull.last_server_seq, pull.epoch) == (0, B)


@pytest.mark.parametrize(
    ("began", "last", "after"),
    [
        # Only started again: nothing that was known is of another meaning.
        (lineage((A, 0), (B, 3)), 3, 3),
        # Went on from an old copy before we came.
        (lineage((A, 0), (B, 1)), 5, 1),
        (lineage((C, 0)), 5, 0),
        ([], 5, 3),
    ],
)
def test_what_is_pending_was_made_knowing_what_both_lineages_have_in_common(
    began: list[EpochBegun], last: int, after: int
) -> None:
    client = Driven()
    client.pulled(A, 3, lineage((A, 0)), 1, 2, 3)
    client.core.set("meet.name", "Cup", 1.0)
    client.core.disconnected(2.0)
    client.core.connected(3.0)
    client.said()
    client.core.events()
    client.pulled(began[-1].epoch if began else B, last, began, *range(1, last + 1))
    (rebased,) = [event for event in client.core.events() if isinstance(event, Rebased)]
    assert rebased.server_seq == min(after, last) or not began
    assert [update.after for update in client.core.pending] == [after]


class TestABlankServer:
    def test_what_is_kept_comes_before_the_password(self) -> None:
        client = Driven()
        client.pulled(A, 1, lineage((A, 0)), 1)
        client.hear(messages.InvalidSession(session_token="token"))
        assert client.said() == [recover_meet(KEEPSAKE, MEET, "Desk", "c")]
        client.hear(joined(B))
        (pull,) = client.said()
        assert (pull.last_server_seq, pull.epoch) == (1, A)

    def test_if_the_server_has_the_meet_the_password_counts(self) -> None:
        client = Driven()
        client.hear(messages.InvalidSession(session_token="token"))
        client.said()
        client.hear(messages.JoinRejected(reason="this appliance has the meet"))
        (join,) = client.said()
        assert isinstance(join, messages.JoinMeet)

    def test_what_is_kept_outlives_the_connection_and_the_program(self) -> None:
        session = SavedSession(MEET, "Desk", False, "old", A, recovery_bundle="bundle", recovery_key="key")
        core = ClientCore(Join(MEET, "Desk", None, "c"), Saved(session))
        core.connected(0.0)
        core.frames_to_send()
        core.receive(messages.InvalidSession(session_token="old"), 0.1)
        core.disconnected(0.2)
        core.connected(0.3)
        assert core.frames_to_send() == [recover_meet(KEEPSAKE, MEET, "Desk", "c")]

    def test_a_display_waits_for_a_table_to_bring_it_back(self) -> None:
        client = Driven(read_only=True)
        client.pulled(A, 1, lineage((A, 0)), 1)
        client.hear(messages.InvalidSession(session_token="token"))
        (join,) = client.said()
        assert isinstance(join, messages.JoinMeet)
        client.hear(messages.JoinRejected(reason="wrong"))
        assert client.core.hang_up
        client.core.disconnected(2.0)
        assert client.core.connect_at == 2.0 + AWAY_S
        assert not [event for event in client.core.events() if isinstance(event, SessionEnded)]


def test_the_windows_fit_into_each_other() -> None:
    assert recovery.PATIENCE_S > 10.0
