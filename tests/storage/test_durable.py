"""Files are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.storage import durable
from appliance.storage.durable import FileRefused
from tests.small_disk import fill, mounted


def test_a_copy_is_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (tmp_path / "one").write_bytes(content)
    chunks: list[int] = []
    durable.copy(tmp_path / "one", tmp_path / "two", lambda: chunks.append(1))
    assert (tmp_path / "two").read_bytes() == content
    assert len(chunks) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_copy_that_fails_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 5_000_000)
    with mounted(tmp_path / "disk", megabytes=1) as disk:
        with pytest.raises(FileRefused, match="the disk is full"):
            durable.copy(tmp_path / "one", disk / "two")
        assert list(disk.iterdir()) == []


def test_what_was_written_stands_until_the_new_content_is_whole(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", megabytes=1) as disk:
        durable.write(disk / "file", b"old")
        ballast = fill(disk)
        with pytest.raises(FileRefused, match="the disk is full"):
            durable.write(disk / "file", b"new" * 10_000)
        assert (disk / "file").read_bytes() == b"old"
        ballast.unlink()
        durable.write(disk / "file", b"new")
        assert (disk / "file").read_bytes() == b"new"
        assert (disk / "file").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_said_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="the folder is not there"):
        durable.write(tmp_path / "none" / "file", b"x")


def test_what_cannot_be_discarded_is_no_error(tmp_path: Path) -> None:
    durable.discard(tmp_path / "none")
    durable.discard(tmp_path)
    assert tmp_path.is_dir()
