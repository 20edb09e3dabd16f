"""A wall clock that jumps, for a server in a process of its own: a shim compiled where there is a C compiler."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")
SECONDS_PER_YEAR = 365.25 * 24 * 3600


def can_jump() -> bool:
    """Whether there is a compiler."""
    return shutil.which("cc") is not None


class JumpingClock:
    """The wall clock of the processes that run with `environment`.

    Args:
        directory: for the shim, and for the file that says how wrong the clock is.
    """

    def __init__(self, directory: Path) -> None:
        self._offset = directory / "clock"
        self.jump(0.0)
        library = directory / "jumping_clock.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, _SOURCE, "-ldl"], check=True)
        self.environment = {"LD_PRELOAD": str(library), "JUMPING_CLOCK": str(self._offset)}

    def jump(self, years: float) -> None:
        """Be so wrong from now on."""
        # In place: the processes have it mapped.
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("=q", int(years * SECONDS_PER_YEAR)))
