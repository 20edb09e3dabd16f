"""Who else on this machine answers for names on the network: avahi, systemd-resolved."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

MDNS_PORT = 5353

# Below are services (login.defs(5)). A person's programs, such as a browser that looks for screens, only listen.
_FIRST_PERSON = 1000

_PROC = Path("/proc")


def other_responders(proc: Path = _PROC) -> list[str]:
    """The users under whose names other programs hold the port of multicast DNS, without those of people."""
    own = _own(proc)
    users = {uid for uid, inode in _holders(proc) if inode not in own}
    return sorted(map(_user, (uid for uid in users if uid < _FIRST_PERSON)))


def _holders(proc: Path) -> set[tuple[int, str]]:
    found = set()
    for table in ("udp", "udp6"):
        try:
            rows = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        # proc_net_udp: sl local_address rem_address st queues tr tm->when retrnsmt uid timeout inode …
        for fields in map(str.split, rows):
            if fields[1].endswith(f":{MDNS_PORT:04X}"):
                found.add((int(fields[7]), fields[9]))
    return found


def _own(proc: Path) -> set[str]:
    links = set()
    for descriptor in (proc / "self" / "fd").iterdir():
        try:
            links.add(os.readlink(descriptor))
        except OSError:
            # It was closed meanwhile: the one that lists the folder always is.
            continue
    return {link.removeprefix("socket:[").rstrip("]") for link in links if link.startswith("socket:[")}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
