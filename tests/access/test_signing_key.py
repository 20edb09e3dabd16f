"""The signing key: made once, durable, and for the owner's eyes only."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest

from appliance.access.signing_key import KEY_BYTES, SigningKeyDamaged, load_or_create


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signing.key"


def test_the_first_start_makes_a_random_key_for_the_owner_only(path: Path) -> None:
    key = load_or_create(path)
    assert len(key) == KEY_BYTES
    assert mode_of(path) == 0o600
    assert key != load_or_create(path.with_name("other.key"))


def test_the_next_start_finds_the_same_key(path: Path) -> None:
    assert load_or_create(path) == load_or_create(path)


def test_the_key_is_never_readable_by_others_and_is_synced_before_it_gets_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real_fsync = os.fsync

    def watching_fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            synced.append(f"folder, key there: {path.exists()}")
        else:
            synced.append(f"{status.st_size} bytes, {stat.S_IMODE(status.st_mode):o}, there: {path.exists()}")
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watching_fsync)
    before = os.umask(0)
    try:
        load_or_create(path)
    finally:
        os.umask(before)
    assert synced == ["32 bytes, 600, there: False", "folder, key there: True"]
    assert [entry.name for entry in path.parent.iterdir()] == ["signing.key"]


def test_what_a_crash_left_half_written_is_not_taken_for_a_key(path: Path) -> None:
    unfinished = path.with_name("signing.key.new")
    unfinished.write_bytes(b"half")
    unfinished.chmod(0o666)
    assert len(load_or_create(path)) == KEY_BYTES
    assert mode_of(path) == 0o600
    assert not unfinished.exists()


@pytest.mark.parametrize("size", [0, 31, 33, 4096])
def test_a_file_of_another_size_is_named_and_left_alone(path: Path, size: int) -> None:
    path.write_bytes(b"k" * size)
    with pytest.raises(SigningKeyDamaged) as refused:
        load_or_create(path)
    assert (refused.value.path, refused.value.size) == (path, size)
    assert f"{path} has {size} bytes instead of 32" in str(refused.value)
    assert path.read_bytes() == b"k" * size


def test_a_key_that_others_may_read_is_closed_to_them_and_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = load_or_create(path)
    path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert load_or_create(path) == key
    assert mode_of(path) == 0o600
    (event,) = caplog.records
    assert event.getMessage() == "signing_key_mode_tightened"
    assert (vars(event)["path"], vars(event)["mode"]) == (str(path), "0644")


def test_a_key_that_is_private_already_is_loaded_in_silence(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    load_or_create(path)
    with caplog.at_level(logging.WARNING):
        load_or_create(path)
    assert not caplog.records


def test_a_folder_that_is_not_there_is_an_error_that_names_it(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_or_create(path.parent / "nowhere" / "signing.key")
