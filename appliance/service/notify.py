"""Telling systemd how the service is: sd_notify(3), one datagram for each message."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from appliance.service.logging import get_logger

_log = get_logger(__name__)


class Notifier:
    """Speaks to the service manager that started this process; where none did, into the air.

    Nothing here waits and nothing raises: a manager that does not listen must not hold up a meet.

    Args:
        environment: where the manager has put ``NOTIFY_SOCKET``, ``WATCHDOG_USEC`` and ``WATCHDOG_PID``.

    Attributes:
        watchdog_s: the service is killed when it says nothing for so long; None if nobody watches.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environment.get("NOTIFY_SOCKET", ""))
        self.watchdog_s = _watchdog_s(environment) if self._address is not None else None

    def status(self, words: str) -> None:
        """What ``systemctl status`` shows, in one line of plain words."""
        self._tell(_status(words))

    def ready(self, words: str) -> None:
        """The service serves."""
        self._tell("READY=1", _status(words))

    def alive(self, words: str) -> None:
        """The service works: not to be killed for another `watchdog_s`."""
        self._tell("WATCHDOG=1", _status(words))

    def stopping(self, words: str) -> None:
        """The service is about to end."""
        self._tell("STOPPING=1", _status(words))

    def _tell(self, *lines: str) -> None:
        if self._address is None:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            try:
                sender.sendto("\n".join(lines).encode(errors="replace"), self._address)
            except OSError as error:
                _log.warning("service_manager_not_told", reason=error.strerror)


def _status(words: str) -> str:
    # A line break would begin an assignment of its own.
    return f"STATUS={' '.join(words.split())}"


def _address(named: str) -> str | None:
    """A path, or a name in the abstract namespace; of other kinds (vsock) there is none on our machines."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith("/") else None


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    usec, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if pid and pid != str(os.getpid()):
        return None
    return int(usec) / 1_000_000 if usec.isascii() and usec.isdigit() and int(usec) else None
