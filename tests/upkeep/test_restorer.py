"""Going back while tables are at work."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from appliance.protocol.words import CloseCode
from appliance.storage.errors import StorageError
from appliance.storage.snapshots import Reason
from appliance.upkeep.restorer import Restorer
from tests.storage.filled import on_file
from tests.upkeep.house import House
from tests.web.test_operator import Operator, snapshot_now
from tests.world import World


def restorer(house: House) -> Restorer:
    return Restorer(
        house.data_dir, house.journal, house.meets, house.doors, house.keeper, house.self_check, house.clock
    )


async def test_it_goes_back_keeps_the_present_and_begins_an_epoch(house: House) -> None:
    yesterday = await house.keeper.take(Reason.PERIODIC)
    epoch = house.meets.hubs[0].epoch
    await house.filled.grow(5)
    await house.take_up_again()
    [stand] = await restorer(house).restore(yesterday)
    [hub] = house.meets.hubs
    assert hub.settled.last_server_seq == 20
    # The hub may have begun one of its own since.
    assert stand.epoch in [begun.epoch for begun in hub.lineage]
    assert stand.epoch != epoch
    newest = house.keeper.newest
    assert newest is not None
    assert newest.record is not None
    assert (newest.record.reason, newest.record.positions[0].last_server_seq) == (Reason.BEFORE_RESTORE, 25)
    [back] = await restorer(house).restore(newest)
    assert (back.last_server_seq, back.digest) == (25, house.filled.log.digest)


async def test_a_snapshot_that_is_damaged_changes_nothing(house: House) -> None:
    taken = await house.keeper.take(Reason.PERIODIC)
    on_file(taken.path, "DELETE FROM log WHERE server_seq = 3")
    before = house.meets.hubs[0]
    with pytest.raises(StorageError, match="number 3 is missing"):
        await restorer(house).restore(taken)
    assert house.meets.hubs == [before]


async def test_a_swap_that_fails_leaves_the_meets_running_as_they_were(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await house.keeper.take(Reason.PERIODIC)
    await house.filled.grow(5)
    await house.take_up_again()

    def refuse(*_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr("appliance.upkeep.restorer.keep_present", refuse)
    with pytest.raises(StorageError, match="the disk is full"):
        await restorer(house).restore(taken)
    [hub] = house.meets.hubs
    assert hub.settled.last_server_seq == 25
    assert [path.name for path in house.data_dir.iterdir() if path.name.startswith("restored")] == []


async def test_tables_reconnect_by_themselves_and_hear_of_the_new_epoch(venue: World) -> None:
    """And work on at once, with the session they have."""
    table = await venue.table()
    created = await table.create({"A": 1}, "A")
    await table.change(("meet.name", "Yesterday"))
    async with Operator(venue) as operator:
        name = await snapshot_now(operator)
        await table.change(("meet.name", "Today"), after=1)
        leaving = asyncio.create_task(table.closed())
        answer = await operator.post("/operator/restore", {"name": name, "confirm": "RESTORE"})
        assert answer.status == 200
    assert await leaving == CloseCode.GOING_DOWN
    again = await venue.table()
    again.token, again.local_seq = table.token, 1
    relayed, done = await again.pull(2, epoch=created.epoch)
    assert [(each.update_key, each.update_value) for each in relayed] == [("meet.name", "Yesterday")]
    assert done.last_server_seq == 1
    assert done.epoch != created.epoch
    assert await again.change(("meet.name", "Tomorrow"), after=1) == [2]


async def test_yesterdays_snapshot_can_be_restored_after_a_restart(venue: World, tmp_path: Path) -> None:
    table = await venue.table()
    await table.create({"A": 1}, "A")
    await table.change(("meet.name", "Yesterday"))
    await venue.restart()
    again = await venue.table()
    again.token, again.local_seq = table.token, 1
    await again.change(("meet.name", "Today"), after=1)
    async with Operator(venue) as operator:
        state = await operator.state()
        [yesterday] = state["snapshots"]
        [change] = yesterday["changes"]
        assert (change["now"], change["then"]) == (2, 1)
        answer = await operator.post("/operator/restore", {"name": yesterday["name"], "confirm": "RESTORE"})
        assert answer.status == 200, msgspec.json.encode(await answer.json())
        assert (await operator.state())["meets"][0]["lastServerSeq"] == 1
