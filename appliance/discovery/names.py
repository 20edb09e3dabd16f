"""What appliances are called on a network and what they say about themselves: names, TXT records, who keeps a name.

RFC 6762 (multicast DNS), RFC 6763 (DNS-SD). TXT keys: ``id``, ``run``, ``proto``, ``version``, ``path``,
``openlifter``, ``tls``, ``meets``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from msgspec import Struct

SERVICE_TYPE = "_openlifter._tcp.local."
HOST = "openlifter"

# RFC 1035: the bytes of a label; RFC 6763, 6.1: of one string of a TXT record, key and "=" included.
LABEL_BYTES = 63
TXT_BYTES = 255

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_PATH = re.compile(r"/(?!/)[0-9A-Za-z._~/-]{0,100}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_MEET_ID = re.compile(r"[0-9]{1,20}")


class Claimant(Struct, frozen=True, order=True):
    """Who claims a name. Of several that claim the same one, the smallest keeps it: all of them see the same order.

    ``run`` is random at each start: boxes whose cards are copies of each other have the same ``id``.
    """

    id: str
    run: str


class Announcement(Struct, frozen=True, kw_only=True):
    """What an appliance says about itself: ``path`` of the WebSocket, ``openlifter`` of the pages, ids of its meets."""

    claimant: Claimant
    version: str
    proto: int
    path: str = "/ws"
    openlifter: str = "/openlifter/"
    tls: bool = False
    meets: tuple[str, ...] = ()


class Neighbour(Struct, frozen=True, kw_only=True):
    """Another appliance as it was seen: its instance name, host name (without a last dot) and addresses."""

    name: str
    host: str
    port: int
    addresses: tuple[str, ...]
    announcement: Announcement

    @property
    def reachable(self) -> list[str]:
        """Its addresses as they stand in a URL, ``192.168.1.5:8080``, best first. See `in_url`."""
        return [in_url(address, self.port) for address in self.addresses if not is_link_local_v6(address)]


def host_name(number: int) -> str:
    """The host name with this number: ``openlifter.local.``, ``openlifter-2.local.``, …"""
    return f"{HOST}.local." if number == 1 else f"{HOST}-{number}.local."


def instance_name(label: str, number: int) -> str:
    """The full name of the service with this number: ``OpenLifter on box._openlifter._tcp.local.``, ``… (2)._…``."""
    suffix = "" if number == 1 else f" ({number})"
    return f"{_cut(label, LABEL_BYTES - len(suffix))}{suffix}.{SERVICE_TYPE}"


def label_of(instance: str) -> str:
    """The part of an instance name that people read."""
    return instance.removesuffix("." + SERVICE_TYPE)


def make_label(name: str | None, hostname: str) -> str:
    """The instance name that is wished for: the one that was set, or ``OpenLifter on <hostname>``.

    Dots would end a label, and control characters have no place in a list that people read.
    """
    wished = name or f"OpenLifter on {hostname.partition('.')[0] or 'this computer'}"
    printable = "".join(char for char in wished if char.isprintable() and char != ".")
    return _cut(" ".join(printable.split()), LABEL_BYTES) or "OpenLifter"


def to_txt(announcement: Announcement) -> dict[str, str]:
    """The TXT record. Where there are more meets than fit, the first are named."""
    return {
        "id": announcement.claimant.id,
        "run": announcement.claimant.run,
        "proto": str(announcement.proto),
        "version": announcement.version,
        "path": announcement.path,
        "openlifter": announcement.openlifter,
        "tls": "1" if announcement.tls else "0",
        "meets": _fitting(announcement.meets, TXT_BYTES - len("meets=")),
    }


def from_txt(properties: Mapping[bytes, bytes | None]) -> Announcement | None:
    """What a TXT record says, None if no appliance of ours wrote it. Unknown keys are for later versions."""
    read = {key.decode("ascii", "replace").lower(): (value or b"").decode("utf-8", "replace")
            for key, value in properties.items()}  # fmt: skip
    appliance, run, proto = read.get("id", ""), read.get("run", ""), read.get("proto", "")
    path, openlifter, version = read.get("path", "/ws"), read.get("openlifter", "/openlifter/"), read.get("version", "")
    whole = _ID.fullmatch(appliance) and _ID.fullmatch(run) and _VERSION.fullmatch(version)
    if not whole or not _PATH.fullmatch(path) or not _PATH.fullmatch(openlifter):
        return None
    if not (proto.isascii() and proto.isdigit() and len(proto) <= 4):
        return None
    return Announcement(
        claimant=Claimant(appliance, run),
        version=version,
        proto=int(proto),
        path=path,
        openlifter=openlifter,
        tls=read.get("tls") == "1",
        meets=tuple(meet for meet in read.get("meets", "").split(",") if _MEET_ID.fullmatch(meet)),
    )


def keeps(own: Claimant, rivals: Collection[Claimant]) -> bool:
    """Whether we keep a name that these claim too. Without a known rival it is some other device's, and not ours."""
    return bool(rivals) and own < min(rivals)


def in_url(address: str, port: int) -> str:
    """Address and port as they stand in a URL: ``192.168.1.5:8080``, ``[fd00::1]:8080``."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def is_link_local_v6(address: str) -> bool:
    """Whether an address means something only together with a network card, and so cannot stand in a URL."""
    return address.lower().startswith(("fe8", "fe9", "fea", "feb")) and ":" in address


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").strip()


def _fitting(meets: Collection[str], size: int) -> str:
    joined = ",".join(meets)
    return joined if len(joined) <= size else joined[: size + 1].rpartition(",")[0]
