"""Tells the service manager that the service works, as long as it does; who stops telling is killed and restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from appliance.service.notify import Notifier

# So often within the time after which the manager kills: one late word is no death.
WORDS = 4


async def keep_telling(notifier: Notifier, works: Callable[[], Awaitable[object]], status: Callable[[], str]) -> None:
    """Say "alive" again and again, until cancelled; returns at once where nobody watches.

    What runs here shows that the event loop turns. Whatever else has to work is asked first: while ``works`` does not
    answer, nothing is said.

    Args:
        notifier: whom to tell.
        works: returns when the rest works; an exception means that it never will again, and ends this.
        status: what to say about the service, in plain words.
    """
    if notifier.watchdog_s is None:
        return
    while True:
        await works()
        notifier.alive(status())
        await asyncio.sleep(notifier.watchdog_s / WORDS)
