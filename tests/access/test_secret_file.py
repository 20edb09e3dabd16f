"""A secret is there whole, and for its owner only."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from appliance.access import secret_file
from appliance.access.secret_file import write_secret


def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    for content in (b"one", b"another"):
        write_secret(path, content)
        assert path.read_bytes() == content
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_until_it_is_on_disk_the_old_content_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_secret(path, b"old")

    def refuse(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space left"):
            write_secret(path, b"new")
    assert path.read_bytes() == b"old"
    write_secret(path, b"new")
    assert path.read_bytes() == b"new"
    assert secret_file.OWNER_ONLY == 0o600
