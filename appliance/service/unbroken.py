"""Work that is ended although whoever waits for it gives up.

What is written to the disk must be in memory, too: a table that is hung up on between the two would leave a meet that
is only on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Unbroken:
    """Runs such work, and keeps hold of it. To be used from one event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The outcome of the work, or what it raises. Giving up the wait does not end it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)
