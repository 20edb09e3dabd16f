"""A copy of the log that a client's next life can trust, or does without."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.client import canonical_file
from appliance.client.canonical import CanonicalLog
from appliance.client.canonical_file import CanonicalFile
from appliance.meet.records import Accepted
from appliance.protocol import keys
from appliance.protocol.messages import EpochBegun

MEET = "123456789"


def accepted(number: int, key: str = "") -> Accepted:
    return Accepted(number, key or f"x.k{number}", b'"v%d"' % number, "d", number, "Desk")


def take(log: CanonicalLog, *updates: Accepted) -> list[Accepted]:
    for update in updates:
        path = keys.parse(update.key)
        assert not isinstance(path, keys.MalformedKey)
        log.take(update, path)
    return list(updates)


@pytest.fixture
def log() -> CanonicalLog:
    log = CanonicalLog("a" * 16)
    log.lineage = (EpochBegun(epoch="a" * 16, after_server_seq=0),)
    return log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.pending.log"


def keep(file: CanonicalFile, log: CanonicalLog, applied: list[Accepted], *, anew: bool = False) -> bool:
    content, whole = file.note(log, MEET, applied, anew=anew)
    file.write(content, whole=whole)
    return whole


def loaded(path: Path) -> CanonicalLog:
    log = CanonicalFile(path, "c").load(MEET)
    assert log is not None
    return log


def test_it_comes_back_whole(path: Path, log: CanonicalLog) -> None:
    file = CanonicalFile(path, "c")
    assert keep(file, log, take(log, accepted(1), accepted(2)))
    assert not keep(file, log, take(log, accepted(3, "x.k1")))
    found = loaded(path)
    assert (found.applied, found.epoch, found.lineage) == (3, log.epoch, log.lineage)
    assert found.state.since(0) == log.state.since(0)
    assert found.answered == {"d": 3}
    assert path.stat().st_mode & 0o077 == 0


def test_a_torn_end_is_left_out(path: Path, log: CanonicalLog) -> None:
    file = CanonicalFile(path, "c")
    keep(file, log, take(log, accepted(1)))
    whole = path.stat().st_size
    keep(file, log, take(log, accepted(2)))
    content = path.read_bytes()
    for end in range(whole, len(content)):
        path.write_bytes(content[:end])
        assert loaded(path).applied == 1


def test_what_does_not_fit_together_is_not_believed(path: Path, log: CanonicalLog) -> None:
    assert CanonicalFile(path, "c").load(MEET) is None
    keep(CanonicalFile(path, "c"), log, take(log, accepted(1), accepted(2)))
    content = path.read_bytes()
    for wrong in (content.replace(b"x.k2", b"x.k9"), b"", b"{}\n", content.replace(b"stands", b"falls"), content[5:]):
        path.write_bytes(wrong)
        assert CanonicalFile(path, "c").load(MEET) is None
    path.write_bytes(content)
    assert CanonicalFile(path, "somebody else").load(MEET) is None
    assert CanonicalFile(path, "c").load("987654321") is None


def test_it_stays_small(path: Path, log: CanonicalLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical_file, "COMPACT_LINES", 20)
    file = CanonicalFile(path, "c")
    for number in range(1, 200):
        keep(file, log, take(log, accepted(number, "meet.name")))
        assert len(path.read_bytes().splitlines()) < 30
    assert loaded(path).applied == 199


def test_another_log_takes_its_place(path: Path, log: CanonicalLog) -> None:
    file = CanonicalFile(path, "c")
    keep(file, log, take(log, accepted(1), accepted(2)))
    other = CanonicalLog("b" * 16)
    take(other, accepted(1, "x.other"))
    assert keep(file, other, [], anew=True)
    assert (loaded(path).epoch, loaded(path).state.digest) == ("b" * 16, other.state.digest)
