"""The second place: how it is found, and what happens when it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.storage import mirror
from appliance.storage.durable import SYNC_EVERY_BYTES, FileRefused
from appliance.storage.errors import StorageFailed
from appliance.storage.mirror import Mirror, MountTable, copy_to, find, same_disk
from tests.small_disk import fill, mounted

LINE = "101 28 8:1 / {} rw,nosuid,relatime shared:55 - vfat {} rw,fmask=0022\n"


@pytest.fixture
def table(tmp_path: Path) -> MountTable:
    """A system with one stick, `/dev/sda1`, that has our label and is not mounted."""
    (tmp_path / "dev" / "by-label").mkdir(parents=True)
    (tmp_path / "dev" / "sda1").touch()
    (tmp_path / "dev" / "by-label" / "OPENLIFTER").symlink_to("../sda1")
    (tmp_path / "mountinfo").write_text("28 1 8:2 / / rw - ext4 /dev/sdb2 rw\n")
    return MountTable(tmp_path / "mountinfo", tmp_path / "dev" / "by-label")


def plug_in(tmp_path: Path, name: str = "stick") -> Path:
    """Mount the stick on a folder."""
    stick = tmp_path / name
    stick.mkdir()
    escaped = str(stick).replace(" ", "\\040")
    (tmp_path / "mountinfo").write_text(LINE.format(escaped, tmp_path / "dev" / "sda1"))
    return stick


class TestFinding:
    def test_a_stick_with_our_label_is_found_where_it_is_mounted(self, table: MountTable, tmp_path: Path) -> None:
        assert find(None, table) is None
        stick = plug_in(tmp_path, "a stick")
        assert find(None, table) == Mirror(stick, stick / "openlifter-snapshots")

    def test_another_stick_is_left_alone(self, table: MountTable, tmp_path: Path) -> None:
        (tmp_path / "mountinfo").write_text(LINE.format(tmp_path, tmp_path / "dev" / "sdc1"))
        assert find(None, table) is None

    def test_a_system_without_such_tables_has_no_stick(self, tmp_path: Path) -> None:
        assert find(None, MountTable(tmp_path / "none", tmp_path / "none")) is None

    def test_a_torn_table_is_no_error(self, table: MountTable, tmp_path: Path) -> None:
        (tmp_path / "mountinfo").write_bytes(b"\xff\n1 2 - \n - vfat\n\n")
        assert find(None, table) is None

    def test_the_folder_that_was_named_goes_first_even_if_it_is_gone(self, table: MountTable, tmp_path: Path) -> None:
        plug_in(tmp_path)
        found = find(tmp_path / "named", table)
        assert found == Mirror(tmp_path / "named", tmp_path / "named")
        assert not found.there


class TestCopying:
    @pytest.fixture
    def snapshot(self, tmp_path: Path) -> Path:
        path = tmp_path / "000001-manual-20261123T141502Z.sqlite3"
        path.write_bytes(b"x" * (SYNC_EVERY_BYTES + 5))
        return path

    def test_a_copy_is_whole_and_made_once(self, snapshot: Path, tmp_path: Path) -> None:
        stick = tmp_path / "stick"
        stick.mkdir()
        there = Mirror(stick, stick / "openlifter-snapshots")
        copied = copy_to(there, snapshot)
        assert copied.read_bytes() == snapshot.read_bytes()
        inode = copied.stat().st_ino
        assert copy_to(there, snapshot).stat().st_ino == inode

    def test_what_is_not_there_is_not_made(self, snapshot: Path, tmp_path: Path) -> None:
        with pytest.raises(FileRefused, match="the folder is not there"):
            copy_to(Mirror(tmp_path / "gone", tmp_path / "gone" / "sub"), snapshot)
        assert not (tmp_path / "gone").exists()

    def test_a_full_mirror_keeps_what_it_has(self, snapshot: Path, tmp_path: Path) -> None:
        with mounted(tmp_path / "stick", megabytes=4) as stick:
            first = copy_to(Mirror(stick, stick), snapshot)
            fill(stick)
            second = snapshot.with_name("000002-manual-20261123T141502Z.sqlite3")
            second.write_bytes(snapshot.read_bytes())
            with pytest.raises(FileRefused, match="the disk is full"):
                copy_to(Mirror(stick, stick), second)
            assert sorted(path.name for path in stick.iterdir()) == [first.name, "ballast"]

    def test_a_mirror_pulled_during_a_write_leaves_nothing_that_looks_like_a_snapshot(
        self, snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stick = tmp_path / "stick"
        stick.mkdir()
        looks = iter([True, False])
        monkeypatch.setattr(Mirror, "there", property(lambda _: next(looks)))
        with pytest.raises(StorageFailed, match="the folder is not there"):
            copy_to(Mirror(stick, stick), snapshot)
        assert list(stick.iterdir()) == []


def test_one_disk_and_two(tmp_path: Path) -> None:
    assert same_disk(tmp_path, tmp_path)
    assert not same_disk(tmp_path, Path("/proc"))
    assert not same_disk(tmp_path, tmp_path / "gone")
    assert mirror.LABEL == "OPENLIFTER"
