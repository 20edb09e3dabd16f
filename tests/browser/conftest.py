"""Fixtures for tests in a real browser: the appliance with the stand-in OpenLifter on it, and tables that open it.

Without Chromium or npm they are skipped, unless `OPENLIFTER_REQUIRE_BROWSER=1` says that this is a failure.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.async_api import Browser, async_playwright

from appliance.client.server_process import ServerProcess, appliance_process
from tests.browser.standin_build import assemble
from tests.browser.table import CHROMIUM, CHROMIUM_FLAGS, HOST, Table
from tests.npm import CannotFetch, missing

TIMEOUT_S = 180

Tables: TypeAlias = Callable[[str], Awaitable[Table]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a small machine, beside another one, takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder with a build of the stand-in OpenLifter."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = cache.mkdir("openlifter-standin") if cache is not None else tmp_path_factory.mktemp("cache")
    try:
        return assemble(tmp_path_factory.mktemp("standin") / "build", folder)
    except CannotFetch as error:
        missing(f"the stand-in OpenLifter cannot be made: {error}")
        raise


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        missing(f"{CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
async def appliance_server(tmp_path: Path, standin: Path) -> AsyncIterator[ServerProcess]:
    """A running appliance with the stand-in on it: `kill()`, `stop()` and `start()` again, on the same port."""
    server = appliance_process(tmp_path / "data", {"OPENLIFTER_OPENLIFTER_DIR": str(standin)})
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
async def table(chromium: Browser, appliance_server: ServerProcess) -> AsyncIterator[Tables]:
    """Makes tables: `await table("platform")` is a browser of its own with OpenLifter's first page open."""
    tables: list[Table] = []

    async def at(name: str) -> Table:
        made = await Table.at(chromium, name, f"http://{HOST}:{appliance_server.port}")
        tables.append(made)
        await made.open()
        return made

    yield at
    await asyncio.gather(*(each.close() for each in tables))
