from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.storage.data_dir import DataDir, left_to_its_owner
from appliance.storage.errors import DataDirInUse, StorageFailed


def test_a_new_data_directory_is_for_its_owner_only(tmp_path: Path) -> None:
    data_dir = DataDir.claim(tmp_path / "new" / "data")
    assert stat.S_IMODE(data_dir.path.stat().st_mode) == 0o700
    assert data_dir.database.parent == data_dir.signing_key.parent == data_dir.path
    data_dir.release()


def test_a_second_process_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    data_dir = DataDir.claim(tmp_path)
    claim = "import sys, pathlib; from appliance.storage.data_dir import *; DataDir.claim(pathlib.Path(sys.argv[1]))"
    second = subprocess.run([sys.executable, "-c", claim, str(tmp_path)], capture_output=True, text=True, check=False)
    assert f"DataDirInUse: the data directory {tmp_path} is in use by another appliance" in second.stderr
    assert f"(process {os.getpid()})" in second.stderr
    with pytest.raises(DataDirInUse):
        DataDir.claim(tmp_path)
    data_dir.release()


def test_a_released_data_directory_can_be_claimed_again(tmp_path: Path) -> None:
    DataDir.claim(tmp_path).release()
    DataDir.claim(tmp_path).release()


def test_a_path_that_cannot_be_a_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match=r"data directory .*/file cannot be used"):
        DataDir.claim(tmp_path / "file")


SERVICE = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes into the directory of somebody else")
class TestWhatRootWrites:
    def test_belongs_to_the_owner_of_the_data_directory(self, tmp_path: Path) -> None:
        os.chown(tmp_path, SERVICE, SERVICE)
        with left_to_its_owner(tmp_path):
            (tmp_path / "snapshots").mkdir()
            (tmp_path / "snapshots" / "one.sqlite3").write_text("")
        for path in (tmp_path / "snapshots", tmp_path / "snapshots" / "one.sqlite3"):
            assert (path.stat().st_uid, path.stat().st_gid) == (SERVICE, SERVICE)

    def test_also_when_it_failed(self, tmp_path: Path) -> None:
        os.chown(tmp_path, SERVICE, SERVICE)

        def fail() -> None:
            with left_to_its_owner(tmp_path):
                (tmp_path / "half").write_text("")
                raise OSError("the disk is full")

        with pytest.raises(OSError, match="full"):
            fail()
        assert (tmp_path / "half").stat().st_uid == SERVICE

    def test_a_file_of_root_elsewhere_is_not_given_away_by_a_link(self, tmp_path: Path) -> None:
        data, shadow = tmp_path / "data", tmp_path / "shadow"
        data.mkdir()
        os.chown(data, SERVICE, SERVICE)
        shadow.write_text("")
        (data / "hard").hardlink_to(shadow)
        (data / "soft").symlink_to(shadow)
        with left_to_its_owner(data):
            pass
        assert shadow.stat().st_uid == 0
        assert (data / "soft").lstat().st_uid == SERVICE

    def test_in_a_directory_of_root_stays_with_root(self, tmp_path: Path) -> None:
        with left_to_its_owner(tmp_path):
            (tmp_path / "file").write_text("")
        assert (tmp_path / "file").stat().st_uid == 0
