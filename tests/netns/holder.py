"""A program that holds the port of multicast DNS: `alone`, or `shared` as avahi does."""

from __future__ import annotations

import json
import signal
import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
    if sys.argv[1] == "shared":
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    port.bind(("", 5353))
    print(json.dumps({"event": "holding"}), flush=True)  # noqa: T201
    signal.pause()
