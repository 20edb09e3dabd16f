"""The durable queue: what is published is sent once, or it is said that nobody knows."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from appliance.publishing import outbox as outbox_module
from appliance.publishing.channels.channel import LoginFailed, NotTrusted, Refused, Unavailable, Uncertain
from appliance.publishing.internet import Reach
from appliance.publishing.model import Outgoing
from appliance.publishing.outbox import NotPossible, Outbox
from appliance.storage.commands import SavePublication
from appliance.storage.errors import StorageError, StorageFailed
from appliance.storage.requests import Request
from tests.publishing.hall import CORRECTED, CSV, CUP, DIRECTOR, Hall, ToldChannel, ToldInternet, fails, takes

SMTP = (("mail.example", 587),)


async def fill_disk(hall: Hall) -> None:
    await hall.journal.read(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchall())


async def free_disk(hall: Hall) -> None:
    await hall.journal.read(lambda connection: connection.execute("PRAGMA max_page_count = 1000000").fetchall())


async def kill(hall: Hall) -> None:
    """The power goes, in the middle of whatever is done; then the appliance starts again."""
    await hall.journal.stop()
    await hall.start()


class TestSending:
    async def test_what_is_published_is_sent_at_once_and_byte_for_byte(self, hall: Hall) -> None:
        published = await hall.publish()
        assert (published.state, published.receipt, published.attempts) == ("sent", "250 OK", 1)
        [outgoing] = hall.told.taken
        assert (outgoing.results.csv.decode(), outgoing.results.state) == (CSV, CUP.state)
        assert [each.state for each in hall.changes] == ["queued", "sending", "sent"]

    async def test_publishing_it_again_sends_nothing(self, hall: Hall) -> None:
        first = await hall.publish()
        assert await hall.publish() == first
        assert len(hall.told.taken) == 1

    async def test_a_correction_is_sent_as_one(self, hall: Hall) -> None:
        await hall.publish()
        await hall.publish(CORRECTED)
        assert [each.correction for each in hall.told.taken] == [False, True]

    async def test_a_crash_between_a_correction_and_the_end_of_what_it_corrects_sends_the_correction_alone(
        self, hall: Hall
    ) -> None:
        first = await hall.outbox.publish(CUP, "", CSV)
        correction = await hall.outbox.publish(CUP, "", CORRECTED)
        await hall.journal.submit(SavePublication(first))
        await kill(hall)
        await hall.outbox.work()
        assert (hall.of(first).state, hall.of(correction).state) == ("cancelled", "sent")
        assert [each.results.csv.decode() for each in hall.told.taken] == [CORRECTED]

    async def test_it_is_on_disk_before_it_is_answered(self, hall: Hall) -> None:
        published = await hall.outbox.publish(CUP, DIRECTOR, CSV)
        await kill(hall)
        assert hall.of(published) == published

    async def test_what_the_disk_does_not_take_is_not_queued(self, hall: Hall) -> None:
        await fill_disk(hall)
        with pytest.raises(StorageFailed):
            await hall.outbox.publish(replace(CUP, state=b"x" * 100_000), "", CSV)
        assert hall.outbox.status_of(CUP.meet_id) is None
        await free_disk(hall)
        assert (await hall.publish()).state == "sent"

    async def test_an_address_that_is_none_is_our_own_mistake(self, hall: Hall) -> None:
        with pytest.raises(ValueError, match="no e-mail address"):
            await hall.outbox.publish(CUP, "a@b\nBcc: c@d", CSV)

    async def test_one_at_a_time_and_what_comes_meanwhile_is_next(self, hall: Hall) -> None:
        begun, go_on, inside = asyncio.Event(), asyncio.Event(), 0

        async def slow(_outgoing: Outgoing) -> str:
            nonlocal inside
            inside += 1
            assert inside == 1
            begun.set()
            await go_on.wait()
            inside -= 1
            return "250 OK"

        hall.told.deed = slow
        await hall.outbox.publish(CUP, "", CSV)
        working = [asyncio.create_task(hall.outbox.work()) for _ in range(2)]
        await begun.wait()
        with pytest.raises(NotPossible, match="sending"):
            await hall.outbox.cancel(hall.outbox.publications[0].publication_id)
        await hall.outbox.publish(CUP, "", CORRECTED)
        assert hall.outbox.depth == 2
        go_on.set()
        await asyncio.gather(*working)
        assert [each.state for each in hall.outbox.publications] == ["sent", "sent"]
        assert [each.correction for each in hall.told.taken] == [False, True]

    async def test_a_return_address_that_is_corrected_meanwhile_gets_the_copy(self, hall: Hall) -> None:
        async def corrected(_outgoing: Outgoing) -> str:
            await hall.outbox.publish(CUP, DIRECTOR, CSV)
            return "250 OK"

        hall.told.deed = corrected
        published = await hall.publish(email="typo@club.example")
        assert (published.state, published.return_email, published.copy) == ("sent", DIRECTOR, "due")
        assert len(hall.told.taken) == 1

    async def test_poked_it_works_by_itself_until_it_is_closed(self, hall: Hall) -> None:
        done = asyncio.Event()
        own = Outbox(
            hall.journal, hall.told, hall.outbox.gate, None, None, hall.requests, lambda: hall.now_s, hall.board
        )
        own.on_change(lambda publication: done.set() if publication.state == "sent" else None)
        await own.start()
        await own.publish(CUP, "", CSV)
        await own.look()
        await done.wait()
        await own.close()
        assert len(hall.told.taken) == 1


class TestFailures:
    async def test_what_is_not_there_now_is_tried_again_later_and_later(self, hall: Hall) -> None:
        hall.told.deed = fails(Unavailable("the mailbox is busy"))
        published = await hall.publish()
        assert (published.state, published.last_error, published.due_s) == ("queued", "the mailbox is busy", 1030)
        await hall.later(29)
        assert len(hall.told.taken) == 1
        await hall.later(1)
        assert hall.of(published).due_s == 1030 + 60
        hall.told.deed = takes
        await hall.later(60)
        assert hall.of(published).state == "sent"
        assert await hall.outcomes(published) == ["unavailable", "unavailable", "sent"]
        assert len(set(hall.told.keys)) == 1

    async def test_a_receiver_that_asks_for_patience_gets_it_even_over_a_start(self, hall: Hall) -> None:
        hall.told.deed = fails(Unavailable("too many", retry_after_s=500))
        published = await hall.publish()
        assert published.due_s == 1500
        await kill(hall)
        await hall.later(499)
        assert len(hall.told.taken) == 1
        await hall.later(1)
        assert len(hall.told.taken) == 2

    @pytest.mark.parametrize(
        ("error", "warning"),
        [
            (Refused("550 no such mailbox"), "publishing_refused"),
            (LoginFailed("535 wrong password"), "publishing_login_failed"),
        ],
    )
    async def test_what_is_refused_waits_for_somebody(self, hall: Hall, error: Refused, warning: str) -> None:
        hall.told.deed = fails(error)
        published = await hall.publish()
        await hall.later(100_000)
        assert (hall.of(published).state, hall.of(published).last_error) == ("failed", error.what)
        assert len(hall.told.taken) == 1
        assert hall.warned == [warning]
        assert (hall.outbox.failed, hall.outbox.last_error) == (1, error.what)
        hall.told.deed = takes
        await hall.outbox.retry(published.publication_id)
        await hall.outbox.work()
        assert hall.of(published).state == "sent"
        assert hall.warned == []

    async def test_a_start_tries_once_more_what_was_refused(self, hall: Hall) -> None:
        hall.told.deed = fails(LoginFailed("535"))
        published = await hall.publish()
        await kill(hall)
        await hall.outbox.work()
        assert hall.of(published).state == "failed"
        assert len(hall.told.taken) == 2

    async def test_who_cannot_prove_to_be_the_receiver_is_warned_of_and_tried_again(self, hall: Hall) -> None:
        hall.told.deed = fails(NotTrusted("self-signed certificate"))
        published = await hall.publish()
        assert published.state == "queued"
        assert hall.warned == ["publishing_certificate"]
        hall.told.deed = takes
        await hall.later(30)
        assert hall.warned == []

    async def test_what_may_have_arrived_is_said_and_sent_again_under_the_same_key(self, hall: Hall) -> None:
        hall.told.deed = fails(Uncertain("cut off"))
        published = await hall.publish()
        assert (published.state, published.doubtful) == ("queued", True)
        assert "may have arrived" in published.last_error
        hall.told.deed = takes
        await hall.later(30)
        assert await hall.outcomes(published) == ["uncertain", "sent"]
        assert len(set(hall.told.keys)) == 1
        assert hall.told.taken[1].publication.doubtful
        assert "may have arrived too" in hall.of(published).receipt

    async def test_what_did_arrive_is_found_and_not_sent_again(self, hall: Hall) -> None:
        hall.told.deed = fails(Uncertain("cut off"))
        published = await hall.publish()
        hall.told.found = "issue #12"
        await hall.later(30)
        assert (hall.of(published).state, hall.of(published).receipt) == ("sent", "issue #12")
        assert not hall.of(published).doubtful
        assert len(hall.told.taken) == 1

    async def test_a_fault_of_a_channel_is_no_end_of_the_queue(self, hall: Hall) -> None:
        hall.told.deed = fails(KeyError("web_url"))
        published = await hall.publish()
        assert (published.state, published.doubtful) == ("queued", True)

    async def test_what_fails_after_later_results_were_published_is_not_sent_again(self, hall: Hall) -> None:
        async def overtaken(outgoing: Outgoing) -> str:
            hall.told.deed = takes
            await hall.outbox.publish(CUP, "", CORRECTED)
            raise Unavailable("busy")

        hall.told.deed = overtaken
        published = await hall.publish()
        assert published.state == "cancelled"
        assert [each.correction for each in hall.told.taken] == [False, False]
        newest = hall.outbox.status_of(CUP.meet_id)
        assert newest is not None
        assert newest.state == "sent"


class TestCrashes:
    @pytest.mark.parametrize("arrived", [True, False])
    async def test_killed_between_sending_and_recording(self, hall: Hall, arrived: bool) -> None:
        async def power_cut(outgoing: Outgoing) -> str:
            await hall.journal.stop()
            return "250 OK"

        hall.told.deed = power_cut
        await hall.outbox.publish(CUP, "", CSV)
        with pytest.raises(StorageError):
            await hall.outbox.work()
        hall.told.deed, hall.told.found = takes, "issue #12" if arrived else None
        await hall.start()
        [left] = hall.outbox.publications
        assert (left.state, left.doubtful) == ("queued", True)
        assert "may have arrived" in left.last_error
        await hall.outbox.work()
        after = hall.of(left)
        assert after.state == "sent"
        assert after.doubtful != arrived
        assert await hall.outcomes(left) == ["uncertain", "sent"]
        assert len(hall.told.taken) == (1 if arrived else 2)
        assert len(set(hall.told.keys)) == 1

    async def test_a_disk_that_refuses_afterwards_is_asked_until_it_takes_the_outcome(self, hall: Hall) -> None:
        async def full_meanwhile(outgoing: Outgoing) -> str:
            await fill_disk(hall)
            return "250 " + "x" * 5000

        hall.told.deed = full_meanwhile
        published = await hall.outbox.publish(CUP, "", CSV)
        for _ in range(2):
            with pytest.raises(StorageFailed):
                await hall.outbox.work()
        assert hall.of(published).state == "sending"
        await free_disk(hall)
        await hall.outbox.work()
        assert hall.of(published).state == "sent"
        assert not hall.of(published).doubtful
        assert len(hall.told.taken) == 1

    async def test_a_stop_gives_a_submission_some_seconds(self, hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(outbox_module, "LAST_WORDS_S", 0.01)
        begun = asyncio.Event()

        async def hangs(outgoing: Outgoing) -> str:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError

        hall.told.deed = hangs
        published = await hall.outbox.publish(CUP, "", CSV)
        Outbox.poke(hall.outbox)
        await begun.wait()
        await hall.outbox.close()
        hall.told.deed = takes
        await kill(hall)
        assert hall.of(published).doubtful


class TestHolding:
    @pytest.fixture
    def internet(self, hall: Hall) -> ToldInternet:
        hall.told.hosts = SMTP
        assert isinstance(hall.internet, ToldInternet)
        return hall.internet

    async def test_without_internet_nothing_is_tried_and_its_coming_is_enough(
        self, hall: Hall, internet: ToldInternet
    ) -> None:
        internet.now = Reach.OFFLINE
        published = await hall.publish()
        await hall.later(600)
        assert hall.of(published).attempts == 0
        assert hall.outbox.waiting_for == "there is no internet"
        internet.now = Reach.ONLINE
        await hall.later(5)
        assert hall.of(published).state == "sent"
        assert hall.outbox.waiting_for == ""

    async def test_internet_that_comes_cuts_a_wait_short_but_no_wish_to_be_left_alone(
        self, hall: Hall, internet: ToldInternet
    ) -> None:
        async def cable_pulled(_outgoing: Outgoing) -> str:
            internet.now = Reach.OFFLINE
            raise Unavailable("no route")

        hall.told.deed = cable_pulled
        published = await hall.publish()
        assert hall.outbox.waiting_for == "there is no internet"
        internet.now = Reach.ONLINE
        hall.told.deed = fails(Unavailable("busy", retry_after_s=1000))
        await hall.later(5)
        assert hall.of(published).attempts == 2
        internet.network_changed()
        internet.now = Reach.OFFLINE
        await hall.later(5)
        internet.now = Reach.ONLINE
        await hall.later(5)
        assert hall.of(published).attempts == 2

    async def test_while_it_waits_for_its_next_try_nobody_is_pestered(self, hall: Hall, internet: ToldInternet) -> None:
        hall.told.deed = fails(Refused("550"))
        await hall.publish()
        looks = internet.looks
        await hall.later(5)
        assert internet.looks == looks
        hall.told.deed = fails(Unavailable("busy"))
        await hall.publish(CORRECTED)
        await hall.later(5)
        looks = internet.looks
        for _ in range(4):
            await hall.later(5)
        assert internet.looks == looks

    async def test_a_captive_portal_is_told(self, hall: Hall, internet: ToldInternet) -> None:
        internet.now = Reach.CAPTIVE
        await hall.publish()
        assert hall.warned == ["captive_portal"]
        internet.now = Reach.ONLINE
        await hall.later(5)
        assert hall.warned == []

    async def test_without_a_clock_nothing_goes(self, hall: Hall, internet: ToldInternet) -> None:
        hall.wall_s = 0.0
        await hall.publish()
        assert hall.warned == ["clock_not_set"]
        assert internet.looks == 0
        hall.wall_s = 2e9
        await hall.later(5)
        assert len(hall.told.taken) == 1

    async def test_what_is_not_set_up_waits_until_it_is(self, hall: Hall) -> None:
        hall.told.missing = "no mail server is set: [mail] server"
        published = await hall.publish()
        assert hall.of(published).attempts == 0
        assert hall.warned == ["publishing_not_set_up"]
        assert [each.publication_id for each in hall.changes[-1:]] == [published.publication_id]
        hall.told.missing = None
        await hall.later(5)
        assert hall.of(published).state == "sent"


class TestByHand:
    async def test_what_is_cancelled_stays_so(self, hall: Hall) -> None:
        hall.told.deed = fails(Unavailable("busy"))
        published = await hall.publish()
        await hall.outbox.cancel(published.publication_id)
        await kill(hall)
        await hall.later(1000)
        assert hall.of(published).state == "cancelled"
        assert len(hall.told.taken) == 1

    async def test_a_retry_does_not_wait(self, hall: Hall) -> None:
        hall.told.deed = fails(Unavailable("busy", retry_after_s=1000))
        published = await hall.publish()
        hall.told.deed = takes
        await hall.outbox.retry(published.publication_id)
        await hall.outbox.work()
        assert hall.of(published).state == "sent"

    async def test_what_cannot_be_done_is_refused_with_a_reason(self, hall: Hall) -> None:
        published = await hall.publish()
        with pytest.raises(NotPossible, match="sent already"):
            await hall.outbox.retry(published.publication_id)
        with pytest.raises(NotPossible, match="it is sent"):
            await hall.outbox.cancel(published.publication_id)
        with pytest.raises(NotPossible, match="there is no publication"):
            await hall.outbox.retry("unknown")
        hall.told.deed = fails(Unavailable("busy"))
        replaced = await hall.publish(CORRECTED)
        await hall.publish(CSV.replace("120", "130"))
        with pytest.raises(NotPossible, match="later results"):
            await hall.outbox.retry(replaced.publication_id)

    async def test_commands_beside_the_running_appliance_are_heeded(self, hall: Hall) -> None:
        hall.told.deed = fails(Unavailable("busy"))
        published = await hall.publish()
        hall.requests.ask(Request("cancel", published.publication_id))
        hall.requests.ask(Request("retry", "0123"))
        await hall.outbox.work()
        assert hall.of(published).state == "cancelled"
        assert hall.requests.read() == []

    async def test_what_a_restore_brought_back_is_seen(self, hall: Hall) -> None:
        published = await hall.publish()
        await hall.journal.read(
            lambda connection: connection.execute("UPDATE publication SET state = 'sending', doubtful = 1").fetchall()
        )
        hall.told.deed = fails(Unavailable("busy"))
        await hall.outbox.work()
        assert (hall.of(published).state, hall.of(published).doubtful) == ("queued", True)


class Receiver(ToldChannel):
    """Remembers what has really arrived, whatever it answers; may be one that can be looked into."""

    def __init__(self, events: list[str], *, findable: bool) -> None:
        super().__init__()
        self.arrived: list[str] = []
        self.kill: Callable[[], Awaitable[None]]
        self._events = events
        self._findable = findable

    async def find(self, outgoing: Outgoing, /) -> str | None:
        return "seen" if self._findable and outgoing.key in self.arrived else None

    async def submit(self, outgoing: Outgoing, /) -> str:
        event = self._events.pop(0) if self._events else "takes"
        if event.startswith("takes"):
            self.arrived.append(outgoing.key)
        if event.endswith("killed"):
            await self.kill()
        if event.endswith("cut"):
            raise Uncertain("cut off")
        if event == "busy":
            raise Unavailable("busy")
        if event == "refuses":
            raise Refused("550")
        return "250 OK"


EVENTS = ["takes", "takes, cut", "cut", "takes, killed", "killed", "busy", "refuses"]


@given(st.lists(st.sampled_from(EVENTS), max_size=6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_happens_on_the_way_one_is_never_two_nor_two_one_without_saying_so(
    events: list[str], findable: bool
) -> None:
    async def evening(data_dir: Path) -> None:
        hall = Hall(data_dir)
        receiver = hall.channel = Receiver(list(events), findable=findable)
        await hall.start()
        receiver.kill = hall.journal.stop
        published = await hall.outbox.publish(CUP, "", CSV)
        for _ in range(2 * len(events) + 2):
            try:
                await hall.later(3600)
            except StorageError:
                await hall.start()
                receiver.kill = hall.journal.stop
            now = hall.of(published)
            if now.state == "failed":
                await hall.outbox.retry(published.publication_id)
            # What nobody has told us to have arrived is never taken for granted, and never forgotten.
            if receiver.arrived and now.state != "sent":
                assert now.doubtful
                assert "may have arrived" in now.last_error
        assert now.state == "sent"
        assert set(receiver.arrived) == {f"{now.publication_id}-1"}
        assert len(receiver.arrived) == 1 or now.doubtful
        assert now.doubtful == ("may have arrived too" in now.receipt)
        assert not (findable and len(receiver.arrived) > 1)
        assert (await hall.outcomes(published))[-1] == "sent"
        await hall.stop()

    with tempfile.TemporaryDirectory() as data_dir:
        asyncio.run(evening(Path(data_dir)))


def test_a_told_channel_is_a_channel() -> None:
    assert ToldChannel().obstacle() is None
