"""The file in which a client keeps its pending log: JSON lines, only ever appended to, compacted now and then.

An update is written and synced here before it is sent, so that a table that loses power loses nothing it has shown
as entered. Answers are written, too, but need no sync: an update that is pending once too often is sent once too
often, and the server gives its first answer again.

Syncing takes 10 to 50 ms on an SD card. So `PendingFile.take` collects, on the event loop, all that was noted since
the last time, and `PendingFile.write` puts it on disk with one sync, in whatever thread suits: while one batch is
being synced, the next gathers.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from appliance.client.credentials import Saved, SavedSession
from appliance.client.pending import Pending
from appliance.protocol import keys

FORMAT = 1

# A file is rewritten when so many of its lines are of no use any more, and most of them are.
COMPACT_LINES = 1000


class PendingFileInUse(Exception):
    """Another process, or another session of this one, works with this file."""


class PendingFileDamaged(Exception):
    """The file is not what this program wrote; the message names the line."""


class _Line(Struct, frozen=True, tag_field="is", rename="camel", omit_defaults=True):
    pass


class _Head(_Line, frozen=True, tag="pending log"):
    format: int
    client_id: str
    next_local_seq: int = 1


class _Session(_Line, frozen=True, tag="session"):
    session: SavedSession


class _Made(_Line, frozen=True, tag="made"):
    local_seq: int
    key: str
    value: msgspec.Raw
    after: int


class _Answered(_Line, frozen=True, tag="answered"):
    local_seq: int


class _NumberedAfter(_Line, frozen=True, tag="numbered after"):
    local_seq: int


class _Rebased(_Line, frozen=True, tag="rebased"):
    epoch: str
    server_seq: int


_AnyLine = _Head | _Session | _Made | _Answered | _NumberedAfter | _Rebased
_decode = msgspec.json.Decoder(_AnyLine).decode
_encode = msgspec.json.Encoder().encode


class Batch(Struct, frozen=True):
    """What is to be put on disk next. ``whole`` replaces the file, else it is appended.

    ``made_up_to``: the newest local number that is on disk when it is written.
    """

    lines: bytes
    whole: bool
    made_up_to: int


class PendingFile:
    """One client's file, locked for as long as it is open.

    All methods but `write` belong to one thread.

    Args:
        path: made if it is not there; beside it stays an empty ``.lock`` file.
        client_id: the identity for a new file; an old one keeps its own.

    Attributes:
        client_id: whose file it is.
        writable: false after a write failed: a half-written line has to stay the last.

    Raises:
        PendingFileInUse: somebody else has it open.
        PendingFileDamaged: it cannot be understood.
        OSError: it cannot be read or made.
    """

    def __init__(self, path: Path, client_id: str) -> None:
        self._path = path
        self.client_id = client_id
        self.writable = True
        self._session: SavedSession | None = None
        self._pending: dict[int, Pending] = {}
        self._next_local_seq = 1
        self._lines = 0
        self._unwritten: list[bytes] = []
        self._lock = _locked(path.with_name(path.name + ".lock"))
        try:
            whole_lines = self._load() if path.exists() else 0
            if whole_lines:
                self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
                os.ftruncate(self._file, whole_lines)
                os.fsync(self._file)
            else:
                self._file = _replaced(path, self._compact())
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def saved(self) -> Saved:
        """What the file says: for `ClientCore`."""
        return Saved(self._session, self._next_local_seq, tuple(self._pending.values()))

    # ------------------------------------------------------------ noting

    def joined(self, session: SavedSession, last_local_seq: int) -> None:
        """Let in; the server knows our numbers up to ``last_local_seq``."""
        self._note(_Session(session=session))
        if last_local_seq >= self._next_local_seq:
            self._note(_NumberedAfter(local_seq=last_local_seq))

    def renewed(self, session_token: str) -> None:
        """The session has a new token."""
        if self._session is not None:
            self._note(_Session(session=msgspec.structs.replace(self._session, session_token=session_token)))

    def rebased(self, epoch: str, server_seq: int) -> None:
        """The server's numbers begin anew in another epoch."""
        self._note(_Rebased(epoch=epoch, server_seq=server_seq))

    def made(self, update: Pending) -> None:
        """A change. It may be sent when the batch that it is in has been written."""
        self._note(_made(update))

    def answered(self, local_seq: int) -> None:
        """An update got its fate."""
        self._note(_Answered(local_seq=local_seq))

    def _note(self, line: _AnyLine) -> None:
        self._believe(line)
        self._unwritten.append(_encode(line) + b"\n")
        self._lines += 1

    # ------------------------------------------------------------ writing

    def take(self) -> Batch | None:
        """What was noted since the last time, None for nothing. Batches are to be written in the order taken."""
        if not self._unwritten:
            return None
        useful = len(self._pending) + 2
        whole = self._lines - useful >= max(COMPACT_LINES, useful)
        lines = self._compact() if whole else b"".join(self._unwritten)
        self._unwritten.clear()
        return Batch(lines, whole, self._next_local_seq - 1)

    def write(self, batch: Batch) -> None:
        """Put a batch on disk. Blocks for a sync; may run in another thread, one batch at a time.

        Raises:
            OSError: it is not on disk, and the file is not `writable` any more.
        """
        self.writable = False
        if batch.whole:
            old, self._file = self._file, _replaced(self._path, batch.lines)
            os.close(old)
        else:
            _write_all(self._file, batch.lines)
            os.fdatasync(self._file)
        self.writable = True

    def close(self) -> None:
        """Let go of the file. What was not taken and written is not kept."""
        os.close(self._file)
        os.close(self._lock)

    def _compact(self) -> bytes:
        lines: list[_AnyLine] = [
            _Head(format=FORMAT, client_id=self.client_id, next_local_seq=self._next_local_seq),
        ]
        if self._session is not None:
            lines.append(_Session(session=self._session))
        lines.extend(map(_made, self._pending.values()))
        self._lines = len(lines)
        return b"".join(_encode(line) + b"\n" for line in lines)

    # ------------------------------------------------------------ reading

    def _load(self) -> int:
        """Read the file; returns how many bytes of it are whole lines. What follows them was never sent."""
        content = self._path.read_bytes()
        size = 0
        for number, line in enumerate(content.splitlines(keepends=True), start=1):
            try:
                said = _decode(line)
                if not line.endswith(b"\n"):
                    break
            except (msgspec.DecodeError, ValueError) as error:
                if size + len(line) == len(content):
                    break
                raise PendingFileDamaged(f"{self._path}, line {number}: {error}") from error
            if isinstance(said, _Head) != (number == 1):
                raise PendingFileDamaged(f"{self._path}, line {number}: not a pending log")
            self._believe(said)
            self._lines = number
            size += len(line)
        return size

    def _believe(self, line: _AnyLine) -> None:
        match line:
            case _Head(format=version):
                if version != FORMAT:
                    raise PendingFileDamaged(f"{self._path}: format {version}, this program knows {FORMAT}")
                self.client_id = line.client_id
                self._next_local_seq = line.next_local_seq
            case _Session():
                self._session = line.session
            case _Made():
                path = keys.parse(line.key)
                if isinstance(path, keys.MalformedKey):
                    raise PendingFileDamaged(f"{self._path}: update {line.local_seq}: {path.reason}")
                update = Pending(line.local_seq, line.key, path, bytes(line.value), line.after)
                self._pending[line.local_seq] = update
                self._next_local_seq = max(self._next_local_seq, line.local_seq + 1)
            case _Answered():
                self._pending.pop(line.local_seq, None)
            case _NumberedAfter():
                self._next_local_seq = max(self._next_local_seq, line.local_seq + 1)
            case _Rebased():
                if self._session is not None:
                    self._session = msgspec.structs.replace(self._session, epoch=line.epoch)
                for local_seq, update in self._pending.items():
                    if update.after > line.server_seq:
                        self._pending[local_seq] = msgspec.structs.replace(update, after=line.server_seq)


def _made(update: Pending) -> _Made:
    return _Made(local_seq=update.local_seq, key=update.key, value=msgspec.Raw(update.value), after=update.after)


def _locked(path: Path) -> int:
    # A file of its own, because compaction puts another one in the place of the log.
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise PendingFileInUse(f"{path.with_suffix('')} is in use by another client") from error
    return lock


def _replaced(path: Path, content: bytes) -> int:
    """Put a new file in the place of an old one, so that after a crash it is the one or the other; returns it open."""
    temporary = path.with_name(path.name + ".new")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        _write_all(file, content)
        os.fsync(file)
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        os.close(file)
        raise
    return file


def _write_all(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]
