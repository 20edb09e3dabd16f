"""The appliance notices what is wrong with it before anybody else does."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from appliance.upkeep.self_check import look
from tests.storage.filled import on_file
from tests.storage.records import MEET_ID
from tests.upkeep.house import House


async def test_a_sound_appliance_finds_nothing_and_counts_its_checks(house: House) -> None:
    await house.self_check.run()
    report = house.self_check.report
    assert (report.runs, report.found, report.problems) == (2, 0, ())
    assert report.at_ms > 0
    assert house.warned == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM log WHERE server_seq = 3", "number 3 is missing"),
        ("UPDATE meet SET digest = '0000000000000000'", "not 0000000000000000"),
        ("UPDATE log SET key = 'x.other' WHERE server_seq = 3", "in memory with the digest"),
        ("UPDATE log SET key = '..' WHERE server_seq = 3", "has the key"),
        ("UPDATE meet SET last_server_seq = 21", "the log ends at number 20"),
    ],
)
async def test_damage_while_it_runs_is_found_shown_and_counted(house: House, damage: str, said: str) -> None:
    on_file(house.database, damage)
    await house.self_check.run()
    assert any(said in problem for problem in house.self_check.report.problems)
    assert house.warned == ["self_check_failed"]
    found = house.self_check.report.found
    await house.self_check.run()
    assert house.self_check.report.found == 2 * found


async def test_memory_that_differs_from_the_disk_is_found(house: House) -> None:
    [hub] = house.meets.hubs
    wrong = msgspec.structs.replace(hub.settled, state_digest="0123456701234567")
    [problem] = look(house.database, {MEET_ID: wrong})
    assert "stood at 20 in memory with the digest 0123456701234567" in problem
    ahead = msgspec.structs.replace(hub.settled, last_server_seq=99)
    [problem] = look(house.database, {MEET_ID: ahead})
    assert "on disk it is None" in problem


async def test_memory_may_lag_behind_the_disk(house: House) -> None:
    """Updates go on being stored while it is being checked."""
    settled = {MEET_ID: house.meets.hubs[0].settled}
    await house.filled.grow(30)
    assert look(house.database, settled) == []


async def test_another_epoch_is_not_compared(house: House) -> None:
    [hub] = house.meets.hubs
    other = msgspec.structs.replace(hub.settled, epoch="f" * 16, state_digest="0123456701234567")
    assert look(house.database, {MEET_ID: other}) == []


async def test_a_meet_that_is_not_on_disk_is_found(house: House) -> None:
    assert look(house.database, {"999999999": house.meets.hubs[0].settled}) == [
        "meet 999999999 runs, but is not on disk"
    ]


async def test_a_disk_that_cannot_be_read_is_found(house: House) -> None:
    def refuse(_path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    assert look(house.database, {}, refuse) == ["disk I/O error"]


async def test_what_is_wrong_at_the_start_is_said_and_the_meet_only_read(house: House) -> None:
    on_file(house.database, "DELETE FROM log WHERE server_seq = 3")
    await house.take_up_again()
    assert house.warned == ["self_check_failed", "meet_read_only"]
    assert MEET_ID in house.board.active[1].detail
