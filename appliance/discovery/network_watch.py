"""Hears from the kernel that a cable, a link or an address has come or gone (rtnetlink(7))."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from appliance.service.logging import get_logger

# linux/rtnetlink.h
RTMGRP_LINK = 0x1
RTMGRP_IPV4_IFADDR = 0x10
RTMGRP_IPV6_IFADDR = 0x100

_log = get_logger(__name__)


class NetworkWatch:
    """Calls ``changed`` in the event loop for each change; several at once may make one call.

    What has changed is not said: whoever wants to know looks, and so nothing is lost when the kernel drops a message.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._socket: socket.socket | None = None

    def start(self) -> bool:
        """Begin; False where the kernel does not tell (a sandbox without AF_NETLINK): then one must look by oneself."""
        try:
            heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.NETLINK_ROUTE)
        except OSError as error:
            _log.warning("network_watch_failed", reason=str(error), note="the network is looked at by the clock")
            return False
        try:
            heard.bind((0, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
        except OSError as error:
            heard.close()
            _log.warning("network_watch_failed", reason=str(error), note="the network is looked at by the clock")
            return False
        self._socket = heard
        asyncio.get_running_loop().add_reader(heard, self._hear, heard)
        return True

    def stop(self) -> None:
        """End; calling it twice is fine."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _hear(self, heard: socket.socket) -> None:
        try:
            while heard.recv(65536):
                pass
        except BlockingIOError:
            pass
        except OSError as error:
            # ENOBUFS: more came than fits. That something changed is all we need to know.
            _log.debug("network_watch_overrun", reason=str(error))
        self._changed()
