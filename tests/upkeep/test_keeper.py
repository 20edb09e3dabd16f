"""Snapshots of a running appliance."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import msgspec
import pytest

from appliance.storage.errors import StorageError
from appliance.storage.snapshots import Reason, remove
from appliance.upkeep import keeper as keeper_module
from tests.storage.filled import on_file
from tests.upkeep.house import House


async def test_only_what_has_changed_is_taken(house: House) -> None:
    await house.keeper.start()
    assert house.keeper.changed
    await house.keeper.take_if_changed(Reason.PERIODIC)
    first = house.keeper.newest
    assert first is not None
    await house.keeper.take_if_changed(Reason.PERIODIC)
    assert house.keeper.newest is first
    await house.filled.grow(1)
    await house.take_up_again()
    await house.keeper.take_if_changed(Reason.FLIGHT_END)
    assert [each.record.reason for each in await house.keeper.all() if each.record] == ["flight-end", "periodic"]


async def test_the_newest_is_known_again_after_a_start_and_half_made_ones_are_gone(house: House) -> None:
    taken = await house.keeper.take(Reason.MANUAL)
    (house.folder / "000002.part").touch()
    house.keeper.newest = msgspec.structs.replace(taken, record=None)
    await house.keeper.start()
    assert house.keeper.newest == taken
    assert not (house.folder / "000002.part").exists()
    assert not house.keeper.changed


async def test_a_failure_is_a_warning_until_the_next_success(house: House) -> None:
    on_file(house.database, "UPDATE meet SET digest = '0000000000000000'")
    await house.keeper.take_if_changed(Reason.PERIODIC)
    assert "snapshot_failed" in house.warned
    with pytest.raises(StorageError):
        await house.keeper.take(Reason.MANUAL)
    on_file(house.database, f"UPDATE meet SET digest = '{house.filled.log.digest}'")
    await house.keeper.take(Reason.MANUAL)
    assert "snapshot_failed" not in house.warned


async def test_the_mirror_gets_the_newest_and_its_absence_is_a_warning(house: House) -> None:
    await house.keeper.start()
    await house.keeper.mirrored()
    assert house.warned == ["mirror_gone"]
    house.mirror.mkdir()
    taken = await house.keeper.take(Reason.MANUAL)
    await house.keeper.mirrored()
    assert house.keeper.mirror.newest == taken.name
    assert (house.mirror / taken.name).read_bytes() == taken.path.read_bytes()
    # The test's two folders lie on one disk.
    assert house.warned == ["mirror_same_disk"]


async def test_numbers_go_on_from_a_mirror_that_has_come_further(house: House) -> None:
    house.mirror.mkdir()
    taken = await house.keeper.take(Reason.MANUAL)
    (house.mirror / taken.name.replace("000001", "000041")).write_bytes(taken.path.read_bytes())
    remove(taken)
    await house.keeper.start()
    await house.keeper.mirrored()
    assert (await house.keeper.take(Reason.MANUAL)).sequence == 42


async def test_a_mirror_that_hangs_holds_up_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_module, "LAST_COPY_S", 0.01)
    house.mirror.mkdir()
    hanging, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hang(*_: object) -> Path:
        loop.call_soon_threadsafe(hanging.set)
        go_on.wait()
        return house.mirror

    monkeypatch.setattr("appliance.upkeep.mirroring.copy_to", hang)
    await house.keeper.take(Reason.MANUAL)
    await hanging.wait()
    assert (await house.keeper.take(Reason.MANUAL)).sequence == 2
    await house.keeper.close()
    go_on.set()


async def test_a_disk_that_runs_full_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.keeper.keep_room()
    before = house.warned
    monkeypatch.setattr(keeper_module, "budget_bytes", lambda *_: 0)
    await house.keeper.keep_room()
    assert "disk_nearly_full" not in before
    assert "disk_nearly_full" in house.warned
    monkeypatch.undo()
    await house.keeper.keep_room()
    assert "disk_nearly_full" not in house.warned
