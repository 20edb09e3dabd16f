"""What every channel does, and how it says that it could not."""

from __future__ import annotations

import asyncio
from typing import Protocol

from msgspec import Struct

from appliance.publishing.model import Outgoing
from appliance.service import warnings
from appliance.service.warnings import OperatorWarning

Host = tuple[str, int]
"""Name or address, and TCP port."""


class ChannelError(Exception):
    """Why something did not arrive, in plain words; ``warning`` is what the operator has to look after, if anything."""

    warning: OperatorWarning | None = None

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Refused(ChannelError):
    """It did not arrive, and trying again is of no use before somebody changes something."""

    warning = warnings.PUBLISHING_REFUSED


class LoginFailed(Refused):
    """The receiver does not know this user, password or token. Trying again might lock the account."""

    warning = warnings.PUBLISHING_LOGIN


class Unavailable(ChannelError):
    """It did not arrive this time. ``retry_after_s``: the receiver asked to be left alone for so many seconds."""

    def __init__(self, what: str, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class NotTrusted(Unavailable):
    """Whoever answered has not proven to be the receiver: a wrong name or clock, or somebody in between."""

    warning = warnings.PUBLISHING_CERTIFICATE


class Uncertain(ChannelError):
    """It may have arrived or not, and nobody here can tell."""


class Channel(Protocol):
    """A way that results can take. Each method may raise any `ChannelError`.

    Attributes:
        name: "mail", "gitlab" or "folder".
        hosts: whom it talks to; empty for one that needs no internet.
    """

    name: str
    hosts: tuple[Host, ...]

    def obstacle(self) -> str | None:
        """What keeps it from trying at all, such as a setting that is missing, in plain words; may block briefly."""

    async def find(self, outgoing: Outgoing, /) -> str | None:
        """The receipt of this very submission if it can be seen to have arrived; None if not, or if nobody can see."""

    async def submit(self, outgoing: Outgoing, /) -> str:
        """Hand it over; returns the receipt. `Uncertain` alone means that it may have arrived."""

    async def test(self) -> str:
        """Go as far as possible without submitting anything; returns what works, in plain words."""


class Tried(Struct, frozen=True):
    """What came of trying a channel out: whether it works, and in plain words what was seen."""

    works: bool
    what: str


async def try_out(channel: Channel) -> Tried:
    """Try a channel out without submitting anything: the button and the command."""
    obstacle = await asyncio.to_thread(channel.obstacle)
    if obstacle is not None:
        return Tried(works=False, what=obstacle)
    try:
        return Tried(works=True, what=await channel.test())
    except ChannelError as error:
        return Tried(works=False, what=error.what)
