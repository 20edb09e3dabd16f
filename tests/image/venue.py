"""A hall for the image: a switch, a router that gives addresses, a table, and the box, which is a virtual machine."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from msgspec import Struct

from tests.netns.network import ROOT, Host, network

ROUTER, TABLE, BOX = "10.77.0.1", "10.77.0.2", "10.77.0.10"
BOX_MAC = "52:54:00:4f:4c:01"
BOX_URL = f"http://{BOX}"
_CLONE_NEWNET = 0x40000000

# As a good SD card does; a poor one takes more.
FLUSH_MS = 20.0

# A meet that goes fast has its nights too, in which nothing happens to the card.
ANSWER_S = 150.0

# Under emulation, beside whatever else this machine does.
BOOT_S = 400.0
_POLL_S = 0.25


class NotBooted(Exception):
    """The box did not come up; the message holds the end of its console."""


class Venue(Struct, frozen=True):
    """The hall. ``space`` is the network namespace of the switch, where the box is plugged in."""

    space: str
    tap: str
    router: Host
    table: Host


@contextmanager
def venue() -> Iterator[Venue]:
    """A hall with everything but the box. Needs root, and Debian's iproute2 and dnsmasq-base."""
    with network() as hall:
        hall.add_switch("switch")
        space, tap = hall.add_tap("box", "switch")
        router = hall.add_host("router", f"{ROUTER}/24", "switch")
        table = hall.add_host("table", f"{TABLE}/24", "switch")
        options = ["--no-daemon", "--conf-file=/dev/null", "--port=0", "--interface=eth0", "--bind-interfaces"]
        options += [f"--dhcp-range={BOX},{BOX},255.255.255.0", f"--dhcp-host={BOX_MAC},{BOX}", "--leasefile-ro"]
        command = ["ip", "netns", "exec", router.space, "dnsmasq", *options]
        addresses = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Venue(space, tap, router, table)
        finally:
            addresses.terminate()
            addresses.wait()


def end_on_signals() -> None:
    """Whoever ends this program, however: it takes its machines and networks with it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def move_to(host: Host) -> None:
    """This thread, and what it starts, is on that computer from here on. Sockets that are open stay where they are."""
    libc = ctypes.CDLL(None, use_errno=True)
    space = os.open(f"/run/netns/{host.space}", os.O_RDONLY)
    try:
        if libc.setns(space, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(space)


class Card:
    """A card with the image on it, larger than the image, behind a disk that keeps only what was flushed."""

    def __init__(self, image: Path, place: Path, mib: int, seed: int) -> None:
        self.path = place / "card.img"
        self.socket = place / "card.socket"
        self._seed = seed
        subprocess.run(["cp", "--sparse=always", image, self.path], check=True)
        os.truncate(self.path, mib << 20)
        self._process: Process | None = None
        self._lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Put it in."""
        command = [sys.executable, "-m", "tests.image.unsafe_disk", "--seed", str(self._seed)]
        command += ["--flush-ms", str(FLUSH_MS)]
        command += [str(self.path), str(self.socket)]
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT)
        self._reading = asyncio.create_task(self._read(self._process))
        await self._next("ready")

    async def stand_still_before(self, requests: int) -> None:
        """Wait until the card stands still in the middle of things: before so many requests from here."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{requests}\n".encode())
        await self._next("still")

    async def settled(self) -> dict[str, Any]:
        """After the machine is gone: what the cut did to what was not flushed, as soon as it has."""
        return await self._next("cut")

    async def stop(self) -> None:
        """Take it out."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        if self._reading is not None:
            await self._reading

    async def _next(self, event: str) -> dict[str, Any]:
        async with asyncio.timeout(ANSWER_S):
            line = await self._lines.get()
        assert line["event"] == event, line
        return line

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self._lines.put_nowait(json.loads(line))


class Box:
    """The virtual machine: arm64 in software, with the image's own kernel, initramfs and everything else.

    Not a Pi: the firmware, the device tree, the SD controller, Wi-Fi and HDMI are not there.

    Args:
        boot: the folder with ``vmlinuz`` and ``initrd.img`` of the image.
        cpus, memory_mib: a Pi 4 has 4 and at least 1024.
    """

    def __init__(self, hall: Venue, card: Card, boot: Path, place: Path, cpus: int = 2, memory_mib: int = 1024) -> None:
        self.console = place / "console.log"
        self.begun_s = 0.0
        self._process: Process | None = None
        kernel = "console=ttyAMA0 quiet systemd.show_status=error root=PARTUUID=4f4c4150-02 ro rootwait"
        kernel += " fsck.repair=yes net.ifnames=0 panic=10"
        self._command = ["nice", "-n", "10", "ip", "netns", "exec", hall.space, "qemu-system-aarch64"]
        self._command += ["-M", "virt", "-cpu", "cortex-a72", "-smp", str(cpus), "-m", str(memory_mib), "-nographic"]
        self._command += ["-accel", "tcg,thread=multi", "-monitor", "none", "-serial", f"file:{self.console}"]
        self._command += ["-kernel", str(boot / "vmlinuz"), "-initrd", str(boot / "initrd.img")]
        # As the board's serial number makes it on a Pi.
        self._command += ["-append", f"{kernel} systemd.machine_id={'0' * 31}1 systemd.getty_auto=no"]
        disk = f"driver=nbd,node-name=card,server.type=unix,server.path={card.socket}"
        self._command += ["-blockdev", disk, "-device", "virtio-blk-pci,drive=card,write-cache=on"]
        self._command += ["-netdev", f"tap,id=cable,ifname={hall.tap},script=no,downscript=no"]
        self._command += ["-device", f"virtio-net-pci,netdev=cable,mac={BOX_MAC}", "-no-reboot"]

    async def power_on(self, stick: Path | None = None) -> None:
        """It begins to boot, with a USB stick in it if there is one; its console is in ``console``."""
        self.console.unlink(missing_ok=True)
        self.begun_s = time.monotonic()
        command = list(self._command)
        if stick is not None:
            command += ["-drive", f"if=none,id=stick,format=raw,file={stick}", "-device", "qemu-xhci"]
            command += ["-device", "usb-storage,drive=stick"]
        self._process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE)

    async def pull_the_plug(self) -> None:
        """It is gone at once."""
        if self._process is not None and self._process.returncode is None:
            # `nice` and `ip` have become what they were to run.
            self._process.kill()
            await self._process.wait()

    async def ready(self) -> float:
        """Wait until ``/readyz`` says yes, asked from where this thread is; returns the seconds it took.

        Raises:
            NotBooted: it ended, or took too long.
        """
        timeout = aiohttp.ClientTimeout(total=5)
        with suppress(TimeoutError):
            async with asyncio.timeout(BOOT_S), aiohttp.ClientSession(timeout=timeout) as http:
                while self._process is not None and self._process.returncode is None:
                    with suppress(aiohttp.ClientError, TimeoutError):
                        async with http.get(f"{BOX_URL}/readyz") as answer:
                            if answer.status == 200:
                                return time.monotonic() - self.begun_s
                    await asyncio.sleep(_POLL_S)
        raise NotBooted(self._last_words())

    def _last_words(self) -> str:
        said = self.console.read_text(errors="replace").splitlines() if self.console.exists() else []
        return "\n".join(said[-40:])


@asynccontextmanager
async def box_with_card(
    hall: Venue, image: Path, place: Path, mib: int = 4096, seed: int = 1, cpus: int = 2
) -> AsyncIterator[tuple[Box, Card]]:
    """A box that is switched off, with a new card in it."""
    if shutil.which("qemu-system-aarch64") is None:
        raise NotBooted("there is no qemu-system-aarch64 (Debian: apt install qemu-system-arm)")
    card = Card(image, place, mib, seed)
    await card.start()
    box = Box(hall, card, image.parent / "boot", place, cpus)
    try:
        yield box, card
    finally:
        await box.pull_the_plug()
        await card.stop()
