"""Other programs that answer for names."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.discovery.responders import other_responders

HEAD = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A made-up `/proc` of a program with the socket 77."""
    (tmp_path / "net").mkdir()
    (tmp_path / "self" / "fd").mkdir(parents=True)
    (tmp_path / "self" / "fd" / "3").symlink_to("socket:[77]")
    (tmp_path / "self" / "fd" / "4").symlink_to("/dev/null")
    return tmp_path


def holder(uid: int, inode: int, port: str = "14E9", width: int = 8) -> str:
    """A row of the table."""
    nowhere = "0" * width
    return f"  9: {nowhere}:{port} {nowhere}:0000 07 00000000:00000000 00:00000000 00000000 {uid:5} 0 {inode} 2 0 0\n"


def test_a_service_that_holds_the_port_is_named(proc: Path) -> None:
    (proc / "net" / "udp").write_text(HEAD + holder(0, 77) + holder(0, 78))
    (proc / "net" / "udp6").write_text(HEAD + holder(990, 79, width=32))
    assert other_responders(proc) == ["root", "user 990"]


def test_we_ourselves_a_persons_browser_and_other_ports_are_not(proc: Path) -> None:
    (proc / "net" / "udp").write_text(HEAD + holder(0, 77) + holder(1000, 78) + holder(0, 79, "0035"))
    assert other_responders(proc) == []
