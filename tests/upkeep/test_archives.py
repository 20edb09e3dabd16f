"""Finished meets are kept, and rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.live import meets as meets_module
from appliance.live.hub import Hub
from appliance.protocol import messages
from appliance.service.clock import PLAUSIBLE_FROM_S
from appliance.storage.archives import FOLDER, archives
from appliance.storage.data_dir import archives_in
from appliance.storage.journal import Journal
from appliance.storage.loading import StoredMeet
from appliance.storage.snapshots import Reason
from appliance.upkeep.archives import ArchiveKeeper
from tests.upkeep.test_results_desk import answer, publish
from tests.world import Table, World, world

DAY_MS = 86_400_000
SET_MS = int(PLAUSIBLE_FROM_S * 1000)


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """An appliance whose results can go at once."""
    (tmp_path / "results").mkdir()
    (tmp_path / "mirror").mkdir()
    monkeypatch.setattr(meets_module, "REST_AFTER_S", 0.0)
    more = {
        "publishing_channel": "folder",
        "publishing_folder": tmp_path / "results",
        "mirror_dir": tmp_path / "mirror",
    }
    async with world(tmp_path / "data", **more) as here:
        yield here


async def sent(hall: World) -> Table:
    table = await hall.table()
    await table.create({"Desk": 10}, "Desk")
    await table.change(("meet.name", "Cup"))
    await publish(table)
    assert isinstance(await answer(table), messages.PublishAck)
    while (await table.expect(messages.PublishStatus)).state != "sent":
        pass
    return table


def kept(hall: World) -> list[str]:
    return [each.name for each in archives(archives_in(hall.data_dir))]


def keeper_at(hall: World, now_ms: int, days: int = 30) -> ArchiveKeeper:
    """The same keeper on another day."""
    assert hall.appliance
    running = hall.appliance.archives
    return ArchiveKeeper(
        hall.data_dir, running._journal, running._meets, running._outbox, running._keeper, days, lambda: now_ms
    )


async def mirrored(hall: World) -> None:
    assert hall.appliance
    keeper = hall.appliance.archives._keeper
    await keeper.mirrored()
    # What is on the same disk does not count as a second place; a test has only one.
    state = keeper._mirroring.bring_up_to_date(keeper.newest, "us", 0)
    names = frozenset(each.name for each in archives(hall.data_dir.parent / "mirror" / FOLDER))
    keeper.mirror = type(state)(state.place, archives=names)


async def test_a_meet_is_kept_as_a_file_when_its_results_are_sent(hall: World) -> None:
    table = await sent(hall)
    assert hall.appliance
    assert kept(hall) == []
    await hall.appliance.archives.look()
    assert kept(hall) == [f"{table.meet_id}-1.zip"]
    name, content = await hall.appliance.archives.of_meet(table.meet_id)
    assert name == "Cup.zip"
    assert archives(archives_in(hall.data_dir))[0].path.read_bytes() == content
    await hall.appliance.archives._keeper.mirrored()
    (copied,) = (hall.data_dir.parent / "mirror" / FOLDER).iterdir()
    assert copied.read_bytes() == content


async def test_what_is_not_sent_or_open_again_is_not_kept(hall: World) -> None:
    table = await hall.table()
    await table.create({"Desk": 10}, "Desk")
    assert hall.appliance
    await hall.appliance.archives.look()
    assert kept(hall) == []
    again = await sent(hall)
    await hall.appliance.results.reopen_for_operator(again.meet_id)
    await hall.appliance.archives.look()
    assert kept(hall) == []


@pytest.mark.parametrize(
    ("now_ms", "days", "in_mirror", "stays"),
    [
        (SET_MS + 400 * DAY_MS, 30, True, False),
        (SET_MS + 400 * DAY_MS, 30, False, True),
        (SET_MS + 400 * DAY_MS, 0, True, True),
        (SET_MS + 10 * DAY_MS, 30, True, True),
        (0, 30, True, True),
    ],
    ids=["old and copied", "not copied", "for ever", "young", "no clock"],
)
async def test_it_is_dropped_only_when_it_is_old_sent_and_copied(
    hall: World, monkeypatch: pytest.MonkeyPatch, now_ms: int, days: int, in_mirror: bool, stays: bool
) -> None:
    monkeypatch.setattr("appliance.publishing.outbox.wall_ms", lambda: SET_MS)
    await sent(hall)
    assert hall.appliance
    await keeper_at(hall, SET_MS).look()
    if in_mirror:
        await mirrored(hall)
    await keeper_at(hall, now_ms, days).look()
    assert bool(kept(hall)) is stays
    # It is not made again either.
    await keeper_at(hall, now_ms, days).look()
    assert bool(kept(hall)) is stays


class TestRest:
    async def left(self, hall: World, table: Table) -> Hub:
        """The one meet that runs, when its table is gone."""
        await table.socket.close()
        assert hall.appliance
        (hub,) = hall.appliance.meets.hubs
        while hub.present() or hub.waiting:
            await hall.appliance.works()
        return hub

    async def at_rest(self, hall: World) -> Table:
        table = await sent(hall)
        await self.left(hall, table)
        assert hall.appliance
        await hall.appliance.archives.look()
        assert hall.appliance.meets.hubs == []
        return table

    async def test_a_finished_meet_leaves_memory_and_is_still_here(self, hall: World) -> None:
        table = await self.at_rest(hall)
        assert hall.appliance
        assert hall.appliance.meets.names == {table.meet_id: "Cup"}
        assert hall.appliance.meets.is_closed(table.meet_id)
        assert "Cup" in (await hall.get("/"))[1]
        assert (await hall.appliance.archives.of_meet(table.meet_id))[0] == "Cup.zip"

    async def test_it_is_there_at_once_for_who_joins(self, hall: World) -> None:
        table = await self.at_rest(hall)
        later = await hall.table()
        await later.join(table.meet_id, "Desk")
        standing, done = await later.pull()
        assert ([each.update_value for each in standing], done.last_server_seq) == (["Cup"], 1)

    async def test_it_is_there_for_who_comes_back(self, hall: World) -> None:
        table = await self.at_rest(hall)
        later = await hall.table()
        later.token = table.token
        standing, _ = await later.pull()
        assert [each.update_value for each in standing] == ["Cup"]

    async def test_a_wrong_password_does_not_wake_it(self, hall: World) -> None:
        table = await self.at_rest(hall)
        stranger = await hall.table()
        await stranger.ask_to_join(table.meet_id, "Desk", password="a guess at random")
        await stranger.expect(messages.JoinRejected)
        assert hall.appliance
        assert hall.appliance.meets.hubs == []

    async def test_who_joins_while_it_waits_for_its_turn_keeps_it_awake(
        self, hall: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resting, table = await self.at_rest(hall), await sent(hall)
        hub = await self.left(hall, table)
        assert hall.appliance
        meets = hall.appliance.meets
        go_on, reload = asyncio.Event(), Journal.reload

        async def slowly(journal: Journal, meet_id: str) -> StoredMeet:
            await go_on.wait()
            return await reload(journal, meet_id)

        monkeypatch.setattr(Journal, "reload", slowly)
        waking = asyncio.create_task(meets.wake(resting.meet_id))
        putting = asyncio.create_task(meets.put_to_rest(lambda meet_id: meet_id == table.meet_id))
        later = await hall.table()
        await later.join(table.meet_id, "Desk")
        go_on.set()
        await asyncio.gather(waking, putting)
        assert meets.hub(table.meet_id) is hub

    async def test_it_is_no_reason_for_a_snapshot(self, hall: World) -> None:
        await self.at_rest(hall)
        assert hall.appliance
        keeper = hall.appliance.archives._keeper
        await keeper.take_if_changed(Reason.PERIODIC)
        assert not keeper.changed

    async def test_the_operator_opens_it(self, hall: World) -> None:
        table = await self.at_rest(hall)
        assert hall.appliance
        await hall.appliance.results.reopen_for_operator(table.meet_id)
        later = await hall.table()
        await later.join(table.meet_id, "Desk")
        assert await later.change(("meet.city", "Here")) == [2]

    async def test_one_that_is_used_or_open_or_not_sent_stays_awake(self, hall: World) -> None:
        used = await sent(hall)
        open_one = await hall.table()
        await open_one.create({"Desk": 10}, "Desk")
        await open_one.socket.close()
        assert hall.appliance
        await hall.appliance.archives.look()
        assert {hub.meet.meet_id for hub in hall.appliance.meets.hubs} == {used.meet_id, open_one.meet_id}
