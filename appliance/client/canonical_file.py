"""A client's copy of the log on disk, beside its pending file: what it can give back after it was restarted.

It is a copy, so nothing waits for it and nothing is synced: a power cut takes its last seconds, and one that does not
fit together is not believed. Lines are appended, and the file is written anew when half of it is of no use any more; so
it is never much larger than twice what stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.client.canonical import CanonicalLog
from appliance.meet.records import Accepted
from appliance.protocol import keys
from appliance.protocol.messages import EpochBegun

FORMAT = 1
COMPACT_LINES = 1000


class _Line(Struct, frozen=True, tag_field="is", rename="camel", omit_defaults=True):
    pass


class _Head(_Line, frozen=True, tag="canonical log"):
    format: int
    client_id: str
    meet_id: str
    epoch: str
    lineage: list[EpochBegun]
    answered: dict[str, int]


class _Stands(_Line, frozen=True, tag="stands"):
    server_seq: int
    key: str
    value: msgspec.Raw
    client_id: str
    local_seq: int
    location_name: str


class _At(_Line, frozen=True, tag="at"):
    """All lines up to here are the log up to ``applied``."""

    applied: int
    digest: str


_decode = msgspec.json.Decoder(_Head | _Stands | _At).decode
_encode = msgspec.json.Encoder().encode


class CanonicalFile:
    """The copy of one client, for one meet. `note` belongs to one thread, `write` to another if it likes.

    Args:
        path: made when something is written.
        client_id: whose copy it is; one of somebody else is not read.
    """

    def __init__(self, path: Path, client_id: str) -> None:
        self._path = path
        self._client_id = client_id
        self._lines = 0
        self._useful = 0

    def load(self, meet_id: str) -> CanonicalLog | None:
        """What the file holds, None if that is nothing, of another meet, or does not fit together."""
        try:
            content = self._path.read_bytes()
        except OSError:
            return None
        try:
            log = self._read(content, meet_id)
        except (msgspec.DecodeError, ValueError):
            return None
        return log

    def _read(self, content: bytes, meet_id: str) -> CanonicalLog | None:
        lines = [line for line in content.splitlines(keepends=True) if line.endswith(b"\n")]
        said = [_decode(line) for line in lines]
        ends = [place for place, line in enumerate(said) if isinstance(line, _At)]
        head = said[0] if said else None
        if not isinstance(head, _Head) or not ends:
            return None
        if (head.format, head.client_id, head.meet_id) != (FORMAT, self._client_id, meet_id):
            return None
        log = CanonicalLog(head.epoch)
        log.lineage = tuple(head.lineage)
        log.answered.update(head.answered)
        for line in said[: ends[-1]]:
            if isinstance(line, _Stands):
                path = keys.parse(line.key)
                if isinstance(path, keys.MalformedKey):
                    return None
                log.take(_accepted(line), path)
        end = said[ends[-1]]
        if not isinstance(end, _At) or log.state.digest != end.digest:
            return None
        log.applied = end.applied
        return log

    def note(self, log: CanonicalLog, meet_id: str, applied: Iterable[Accepted], *, anew: bool) -> tuple[bytes, bool]:
        """What to write so that the file holds this log: its bytes, and whether they replace the file.

        Args:
            applied: what was applied since the last time.
            anew: something else has changed, too.
        """
        lines = [_stands(update) for update in applied]
        useless = self._lines - self._useful
        whole = anew or not self._lines or useless >= max(COMPACT_LINES, self._useful)
        if whole:
            head = _Head(
                format=FORMAT,
                client_id=self._client_id,
                meet_id=meet_id,
                epoch=log.epoch or "",
                lineage=list(log.lineage),
                answered=log.answered,
            )
            standing = [_stands(update) for update in log.state.since(0)]
            lines = [_encode(head) + b"\n", *standing]
            self._lines = 0
        lines.append(_encode(_At(applied=log.applied, digest=log.state.digest)) + b"\n")
        self._lines += len(lines)
        self._useful = len(log.state)
        return b"".join(lines), whole

    def write(self, content: bytes, *, whole: bool) -> None:
        """Put it on disk, without a sync.

        Raises:
            OSError: it is not there; the next time has to be whole.
        """
        if whole:
            unfinished = self._path.with_name(self._path.name + ".new")
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(content)
            unfinished.replace(self._path)
        else:
            with self._path.open("ab") as file:
                file.write(content)


def _stands(update: Accepted) -> bytes:
    line = _Stands(
        server_seq=update.server_seq,
        key=update.key,
        value=msgspec.Raw(update.value),
        client_id=update.client_id,
        local_seq=update.local_seq,
        location_name=update.location_name,
    )
    return _encode(line) + b"\n"


def _accepted(line: _Stands) -> Accepted:
    return Accepted(line.server_seq, line.key, bytes(line.value), line.client_id, line.local_seq, line.location_name)
