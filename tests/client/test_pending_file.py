"""What a client has shown as entered survives it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import structs

from appliance.client import pending_file
from appliance.client.credentials import Saved, SavedSession
from appliance.client.pending import Pending
from appliance.client.pending_file import PendingFile, PendingFileDamaged, PendingFileInUse
from appliance.protocol.messages import EntryIdBlock

SESSION = SavedSession(
    "123456789", "Platform 1", False, "token", "00000000000000e1", 2, EntryIdBlock(first=1000, last=1999)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "platform 1.pending"


@contextmanager
def opened(path: Path) -> Iterator[PendingFile]:
    file = PendingFile(path, "a")
    try:
        yield file
    finally:
        file.close()


def change(local_seq: int, after: int = 0) -> Pending:
    return Pending(local_seq, "meet.name", ("meet", "name"), b'"Cup %d"' % local_seq, after)


def sync(file: PendingFile) -> None:
    batch = file.take()
    assert batch is not None
    file.write(batch)


def saved(path: Path) -> Saved:
    with opened(path) as file:
        return file.saved


def test_a_new_file_knows_nothing_but_whose_it_is(path: Path) -> None:
    with opened(path) as file:
        assert file.saved == Saved()
    reopened = PendingFile(path, "somebody else")
    reopened.close()
    assert reopened.client_id == "a"


def test_everything_comes_back(path: Path) -> None:
    with opened(path) as file:
        file.joined(SESSION, last_local_seq=0)
        for number in (1, 2, 3):
            file.made(change(number))
        file.answered(1)
        file.renewed("newer token")
        sync(file)
    assert saved(path) == Saved(structs.replace(SESSION, session_token="newer token"), 4, (change(2), change(3)))


def test_numbers_are_never_used_twice(path: Path) -> None:
    with opened(path) as file:
        file.joined(SESSION, last_local_seq=41)
        file.made(change(42))
        file.answered(42)
        sync(file)
    assert saved(path).next_local_seq == 43


def test_another_epoch_rebases_what_is_pending(path: Path) -> None:
    with opened(path) as file:
        file.joined(SESSION, last_local_seq=0)
        file.made(change(1, after=5))
        file.made(change(2, after=9))
        file.rebased("00000000000000e2", 7)
        sync(file)
    again = saved(path)
    assert again.session is not None
    assert again.session.epoch == "00000000000000e2"
    assert [update.after for update in again.pending] == [5, 7]


def test_all_that_was_noted_is_one_batch_that_says_how_far_it_goes(path: Path) -> None:
    with opened(path) as file:
        file.made(change(1))
        file.made(change(2))
        batch = file.take()
        assert batch is not None
        assert batch.made_up_to == 2
        assert file.take() is None


def test_what_was_not_written_is_not_there(path: Path) -> None:
    with opened(path) as file:
        file.made(change(1))
        sync(file)
        file.made(change(2))
    assert saved(path).pending == (change(1),)


@pytest.mark.parametrize("torn_bytes", [1, 5, 40])
def test_a_torn_last_line_was_never_sent_so_its_number_is_free(path: Path, torn_bytes: int) -> None:
    with opened(path) as file:
        file.made(change(1))
        file.made(change(2))
        sync(file)
    os.truncate(path, path.stat().st_size - torn_bytes)
    with opened(path) as file:
        assert file.saved == Saved(None, 2, (change(1),))
        file.made(change(2))
        sync(file)
    assert saved(path).pending == (change(1), change(2))


def test_damage_before_the_end_is_said_with_its_line(path: Path) -> None:
    with opened(path) as file:
        file.made(change(1))
        file.made(change(2))
        sync(file)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"\0" * 20 + b"\n" + lines[2])
    with pytest.raises(PendingFileDamaged, match="line 2"):
        PendingFile(path, "a")


def test_another_file_is_not_taken_for_one(path: Path) -> None:
    path.write_text("Dear diary,\ntoday\n")
    with pytest.raises(PendingFileDamaged, match="line 1"):
        PendingFile(path, "a")
    assert path.read_text().startswith("Dear diary")


def test_a_second_user_is_refused_until_the_first_is_done(path: Path) -> None:
    with opened(path), pytest.raises(PendingFileInUse, match=path.name):
        PendingFile(path, "a")
    with opened(path):
        pass


def test_it_stays_small(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_file, "COMPACT_LINES", 20)
    with opened(path) as file:
        file.joined(SESSION, last_local_seq=0)
        for number in range(1, 500):
            file.made(change(number))
            sync(file)
            if number != 250:
                file.answered(number)
        assert path.stat().st_size < 10_000
        with pytest.raises(PendingFileInUse):
            PendingFile(path, "a")
        file.made(change(500))
        sync(file)
    assert saved(path) == Saved(SESSION, 501, (change(250), change(500)))
    assert [each.name for each in path.parent.iterdir() if each.suffix == ".new"] == []


def test_after_a_failed_write_nothing_more_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with opened(path) as file:
        file.made(change(1))
        monkeypatch.setattr(os, "fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            sync(file)
        assert not file.writable


def test_it_holds_a_session_so_only_its_user_may_read_it(path: Path) -> None:
    with opened(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
