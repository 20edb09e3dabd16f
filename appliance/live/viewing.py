"""The socket of a display: shows it one board. The aiohttp shell."""

from __future__ import annotations

from aiohttp import WSMessage, web

from appliance.boards.model import BoardKind
from appliance.live.feed import Feed
from appliance.live.outbox import Newest
from appliance.live.wire import Wire
from appliance.protocol.words import CloseCode

NOT_HERE = 4404
"""Why a display's socket is closed: no such board, or no such meet on this appliance at present. No table hears it."""

# A viewer has nothing to say.
MAX_READ_BYTES = 4096


class Viewing:
    """One display that looks at one board, from its opening to its end. A `Guest` of the door."""

    def __init__(self, request: web.Request, feed: Feed, kind: BoardKind, platform: int | None) -> None:
        self._wire = Wire(request, MAX_READ_BYTES)
        self._feed = feed
        self._kind = kind
        self._platform = platform

    async def serve(self) -> web.WebSocketResponse:
        """Run the socket until either side closes it."""
        await self._feed.watch(self._kind, self._platform, self)
        try:
            return await self._wire.run(_nothing, _ignore)
        finally:
            self._feed.unwatch(self)

    def close(self, code: CloseCode) -> None:
        """End soon."""
        self._wire.close(code)

    @property
    def waiting_bytes(self) -> int:
        """What waits to be sent."""
        return self._wire.waiting_bytes

    def send_newest(self, kind: Newest, frame: bytes) -> None:
        """Queue a frame that supersedes an older one of its kind."""
        self._wire.send_newest(kind, frame)


def _nothing() -> None:
    """A display's socket opens, and all is said."""


async def _ignore(_: WSMessage) -> None:
    """A display has nothing to say: what it says changes nothing."""
