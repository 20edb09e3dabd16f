"""A table of the venue: a browser of its own, and a record of everybody whom it asked and of what went wrong in it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebSocket

from tests.browser.operator import Operator

HOST = "openlifter.test"
"""A name for loopback that no browser takes for a secure context, as 127.0.0.1 would be."""

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
)
# On a box with two cores and several browsers, one of them may well stand still for a while.
PATIENCE_MS = 15_000.0


class Table:
    """One browser context with one page at a time.

    Attributes:
        name: its location, for messages.
        origin: the appliance that it asks, `http://openlifter.test:8080`.
        page: the page that is open now.
        operator: whoever clicks and types in it.
        asked: the host and port of each request that left the page, WebSockets too. What the page's own
            Content-Security-Policy stops does not leave it, and is a console error.
        console_errors: what the console showed as an error, and exceptions that nobody caught.
    """

    def __init__(self, name: str, origin: str, context: BrowserContext) -> None:
        self.name = name
        self.origin = origin
        self.context = context
        self.asked: list[str] = []
        self.console_errors: list[str] = []
        self._page: Page | None = None
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", self._note)

    @classmethod
    async def at(cls, browser: Browser, name: str, origin: str) -> Table:
        """A new table, with an empty page."""
        table = cls(name, origin, await browser.new_context(viewport={"width": 1400, "height": 900}))
        await table.new_page()
        return table

    @property
    def page(self) -> Page:
        """The page that is open now."""
        assert self._page is not None, f"{self.name} has no page open"
        return self._page

    @property
    def operator(self) -> Operator:
        """Whoever clicks and types in the page."""
        return Operator(self.page)

    @property
    def elsewhere(self) -> set[str]:
        """Hosts other than the appliance, under its name or its address, that were really asked: must be empty."""
        origin = urlsplit(self.origin)
        return set(self.asked) - {origin.netloc, f"127.0.0.1:{origin.port}"}

    async def new_page(self) -> Page:
        """Another tab instead of the one that is open; what the browser has stored stays."""
        await self.kill_tab()
        page = await self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.console_errors.append(f"uncaught: {error}"))
        page.on("websocket", self._note_socket)
        self._page = page
        return page

    async def kill_tab(self) -> None:
        """Close the tab without asking it, as a crash does."""
        if self._page is not None:
            await self._page.close(run_before_unload=False)
            self._page = None

    async def open(self, path: str = "") -> None:
        """Open OpenLifter at an address of its own (`lifting`), and wait until it has drawn itself."""
        await self.page.goto(f"{self.origin}/openlifter/{path}")
        await self.page.locator("#root nav .navbar-nav").wait_for(state="attached")

    async def offline(self, is_offline: bool = True) -> None:
        """Cut the network of this browser, or put it back."""
        await self.context.set_offline(is_offline)

    async def close(self) -> None:
        """Close the browser context."""
        await self.context.close()

    def _note(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("blob", "data"):
            self.asked.append(address.netloc)

    def _note_socket(self, socket: WebSocket) -> None:
        self.asked.append(urlsplit(socket.url).netloc)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)
