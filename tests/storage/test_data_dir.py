from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.storage.data_dir import DataDir
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
