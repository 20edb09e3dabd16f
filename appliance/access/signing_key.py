"""The key that signs session tokens, in a file that only the service may read."""

from __future__ import annotations

import logging
import os
import secrets
import stat
from pathlib import Path

from appliance.access.secret_file import OWNER_ONLY, write_secret

KEY_BYTES = 32

log = logging.getLogger(__name__)


class SigningKeyDamaged(Exception):
    """The key file does not hold a key. Removing it makes a new one, and every client has to join again."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(path, size)
        self.path = path
        self.size = size

    def __str__(self) -> str:
        return (
            f"signing key {self.path} has {self.size} bytes instead of {KEY_BYTES}: restore it from a "
            "backup, or remove it and let every client join again"
        )


def load_or_create(path: Path) -> bytes:
    """The 32 bytes of the signing key at `path`, made and durably stored if there is no such file yet.

    A file that others may read is closed to them, with the event `signing_key_mode_tightened`.

    Raises:
        SigningKeyDamaged: the file has another size than a key.
        OSError: the file or its folder cannot be read or written.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            size = os.fstat(file.fileno()).st_size
            key = file.read(KEY_BYTES)
    except FileNotFoundError:
        return _create(path)
    if size != KEY_BYTES or len(key) != KEY_BYTES:
        raise SigningKeyDamaged(path, size)
    if mode & ~OWNER_ONLY:
        path.chmod(OWNER_ONLY)
        log.warning("signing_key_mode_tightened", extra={"path": str(path), "mode": f"{mode:04o}"})
    return key


def _create(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    write_secret(path, key)
    log.info("signing_key_created", extra={"path": str(path)})
    return key
