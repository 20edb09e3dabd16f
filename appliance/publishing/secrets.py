"""Passwords and tokens: read from a file that nobody else may read, when they are needed, and kept nowhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts the credentials of a service (systemd.exec(5))."""

_LONGEST = 4096


class SecretMissing(Exception):
    """It cannot be had; the message says what to do, and holds nothing of it."""


class Secret:
    """A secret in a file, or one of systemd's credentials.

    Args:
        name: that of the credential, such as "mail-password".
        path: the file that the settings name, None for the credential.
        env: the environment of the service.
    """

    def __init__(self, name: str, path: Path | None, env: Mapping[str, str]) -> None:
        directory = env.get(CREDENTIALS)
        self._name = name
        self._path = path or (Path(directory) / name if directory else None)

    @property
    def is_set(self) -> bool:
        """Whether there is a place to look for it."""
        return self._path is not None and self._path.exists()

    def read(self) -> str:
        """The secret, without the newline that editors add. Raises `SecretMissing`."""
        if self._path is None:
            raise SecretMissing(f"no file is named for {self._name}")
        try:
            with self._path.open(encoding="utf-8") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise SecretMissing(f"others may read {self._path}: chmod 600 {self._path}")
                secret = file.read(_LONGEST).strip("\r\n")
        except OSError as error:
            raise SecretMissing(f"{self._path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SecretMissing(f"{self._path} is not text") from error
        if not secret or not secret.isprintable():
            raise SecretMissing(f"{self._path} holds no single line of text")
        return secret
