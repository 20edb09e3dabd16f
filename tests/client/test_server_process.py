"""Servers in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.client.server_process import ServerDied, ServerProcess, appliance_process


async def test_the_appliance_starts_is_killed_and_starts_again_on_its_port(tmp_path: Path) -> None:
    server = appliance_process(tmp_path)
    await server.start()
    try:
        port = server.port
        assert server.resident_bytes() > 0
        assert server.cpu_s() >= 0
        await server.kill()
        await server.start()
        assert server.port == port
    finally:
        await server.stop()


async def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a directory")
    with pytest.raises(ServerDied, match="--data-dir"):
        await appliance_process(tmp_path / "data").start()


async def test_one_that_was_never_started_can_be_stopped() -> None:
    server = ServerProcess("nothing", [])
    await server.stop()
    with pytest.raises(ServerDied, match="never started"):
        server.resident_bytes()
