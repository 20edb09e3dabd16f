"""How the second place is, whatever happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.service import warnings
from appliance.storage.durable import FileRefused
from appliance.storage.mirror import FOLDER, MountTable
from appliance.storage.snapshots import Reason, Snapshot, take
from appliance.upkeep import mirroring as mirroring_module
from appliance.upkeep.mirroring import Mirroring, MirrorState
from tests.small_disk import fill, mounted
from tests.storage.test_mirror import plug_in
from tests.upkeep.house import House


@pytest.fixture
def snapshots(house: House) -> list[Snapshot]:
    return [take(house.database, house.folder, Reason.MANUAL, at, 0) for at in (0, 10)]


@pytest.fixture
def mounts(tmp_path: Path) -> MountTable:
    (tmp_path / "by-label").mkdir()
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "sda1").touch()
    (tmp_path / "by-label" / "OPENLIFTER").symlink_to(tmp_path / "dev" / "sda1")
    return MountTable(tmp_path / "mountinfo", tmp_path / "by-label")


def a_mirror(configured: Path | None, mounts: MountTable, tmp_path: Path) -> Mirroring:
    return Mirroring(configured, mounts, tmp_path, 90)


def test_without_a_stick_nothing_is_missed(mounts: MountTable, tmp_path: Path, snapshots: list[Snapshot]) -> None:
    assert a_mirror(None, mounts, tmp_path).bring_up_to_date(snapshots[0], "us", 0) == MirrorState()


def test_a_stick_is_used_when_it_comes_and_missed_when_it_goes(
    mounts: MountTable, tmp_path: Path, snapshots: list[Snapshot]
) -> None:
    mirroring = a_mirror(None, mounts, tmp_path)
    stick = plug_in(tmp_path)
    state = mirroring.bring_up_to_date(snapshots[0], "us", 0)
    assert (state.place, state.newest, state.newest_sequence) == (stick / FOLDER, snapshots[0].name, 1)
    (tmp_path / "mountinfo").write_text("")
    assert mirroring.bring_up_to_date(snapshots[1], "us", 0).warning is warnings.MIRROR_GONE
    plug_in(tmp_path, "again")
    assert mirroring.bring_up_to_date(snapshots[1], "us", 0).newest == snapshots[1].name


def test_a_folder_that_was_named_is_missed_even_when_there_is_nothing_to_copy(
    mounts: MountTable, tmp_path: Path, snapshots: list[Snapshot]
) -> None:
    mirroring = a_mirror(tmp_path / "gone", mounts, tmp_path)
    for newest in (None, snapshots[0]):
        state = mirroring.bring_up_to_date(newest, "us", 0)
        assert (state.warning, state.newest) == (warnings.MIRROR_GONE, None)
        assert str(tmp_path / "gone") in state.detail


def test_a_mirror_on_another_disk_is_well(mounts: MountTable, tmp_path: Path, snapshots: list[Snapshot]) -> None:
    with mounted(tmp_path / "disk", megabytes=4) as disk:
        state = a_mirror(disk, mounts, tmp_path).bring_up_to_date(snapshots[0], "us", 0)
        assert state == MirrorState(disk, snapshots[0].name, 1)


def test_a_full_mirror_is_said(mounts: MountTable, tmp_path: Path, snapshots: list[Snapshot]) -> None:
    with mounted(tmp_path / "disk", megabytes=4) as disk:
        mirroring = a_mirror(disk, mounts, tmp_path)
        mirroring.bring_up_to_date(snapshots[0], "us", 0)
        ballast = fill(disk)
        state = mirroring.bring_up_to_date(snapshots[1], "us", 0)
        assert (state.warning, state.newest) == (warnings.MIRROR_FULL, snapshots[0].name)
        ballast.unlink()
        assert mirroring.bring_up_to_date(snapshots[1], "us", 0).warning is None


@pytest.mark.parametrize(("number", "kind"), mirroring_module._BY_ERROR.items())
def test_each_way_to_fail_has_its_warning(
    mounts: MountTable,
    tmp_path: Path,
    snapshots: list[Snapshot],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: warnings.OperatorWarning,
) -> None:
    (tmp_path / "mirror").mkdir(exist_ok=True)

    def refuse(*_: object) -> None:
        raise FileRefused(OSError(number, "refused"))

    monkeypatch.setattr(mirroring_module, "copy_to", refuse)
    state = a_mirror(tmp_path / "mirror", mounts, tmp_path).bring_up_to_date(snapshots[0], "us", 0)
    assert state.warning is kind
