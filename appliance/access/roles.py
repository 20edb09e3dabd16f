"""What a session may do on its meet."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The role that a session was opened with; it is signed into the token and never changes."""

    TABLE = "table"
    """Works on the meet: reads and writes."""

    DISPLAY = "display"
    """Joined with `readOnly`: reads."""

    OPERATOR = "operator"
    """Looks after the appliance on its operator page; takes part in no meet."""

    DESK = "desk"
    """Looks after the screens that show one meet; takes part in no meet."""

    @property
    def may_write(self) -> bool:
        """Whether updates of such a session are taken."""
        return self is Role.TABLE
