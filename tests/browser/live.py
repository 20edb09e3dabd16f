"""What a person does in the tab "Live (Advanced)", and waiting for what tables tell each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from playwright.async_api import Locator, Route, WebSocketRoute, expect

from tests.browser.operator import State
from tests.browser.table import PATIENCE_MS, Table

PASSWORD = "correct horse"
MEET_ID = re.compile(r"\d{3} \d{3} \d{3}")


class LiveTab:
    """The live side of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._cut = False
        self._sockets: list[WebSocketRoute] = []

    @property
    def badge(self) -> Locator:
        """What is said in the bar."""
        return self.table.page.locator(".live-badge")

    async def open(self) -> None:
        """The tab."""
        await self.table.page.locator('#root nav a.nav-link[href="/openlifter/live"]').click()

    async def make_live(self, location: str, *, meet_name: str = "Cup", locations: Mapping[str, int]) -> str:
        """Make this table's meet live; returns its id."""
        page = self.table.page
        await self.open()
        await page.get_by_text("Make this meet live").click()
        form = page.locator("form:visible")
        await form.locator("#live-meet-name").fill(meet_name)
        await form.locator("#live-new-password").fill(PASSWORD)
        rows = form.locator(".live-locations > li")
        while await rows.count() > len(locations):
            await rows.last.get_by_role("button").last.click()
        while await rows.count() < len(locations):
            await form.get_by_role("button", name="Add a location").click()
        for index, (name, priority) in enumerate(locations.items()):
            fields = rows.nth(index).locator("input")
            await fields.nth(0).fill(name)
            await fields.nth(1).fill(str(priority))
        await form.locator("#live-here").select_option(label=location)
        await form.locator("button[type=submit]").click()
        shown = page.get_by_text(MEET_ID).first
        await shown.wait_for()
        await self.is_live()
        found = MEET_ID.search(await shown.inner_text())
        assert found is not None
        return found[0]

    async def join(self, meet_id: str, location: str) -> None:
        """Join a meet at one of its locations."""
        page = self.table.page
        await self.open()
        await page.get_by_text("Join a live meet").click()
        form = page.locator("form:visible")
        await form.locator("#live-meet-id").fill(meet_id)
        await form.locator("#live-join-password").fill(PASSWORD)
        await form.locator("button[type=submit]").click()
        await form.locator("label.live-choice", has=page.get_by_text(location, exact=True)).click()
        await form.locator("button[type=submit]").click()
        await self.is_live()

    async def is_live(self) -> None:
        """Wait until the badge says live, and that nothing waits to be sent."""
        await expect(self.badge).to_have_text(re.compile(r"^\s*Live(?!.*not yet sent)", re.S), timeout=PATIENCE_MS)

    async def is_offline(self) -> None:
        """Wait until the badge says offline."""
        await expect(self.badge).to_contain_text("Offline", timeout=PATIENCE_MS)

    async def watch_the_wire(self) -> None:
        """From the next page on, `cut` and `mend` decide whether the appliance's live side can be reached."""
        await self.table.context.route_web_socket("**/ws", self._route)

    async def _route(self, socket: WebSocketRoute) -> None:
        if self._cut:
            await socket.close()
        else:
            socket.connect_to_server()
            self._sockets.append(socket)

    async def cut(self) -> None:
        """No live connection from now on; pages still load."""
        self._cut = True
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            await socket.close()
        await self.is_offline()

    def mend(self) -> None:
        """The cable is back."""
        self._cut = False


def shared(state: State) -> bytes:
    """What all tables of a meet have in common, in one order."""
    entries = sorted(state["registration"]["entries"], key=lambda entry: int(entry["id"]))
    return msgspec.json.encode([state["meet"], entries], order="sorted")


async def agree(*tables: Table) -> None:
    """Wait until all tables show the same meet."""
    for _ in range(int(PATIENCE_MS / 50)):
        states = [await table.operator.state() for table in tables]
        if len({shared(state) for state in states}) == 1:
            return
        await tables[0].page.wait_for_timeout(50)
    first, *others = (msgspec.json.decode(shared(state)) for state in states)
    for table, other in zip(tables[1:], others, strict=True):
        assert other == first, f"{table.name} shows another meet than {tables[0].name}"


async def sent_frames(table: Table) -> list[dict[str, Any]]:
    """The messages that a table has sent since `note_sent`, but pulls."""
    frames: list[str] = await table.page.evaluate("window.sentFrames.splice(0)")
    messages: list[dict[str, Any]] = [msgspec.json.decode(frame) for frame in frames]
    return [message for message in messages if message["msgType"] == "UPDATE_INIT"]


NOTE_SENT = """
window.sentFrames = [];
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (frame) { window.sentFrames.push(frame); return send.call(this, frame); };
"""


async def refuse(route: Route) -> None:
    """Let a request fail."""
    await route.abort()
