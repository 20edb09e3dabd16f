"""Hearing of changes of the network; with a real kernel in tests/netns."""

from __future__ import annotations

import asyncio
import socket

import pytest

from appliance.discovery.network_watch import NetworkWatch


async def test_the_kernel_can_be_listened_to_and_left_again() -> None:
    watch = NetworkWatch(lambda: None)
    assert watch.start()
    watch.stop()
    watch.stop()


async def test_a_sandbox_that_forbids_it_is_told_and_not_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*arguments: object) -> socket.socket:
        raise OSError("Address family not supported by protocol")

    monkeypatch.setattr(socket, "socket", forbidden)
    watch = NetworkWatch(lambda: None)
    assert not watch.start()
    watch.stop()


async def test_several_messages_at_once_make_one_call() -> None:
    calls: list[None] = []
    called = asyncio.Event()

    def changed() -> None:
        calls.append(None)
        called.set()

    here, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, kernel:
        here.setblocking(False)
        for _ in range(3):
            kernel.send(b"news")
        watch = NetworkWatch(changed)
        asyncio.get_running_loop().add_reader(here, watch._hear, here)
        await called.wait()
        asyncio.get_running_loop().remove_reader(here)
    assert len(calls) == 1
