"""What is done again and again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from appliance.protocol import messages
from appliance.storage.data_dir import snapshots_in
from appliance.storage.snapshots import Reason, snapshots, take
from appliance.upkeep import recurring
from tests.small_disk import fill, mounted
from tests.upkeep.test_flights import lifter
from tests.world import Table, World, update, world


async def scored(venue: World) -> Table:
    """A table that has just given the last result of a flight."""
    table = await venue.table()
    await table.create({"A": 1}, "A")
    await table.change(("registration.entries[105000]", lifter(105000, [100, 0, 0, 0, 0], [0] * 5)))
    return table


async def reasons(venue: World, first: str) -> list[str]:
    """The reasons of the snapshots there are, as soon as the newest has this one."""
    async with asyncio.timeout(10):
        while True:
            found = [each.record.reason for each in snapshots(snapshots_in(venue.data_dir)) if each.record]
            if found[:1] == [first]:
                return [str(reason) for reason in found]
            await asyncio.sleep(0.01)


async def test_the_end_of_a_flight_is_worth_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "FLIGHTS_S", 0.05)
    async with world(tmp_path / "data") as venue:
        table = await scored(venue)
        # The first look finds nothing to compare with, so it must have come before the result.
        await asyncio.sleep(0.2)
        await table.change(("registration.entries[105000].squatStatus[0]", 1), after=1)
        assert await reasons(venue, "flight-end") == ["flight-end"]


async def test_every_few_minutes_what_has_changed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "SNAPSHOT_S", 0.05)
    async with world(tmp_path / "data") as venue:
        table = await venue.table()
        await table.create({"A": 1}, "A")
        assert await reasons(venue, "periodic")
        await table.change(("meet.name", "Cup"))
        while len(await reasons(venue, "periodic")) < 2:
            await asyncio.sleep(0.01)


async def test_a_stop_keeps_what_has_changed_and_nothing_twice(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        assert snapshots(snapshots_in(venue.data_dir)) == []
        table = await venue.table()
        await table.create({"A": 1}, "A")
        await table.change(("meet.name", "Cup"))
        await venue.restart()
        assert await reasons(venue, "shutdown") == ["shutdown"]
    assert len(snapshots(snapshots_in(tmp_path / "data"))) == 1


async def test_on_a_full_disk_the_oldest_snapshots_make_room_until_updates_fit_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurring, "ROOM_S", 0.05)
    with mounted(tmp_path / "disk", megabytes=4) as disk:
        async with world(disk / "data") as venue:
            table, reader = await venue.table(), await venue.table()
            created = await table.create({"A": 1}, "A")
            await reader.join(created.meet_id, "A", readOnly=True)
            folder = snapshots_in(venue.data_dir)
            for _ in range(5):
                newest = take(venue.data_dir / "meets.sqlite3", folder, Reason.PERIODIC, 0, 0)
            fill(disk)
            big = update("x.big", "x" * 60_000, 1)
            busy = 0
            answer: object = None
            while not isinstance(answer, messages.UpdateAck):
                await table.send_updates(big)
                answer = await table.hear()
                busy += isinstance(answer, messages.ServerBusy)
                # What it has can be read all the while.
                await reader.pull()
            assert busy
            there = [each.sequence for each in snapshots(folder)]
            assert len(there) < 5
            assert there == list(range(newest.sequence, newest.sequence - len(there), -1))
