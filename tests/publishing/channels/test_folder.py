"""The bundle as files: whole, or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.publishing.channels.channel import Unavailable
from appliance.publishing.channels.folder import ON_STICK, FolderChannel
from appliance.storage.mirror import LABEL, MountTable
from tests.publishing.channels.test_mail import outgoing
from tests.publishing.hall import CSV, CUP, Hall
from tests.small_disk import fill, mounted

NO_STICK = MountTable(Path("/nonexistent"), Path("/nonexistent"))


def a_stick(tmp_path: Path) -> tuple[MountTable, Path]:
    """A stick with our label, as the system's tables show it."""
    stick, labels = tmp_path / "media", tmp_path / "labels"
    stick.mkdir()
    labels.mkdir()
    device = tmp_path / "sda1"
    device.touch()
    (labels / LABEL).symlink_to(device)
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"36 35 8:1 / {stick} rw - vfat {device} rw\n")
    return MountTable(mountinfo, labels), stick


async def test_all_there_is_of_it_is_in_a_folder_of_its_own(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path, NO_STICK)
    sent = outgoing()
    assert await channel.find(sent) is None
    receipt = await channel.submit(sent)
    [bundle] = tmp_path.iterdir()
    assert bundle.name == f"Cup-der-Stärksten-{sent.key}"
    files = {path.name: path.read_bytes() for path in bundle.iterdir()}
    assert files["Cup-der-Stärksten.opl.csv"] == CSV.encode()
    assert files["Cup-der-Stärksten.openlifter"] == CUP.state
    assert sent.key in files["submission.txt"].decode()
    assert len(files) == 3
    assert str(bundle) in receipt
    assert "by hand" in receipt
    assert await channel.find(sent) == receipt


async def test_what_a_crash_left_half_made_is_not_found_and_made_anew(tmp_path: Path) -> None:
    channel, sent = FolderChannel(tmp_path, NO_STICK), outgoing()
    half = tmp_path / f"Cup-der-Stärksten-{sent.key}.part"
    half.mkdir()
    (half / "old").touch()
    assert await channel.find(sent) is None
    await channel.submit(sent)
    [bundle] = tmp_path.iterdir()
    assert len(list(bundle.iterdir())) == 3


async def test_a_stick_is_used_when_it_is_there(tmp_path: Path) -> None:
    mounts, stick = a_stick(tmp_path)
    channel = FolderChannel(None, mounts)
    assert channel.obstacle() is None
    await channel.submit(outgoing())
    assert len(list((stick / ON_STICK).iterdir())) == 1
    mounts.mountinfo.write_text("")
    assert channel.obstacle() == "no USB stick labelled OPENLIFTER is plugged in"
    with pytest.raises(Unavailable, match="no USB stick"):
        await channel.find(outgoing())


async def test_a_name_of_a_meet_leads_nowhere_else(tmp_path: Path) -> None:
    sent = outgoing()
    for name in ("../../etc", "/", "..", "", "a\0b", "CON", "x" * 300, "日本" * 100):
        odd = replace(sent.publication, meet_name=name, publication_id=f"{len(name)}{abs(hash(name))}")
        await FolderChannel(tmp_path, NO_STICK).submit(replace(sent, publication=odd))
    assert all(path.parent == tmp_path and path.is_dir() for path in tmp_path.iterdir())


async def test_a_test_writes_and_leaves_nothing(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path / "results", NO_STICK)
    assert channel.obstacle() == f"the folder {tmp_path / 'results'} is not there"
    with pytest.raises(Unavailable, match="is not there"):
        await channel.test()
    (tmp_path / "results").mkdir()
    assert "could be written" in await channel.test()
    assert list((tmp_path / "results").iterdir()) == []


async def test_a_full_disk_leaves_nothing_and_is_tried_again(tmp_path: Path, hall: Hall) -> None:
    with mounted(tmp_path / "disk", megabytes=2) as disk:
        fill(disk)
        hall.channel = FolderChannel(disk, NO_STICK)
        await hall.open()
        published = await hall.publish()
        assert (published.state, published.last_error) == ("queued", f"{disk}: the disk is full")
        assert not [path for path in disk.iterdir() if path.is_dir() and path.name != "lost+found"]


async def test_results_wait_for_the_stick(tmp_path: Path, hall: Hall) -> None:
    hall.channel = FolderChannel(tmp_path / "later", NO_STICK)
    await hall.open()
    published = await hall.publish()
    assert (published.attempts, hall.warned) == (0, ["publishing_not_set_up"])
    (tmp_path / "later").mkdir()
    await hall.later(5)
    assert hall.of(published).state == "sent"
