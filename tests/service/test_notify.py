"""What the service manager is told, datagram by datagram."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from appliance.service.notify import Notifier


def bound(address: str) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(address)
    listening.settimeout(2)
    return listening


def test_each_word_is_one_datagram_with_a_status(tmp_path: Path) -> None:
    with bound(str(tmp_path / "notify")) as listening:
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        notifier.status("starting")
        notifier.ready("serving 2 meets")
        notifier.alive("serving 3 meets")
        notifier.stopping("stopping")
        assert [listening.recv(1000).decode() for _ in range(4)] == [
            "STATUS=starting",
            "READY=1\nSTATUS=serving 2 meets",
            "WATCHDOG=1\nSTATUS=serving 3 meets",
            "STOPPING=1\nSTATUS=stopping",
        ]


def test_a_name_in_the_abstract_namespace_begins_with_an_at() -> None:
    name = f"openlifter-test-{os.getpid()}"
    with bound(f"\0{name}") as listening:
        Notifier({"NOTIFY_SOCKET": f"@{name}"}).status("here")
        assert listening.recv(100) == b"STATUS=here"


def test_a_line_break_in_a_status_forges_nothing(tmp_path: Path) -> None:
    with bound(str(tmp_path / "notify")) as listening:
        Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")}).status("a\nWATCHDOG=1")
        assert listening.recv(100) == b"STATUS=a WATCHDOG=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_without_a_manager_it_speaks_into_the_air(environment: dict[str, str]) -> None:
    notifier = Notifier({**environment, "WATCHDOG_USEC": "1000"})
    notifier.ready("serving")
    assert notifier.watchdog_s is None


def test_a_manager_that_is_gone_or_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    notifier.ready("nobody is there yet")
    with bound(str(tmp_path / "notify")):
        for _ in range(2000):
            notifier.alive("and nobody reads")


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid())}, 20.0),
        ({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_it_knows_whether_it_is_watched_and_for_how_long(environment: dict[str, str], seconds: float | None) -> None:
    assert Notifier({"NOTIFY_SOCKET": "/run/notify", **environment}).watchdog_s == seconds
