"""Which table's choice a platform's boards follow."""

from __future__ import annotations

from appliance.boards.stand import Stand
from appliance.powerlifting.model import Lifting


def followed(stand: Stand, platform: int) -> tuple[str | None, Lifting]:
    """The location that is followed on a platform, None if there is none yet, and what it shows.

    Of the tables that show this platform the one with the highest priority counts, then the one that has chosen last:
    the scoring table outranks a laptop on which somebody looks around. As long as none has chosen anything, the first
    flight of the first day squats, as where OpenLifter begins.
    """
    best: tuple[int, int] | None = None
    chosen: tuple[str | None, Lifting] = (None, Lifting(platform=platform))
    for location in stand.locations:
        shown = stand.shown.get(location.name)
        if shown is not None and shown.lifting.platform == platform:
            rank = (location.priority, shown.server_seq)
            if best is None or rank > best:
                best, chosen = rank, (location.name, shown.lifting)
    return chosen
