"""The appliance gets another address while a table is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from playwright.async_api import Browser, expect

from appliance.client.server_process import ServerProcess
from tests.browser.conftest import Tables
from tests.browser.live import LiveTab, agree
from tests.browser.table import Table
from tests.browser.test_live_recovery import bench, enter
from tests.browser.test_live_tables import entry_ids, venue


ADDRESS = "127.0.0.1"


class FormerAddress:
    """An address of the appliance that it will lose: what comes there is passed on."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, ADDRESS, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def lose(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(ADDRESS, self._to)
        for source, sink in ((reader, back), (there, writer)):
            task = asyncio.create_task(_pass(source, sink))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        with suppress(OSError):
            sink.close()


@pytest.fixture
async def former(appliance_server: ServerProcess) -> AsyncIterator[FormerAddress]:
    address = FormerAddress(int(appliance_server.port))
    await address.open()
    yield address
    await address.lose()


async def test_a_table_goes_on_at_the_appliances_other_address_and_says_where(
    table: Tables, chromium: Browser, appliance_server: ServerProcess, former: FormerAddress
) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    ids = entry_ids(await platform.operator.state())
    await LiveTab(desk).open()
    meet_id = (await desk.page.evaluate("fetch('/api/v1/meets').then((answer) => answer.json())"))["meets"][0]["meetId"]
    moving = await Table.at(chromium, "moving", f"http://{ADDRESS}:{former.port}")
    try:
        await moving.open()
        await LiveTab(moving).join(meet_id, "Second desk")
        await agree(platform, moving)
        await former.lose()
        await LiveTab(moving).is_live()
        await enter(platform, ids[0], 80)
        await agree(platform, moving)
        assert (await bench(moving, ids[0]))[0] == 80
        await LiveTab(moving).open()
        shown = moving.page.locator("#live-page")
        await expect(shown).to_contain_text(f"{ADDRESS}:{appliance_server.port}")
    finally:
        await moving.close()
