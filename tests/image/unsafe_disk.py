"""A disk that keeps only what it was told to flush: an NBD server for a virtual machine whose plug is pulled.

What was written and not yet flushed lies in a cache that loses power with the machine. Of each sector there, chance
decides what the medium holds afterwards: what it held before, or any of the versions that were on their way, in no
order, so that writes can be torn and swapped. What was flushed stays. Only sectors are whole, as on real cards. A flush
takes its time, as on real cards too: what is cut in the middle of one is as if there had been none.

    python -m tests.image.unsafe_disk IMAGE SOCKET [--seed N] [--flush-ms X]

serves IMAGE, and says in JSON lines ``ready``, and ``cut`` whenever a machine let go of the disk. A number N on its
standard input makes it stand still for good before its N-th request from there, in the middle of whatever the machine
is doing to it; it says ``still``, and the plug can be pulled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

SECTOR = 512
MOST_BYTES = 64 << 20


class UnsafeDisk:
    """The medium and the cache in front of it. Offsets and lengths are bytes, whole sectors.

    Attributes:
        pending: for each sector in the cache its versions since the last flush, oldest first.
        flushes: how often it was flushed.
    """

    def __init__(self, image: Path) -> None:
        self._medium = os.open(image, os.O_RDWR)
        self.size = os.fstat(self._medium).st_size // SECTOR * SECTOR
        self.pending: dict[int, list[bytes]] = {}
        self.flushes = 0

    def read(self, offset: int, length: int) -> bytes:
        """What a machine with power sees: the newest of everything."""
        seen = os.pread(self._medium, length, offset)
        if not self.pending:
            return seen
        first = offset // SECTOR
        newest = [(at, self.pending[first + at]) for at in range(length // SECTOR) if first + at in self.pending]
        if not newest:
            return seen
        mixed = bytearray(seen)
        for at, versions in newest:
            mixed[at * SECTOR : (at + 1) * SECTOR] = versions[-1]
        return bytes(mixed)

    def write(self, offset: int, data: bytes) -> None:
        """Into the cache."""
        for at in range(0, len(data), SECTOR):
            self.pending.setdefault((offset + at) // SECTOR, []).append(data[at : at + SECTOR])

    def flush(self) -> None:
        """Everything that was written stays from here on."""
        self._keep({sector: versions[-1] for sector, versions in self.pending.items()})
        self.flushes += 1

    def cut(self, random: Random) -> tuple[int, int]:
        """The power goes. Returns how many of the cached sectors the medium has whole and new, and how many not."""
        kept: dict[int, bytes] = {}
        for sector, versions in self.pending.items():
            survivor = random.randrange(-1, len(versions))
            if survivor >= 0:
                kept[sector] = versions[survivor]
        newest = sum(versions[-1] == kept.get(sector) for sector, versions in self.pending.items())
        lost = len(self.pending) - newest
        self._keep(kept)
        return newest, lost

    def close(self) -> None:
        os.close(self._medium)

    def _keep(self, sectors: dict[int, bytes]) -> None:
        """Onto the medium, neighbours in one write."""
        run: list[bytes] = []
        begin = 0
        for sector in sorted(sectors):
            if run and sector != begin + len(run):
                os.pwrite(self._medium, b"".join(run), begin * SECTOR)
                run = []
            if not run:
                begin = sector
            run.append(sectors[sector])
        if run:
            os.pwrite(self._medium, b"".join(run), begin * SECTOR)
        self.pending.clear()


# ------------------------------------------------------------ NBD: fixed newstyle, simple replies (its doc/proto.md)

_OPTION_MAGIC = b"IHAVEOPT"
_REPLY_MAGIC = 0x3E889045565A9
_REQUEST = struct.Struct(">IHHQQI")
_REQUEST_MAGIC, _SIMPLE_MAGIC = 0x25609513, 0x67446698
_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_EXPORT_NAME, _ABORT, _INFO, _GO = 1, 2, 6, 7
_ACK, _REPLY_INFO, _UNSUPPORTED = 1, 3, 0x80000001
_READ, _WRITE, _DISCONNECT, _FLUSH = range(4)
_HAS_FLAGS, _SEND_FLUSH = 1, 4
_EINVAL = 22


class Fuse:
    """Blows before the n-th request after it was set; ``blown`` tells."""

    def __init__(self, blown: Callable[[], None] = lambda: None) -> None:
        self._blown = blown
        self._left: int | None = None

    def set(self, requests: int) -> None:
        """So many requests from here."""
        self._left = requests

    def blows(self) -> bool:
        """Whether it is now; to be asked once for each request."""
        if self._left is None:
            return False
        self._left -= 1
        if self._left > 0:
            return False
        self._left = None
        self._blown()
        return True


async def serve_machine(
    disk: UnsafeDisk,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    flush_s: float = 0.0,
    fuse: Fuse | None = None,
) -> None:
    """One machine, until it lets go of the disk.

    Args:
        flush_s: how long a flush takes.
        fuse: when to stand still.

    Raises:
        IncompleteReadError, ConnectionError: it is gone.
    """
    if not await _agree(disk, reader, writer):
        return
    while True:
        magic, _, kind, cookie, offset, length = _REQUEST.unpack(await reader.readexactly(_REQUEST.size))
        if magic != _REQUEST_MAGIC or kind == _DISCONNECT:
            return
        data = await reader.readexactly(length) if kind == _WRITE else b""
        if fuse is not None and fuse.blows():
            await reader.read()
            raise ConnectionResetError
        if kind == _FLUSH:
            await _busy(reader, flush_s)
        error, answer = _carry_out(disk, kind, offset, length, data)
        writer.write(struct.pack(">IIQ", _SIMPLE_MAGIC, error, cookie) + answer)
        await writer.drain()


async def _busy(reader: asyncio.StreamReader, seconds: float) -> None:
    """Nothing is answered meanwhile. Raises ConnectionError if the machine goes before it is over."""
    end_s = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end_s:
        await asyncio.sleep(seconds / 10)
        if reader.at_eof():
            raise ConnectionResetError


def _carry_out(disk: UnsafeDisk, kind: int, offset: int, length: int, data: bytes) -> tuple[int, bytes]:
    """One request, wholly before the next: what was answered before a flush is in it."""
    inside = offset % SECTOR == 0 and length % SECTOR == 0 and offset + length <= disk.size and length <= MOST_BYTES
    if kind == _FLUSH:
        disk.flush()
    elif kind == _READ and inside:
        return 0, disk.read(offset, length)
    elif kind == _WRITE and inside:
        disk.write(offset, data)
    else:
        return _EINVAL, b""
    return 0, b""


async def _agree(disk: UnsafeDisk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    flags = _HAS_FLAGS | _SEND_FLUSH
    writer.write(b"NBDMAGIC" + _OPTION_MAGIC + struct.pack(">H", _FIXED_NEWSTYLE | _NO_ZEROES))
    await reader.readexactly(4)
    while True:
        magic, option, length = struct.unpack(">8sII", await reader.readexactly(16))
        await reader.readexactly(length)
        if magic != _OPTION_MAGIC or option == _ABORT:
            return False
        if option == _EXPORT_NAME:
            writer.write(struct.pack(">QH", disk.size, flags))
            return True
        if option in (_INFO, _GO):
            writer.write(_option_reply(option, _REPLY_INFO, struct.pack(">HQH", 0, disk.size, flags)))
            # Block sizes: least, best, most.
            writer.write(_option_reply(option, _REPLY_INFO, struct.pack(">HIII", 3, SECTOR, 4096, MOST_BYTES // 2)))
            writer.write(_option_reply(option, _ACK))
            if option == _GO:
                return True
        else:
            writer.write(_option_reply(option, _UNSUPPORTED))
        await writer.drain()


def _option_reply(option: int, kind: int, data: bytes = b"") -> bytes:
    return struct.pack(">QIII", _REPLY_MAGIC, option, kind, len(data)) + data


async def _serve(image: Path, socket: Path, seed: int, flush_s: float) -> None:
    disk, random = UnsafeDisk(image), Random(seed)
    fuse = Fuse(lambda: _say(event="still"))
    asyncio.get_running_loop().add_reader(sys.stdin, lambda: _obey(fuse))

    async def machine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve_machine(disk, reader, writer, flush_s, fuse)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            newest, lost = disk.cut(random)
            _say(event="cut", flushes=disk.flushes, kept=newest, lost=lost)

    server = await asyncio.start_unix_server(machine, socket)
    _say(event="ready")
    async with server:
        await server.serve_forever()


def _obey(fuse: Fuse) -> None:
    line = sys.stdin.readline()
    if line:
        fuse.set(int(line))
    else:
        asyncio.get_running_loop().remove_reader(sys.stdin)


def _say(**fields: object) -> None:
    sys.stdout.write(json.dumps(fields) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.image.unsafe_disk")
    parser.add_argument("image", type=Path)
    parser.add_argument("socket", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flush-ms", type=float, default=0.0)
    given = parser.parse_args()
    asyncio.run(_serve(given.image, given.socket, given.seed, given.flush_ms / 1000))
