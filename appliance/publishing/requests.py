"""What a command asks of a publication while the appliance may be running, which alone writes the database.

A request is an empty file in the data directory, so whoever may write there may ask; it is done within seconds, or when
the appliance is started next.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from msgspec import Struct

from appliance.storage import durable
from appliance.storage.durable import FileRefused

Action = Literal["cancel", "retry"]

FOLDER = "publishing-requests"

_NAME = re.compile(r"(cancel|retry)-([0-9a-f]{1,64})")


class Request(Struct, frozen=True):
    """One request."""

    action: Action
    publication_id: str


class Requests:
    """The requests in a data directory. Everything here may block."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def ask(self, request: Request) -> None:
        """Leave a request. Raises `FileRefused`."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FileRefused(error) from error
        durable.write(self._path(request), b"")

    def read(self) -> list[Request]:
        """What is asked for."""
        try:
            names = sorted(path.name for path in self._folder.iterdir())
        except OSError:
            return []
        found = (_NAME.fullmatch(name) for name in names)
        return [Request("cancel" if each[1] == "cancel" else "retry", each[2]) for each in found if each]

    def done(self, request: Request) -> None:
        """It is dealt with."""
        durable.discard(self._path(request))

    def _path(self, request: Request) -> Path:
        return self._folder / f"{request.action}-{request.publication_id}"
