"""A display's page, and the line by which it is told what to show."""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import WSMessage, WSMsgType, hdrs, web
from msgspec import Struct

from appliance.displays.desk import DisplayDesk
from appliance.displays.look import LookBook
from appliance.displays.screens import TooManyScreens
from appliance.displays.showing import DisplayKind, waiting_address
from appliance.live.doors import Doors
from appliance.live.outbox import Newest
from appliance.live.viewing import NOT_HERE
from appliance.live.wire import Wire
from appliance.protocol.words import HEARTBEAT_S, CloseCode
from appliance.web.assets import ASK_AGAIN

MAX_READ_BYTES = 8192
MAX_ADDRESS = 2000

_PAGE_HEADERS = {
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.CONTENT_SECURITY_POLICY: (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; base-uri 'none'; form-action 'none'"
    ),
    hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
    # The address holds the key.
    hdrs.REFERRER_POLICY: "no-referrer",
}


class _Hello(Struct):
    """What a display says when it opens its line: where it is."""

    address: str = ""


class DisplayPages:
    """The handlers."""

    def __init__(self, desk: DisplayDesk, look: LookBook, doors: Doors) -> None:
        self._desk = desk
        self._look = look
        self._doors = doors

    async def page(self, request: web.Request) -> web.StreamResponse:
        """``GET /display`` and ``GET /display/{kind}``: the page of all displays; what it shows says its address.

        A screen that comes without any gets a number first.
        """
        kind = request.match_info.get("kind")
        if kind is None and "id" not in request.query:
            try:
                screen = self._desk.add()
            except TooManyScreens as error:
                return web.Response(status=503, text=f"{error}\n", headers=_PAGE_HEADERS)
            raise web.HTTPFound(waiting_address(screen.id), headers={hdrs.CACHE_CONTROL: "no-store"})
        if kind is not None and kind not in list(DisplayKind):
            there_are = ", ".join(DisplayKind)
            return web.Response(status=404, text=f"There is no display {kind!r}; there are {there_are}.\n")
        text = (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>OpenLifter display</title>"
            '<link rel="icon" href="data:,">'
            '<link rel="stylesheet" href="/static/style/display.css"><link rel="stylesheet" href="/display/look.css">'
            "</head>\n<body><noscript>A display needs JavaScript.</noscript>"
            '<script type="module" src="/static/displays/main.js"></script></body></html>\n'
        )
        return web.Response(text=text, content_type="text/html", headers=_PAGE_HEADERS)

    async def line(self, request: web.Request) -> web.StreamResponse:
        """``GET /display/line?id=…``: the WebSocket of one screen."""
        return await self._doors.serve(_Line(request, self._desk))

    async def look_css(self, _: web.Request) -> web.Response:
        """``GET /display/look.css``: the federation's colours, then the custom style sheet."""
        headers = {hdrs.CACHE_CONTROL: ASK_AGAIN, hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff"}
        return web.Response(text=self._look.css, content_type="text/css", headers=headers)

    async def logo(self, _: web.Request) -> web.Response:
        """``GET /display/logo``: the federation's logo."""
        logo = self._look.logo
        if logo is None:
            raise web.HTTPNotFound
        headers = {
            hdrs.CACHE_CONTROL: ASK_AGAIN,
            hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
            # Opened by itself, a drawing could hold a script.
            hdrs.CONTENT_SECURITY_POLICY: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        return web.Response(body=logo.content, content_type=logo.content_type, headers=headers)

    async def look(self, _: web.Request) -> web.Response:
        """``GET /api/v1/look``: where the logo is, None if there is none."""
        logo = self._look.logo
        address = None if logo is None else f"/display/logo?v={logo.mark}"
        return web.json_response({"logo": address}, headers={hdrs.CACHE_CONTROL: "no-store"})


class _Line:
    """The socket of one screen. A `Guest` of the door, and the desk's `Line`."""

    def __init__(self, request: web.Request, desk: DisplayDesk) -> None:
        self._wire = Wire(request, MAX_READ_BYTES)
        self._screen_id = request.query.get("id", "")
        self._desk = desk
        self._known = False
        self._beats = 0
        self._next_beat: asyncio.TimerHandle | None = None
        self.address = self._wire.address

    async def serve(self) -> web.WebSocketResponse:
        """Run the socket until either side closes it."""
        try:
            return await self._wire.run(self._beat, self._hear)
        finally:
            if self._known:
                self._desk.went(self._screen_id, self)
            if self._next_beat is not None:
                self._next_beat.cancel()

    def send(self, frame: bytes) -> None:
        """Queue a frame that must arrive."""
        self._wire.send(frame)

    def close(self, code: CloseCode) -> None:
        """End soon."""
        self._wire.close(code)

    @property
    def waiting_bytes(self) -> int:
        """What waits to be sent."""
        return self._wire.waiting_bytes

    def _beat(self) -> None:
        self._next_beat = self._wire.loop.call_later(HEARTBEAT_S, self._beat)
        self._beats += 1
        self._wire.send_newest(Newest.HEARTBEAT, b'{"beat":%d}' % self._beats)

    async def _hear(self, frame: WSMessage) -> None:
        """Its first words say where it is; the rest is of no interest."""
        if frame.type is not WSMsgType.TEXT or self._known:
            return
        try:
            hello = msgspec.json.decode(frame.data, type=_Hello)
            screen = self._desk.came(self._screen_id, self, hello.address[:MAX_ADDRESS])
        except (msgspec.DecodeError, TooManyScreens):
            screen = None
        self._known = screen is not None
        if screen is None:
            self._wire.close(NOT_HERE)
