"""The disk of the power cuts is honest: it keeps what was flushed, and of the rest what chance will."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.image.unsafe_disk import SECTOR, Fuse, UnsafeDisk, serve_machine

SECTORS = 8
OLD, ONE, TWO = (bytes([value]) * SECTOR for value in (0, 1, 2))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image"
    path.write_bytes(bytes(SECTORS * SECTOR))
    return path


@pytest.fixture
def disk(image: Path) -> Iterator[UnsafeDisk]:
    made = UnsafeDisk(image)
    yield made
    made.close()


def test_a_machine_reads_what_it_wrote_before_it_is_on_the_medium(disk: UnsafeDisk, image: Path) -> None:
    disk.write(SECTOR, ONE)
    assert disk.read(0, 3 * SECTOR) == OLD + ONE + OLD
    assert image.read_bytes() == bytes(SECTORS * SECTOR)


def test_a_flush_keeps_what_was_written_before_it(disk: UnsafeDisk, image: Path) -> None:
    disk.write(SECTOR, ONE + TWO)
    disk.flush()
    disk.write(SECTOR, TWO)
    assert image.read_bytes()[: 3 * SECTOR] == OLD + ONE + TWO


def test_a_cut_can_lose_tear_and_swap_what_was_not_flushed(disk: UnsafeDisk, image: Path) -> None:
    seen = set()
    random = Random(1)
    for _ in range(200):
        disk.write(0, OLD + OLD)
        disk.flush()
        disk.write(0, ONE + ONE)
        disk.write(0, TWO + TWO)
        disk.cut(random)
        first, second = image.read_bytes()[:SECTOR], image.read_bytes()[SECTOR : 2 * SECTOR]
        seen.add((first[0], second[0]))
    assert seen == {(first, second) for first in range(3) for second in range(3)}


def test_a_cut_says_how_much_it_took(disk: UnsafeDisk) -> None:
    for sector in range(SECTORS):
        disk.write(sector * SECTOR, ONE)
    newest, lost = disk.cut(Random(1))
    assert newest + lost == SECTORS
    assert newest
    assert lost


@given(
    st.lists(st.one_of(st.just("flush"), st.tuples(st.integers(0, SECTORS - 1), st.integers(1, 9)))),
    st.integers(),
)
def test_after_a_cut_each_sector_is_as_flushed_or_as_written_since(
    tmp_path_factory: pytest.TempPathFactory, done: list[str | tuple[int, int]], seed: int
) -> None:
    image = tmp_path_factory.mktemp("disk") / "image"
    image.write_bytes(bytes(SECTORS * SECTOR))
    disk = UnsafeDisk(image)
    allowed = {sector: {0} for sector in range(SECTORS)}
    newest = dict.fromkeys(range(SECTORS), 0)
    for step in done:
        if isinstance(step, str):
            disk.flush()
            allowed = {sector: {newest[sector]} for sector in range(SECTORS)}
        else:
            sector, value = step
            disk.write(sector * SECTOR, bytes([value]) * SECTOR)
            newest[sector] = value
            allowed[sector].add(value)
    disk.cut(Random(seed))
    disk.close()
    medium = image.read_bytes()
    for sector in range(SECTORS):
        held = set(medium[sector * SECTOR : (sector + 1) * SECTOR])
        assert len(held) == 1
        assert held <= allowed[sector]


def test_the_fuse_blows_once_before_the_nth_request() -> None:
    blown: list[int] = []
    fuse = Fuse(lambda: blown.append(1))
    assert not fuse.blows()
    fuse.set(3)
    assert [fuse.blows() for _ in range(5)] == [False, False, True, False, False]
    assert blown == [1]


@pytest.mark.skipif(shutil.which("qemu-io") is None, reason="there is no qemu-io (Debian: apt install qemu-utils)")
async def test_qemu_speaks_with_it(disk: UnsafeDisk, image: Path, tmp_path: Path) -> None:
    """The same client code that carries a virtual machine's disk."""
    socket = tmp_path / "disk"
    gone = asyncio.Event()

    async def machine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve_machine(disk, reader, writer)
        writer.close()
        gone.set()

    server = await asyncio.start_unix_server(machine, socket)
    async with server:
        commands = ["write -P 7 512 1024", "flush", "write -P 8 0 512", "read -P 8 0 512", "read -P 7 512 1024"]
        arguments = [part for command in commands for part in ("-c", command)]
        ran = await asyncio.to_thread(
            subprocess.run,
            ["qemu-io", "-f", "raw", "-t", "none", *arguments, f"nbd+unix:///?socket={socket}"],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        assert "verification failed" not in ran.stdout
        await asyncio.wait_for(gone.wait(), 10)
    assert image.read_bytes()[SECTOR : 3 * SECTOR] == bytes([7]) * 1024
