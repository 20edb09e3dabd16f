"""What need not be kept is deleted, from a real folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.storage.journal import Journal
from appliance.storage.snapshots import Reason, snapshots, take
from appliance.storage.thinning import drop_oldest, thin
from tests.small_disk import fill, mounted
from tests.storage.filled import flip_byte

HOUR_S = 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "snapshots"


def sequences(folder: Path) -> list[int]:
    return [each.sequence for each in snapshots(folder)]


async def test_age_thins_out(journal: Journal, database_path: Path, folder: Path) -> None:
    for service_s in (0, 60, 120, 2 * HOUR_S, 2 * HOUR_S + 60):
        taken = take(database_path, folder, Reason.PERIODIC, service_s, 0)
    assert taken.record is not None
    dropped = thin(folder, taken.record.appliance_id, 2 * HOUR_S + 60, 90)
    assert [each.sequence for each in dropped] == [1, 2]
    assert sequences(folder) == [5, 4, 3]


async def test_a_folder_that_does_not_exist_needs_no_thinning(folder: Path) -> None:
    assert thin(folder, "us", 0, 10) == []


async def test_a_full_disk_keeps_the_newest_that_can_be_read(
    journal: Journal, database_path: Path, tmp_path: Path
) -> None:
    with mounted(tmp_path / "disk", megabytes=2) as disk:
        for _ in range(4):
            taken = take(database_path, disk, Reason.PERIODIC, 0, 0)
        flip_byte(taken.path, 5)
        fill(disk)
        assert [each.sequence for each in thin(disk, "us", 0, 50)] != []
        assert sequences(disk)[:1] in ([3], [4])
        assert 3 in sequences(disk)


async def test_for_the_meets_the_oldest_go_one_by_one_and_the_newest_that_can_be_read_stays(
    journal: Journal, database_path: Path, folder: Path
) -> None:
    for _ in range(4):
        taken = take(database_path, folder, Reason.PERIODIC, 0, 0)
    flip_byte(taken.path, 5)
    left = []
    while drop_oldest(folder) is not None:
        left.append(sequences(folder))
    assert left == [[3, 2, 1], [3, 2], [3]]
    assert drop_oldest(folder / "gone") is None
