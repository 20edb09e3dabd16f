"""The pass of whoever looks after the screens of one meet: a table of that meet gets it without typing anything."""

from __future__ import annotations

from collections.abc import Callable

from appliance.access.roles import Role
from appliance.access.tokens import Claims, TokenSigner, new_session_id

LIFETIME_S = 12 * 3600
"""A pass lasts a long day, in service seconds, and cannot be renewed: the table gets another one."""


class DeskPasses:
    """Gives passes out and knows them again.

    Args:
        signer: signs them.
        service_s: seconds of service now, by which they end.
    """

    def __init__(self, signer: TokenSigner, service_s: Callable[[], float]) -> None:
        self._signer = signer
        self._service_s = service_s

    def give(self, meet_id: str, location_name: str) -> str:
        """A pass for the screens of a meet; it remembers which table it was given to."""
        return self._signer.sign(
            Claims(new_session_id(), meet_id, "", location_name, Role.DESK, int(self._service_s()))
        )

    def meet_of(self, text: str) -> str | None:
        """The meet whose screens somebody with this pass may look after; None if it is none, or too old."""
        claims = self._signer.read(text)
        if claims is None or claims.role is not Role.DESK or self._service_s() - claims.issued_s > LIFETIME_S:
            return None
        return claims.meet_id
