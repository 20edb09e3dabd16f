"""Fixtures for tests on networks of their own. Skipped where there can be none, unless `TESTS_REQUIRE_NETNS=1`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.netns.network import CannotMake, Host, Network, Program, network

Start: TypeAlias = Callable[..., Awaitable[Program]]


@pytest.fixture
def hall() -> Iterator[Network]:
    """A network with one switch, `switch`."""
    try:
        with network() as made:
            made.add_switch("switch")
            yield made
    except CannotMake as error:
        if os.environ.get("TESTS_REQUIRE_NETNS") == "1":
            raise
        pytest.skip(f"there can be no network namespaces here: {error}")


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts programs on a host: `await start(host, "appliance")`, `"finder"`, or a Python file."""
    programs: list[Program] = []

    async def started(host: Host, what: str, *more: str) -> Program:
        arguments = [what, *more]
        if what == "appliance":
            place = str(tmp_path / host.name)
            arguments = ["-m", "appliance", "serve", "--port", "80", "--data-dir", place, "--log-format", "json", *more]
        elif what == "finder":
            arguments = ["-m", "tests.netns.finder"]
        programs.append(await host.start(*arguments))
        return programs[-1]

    yield started
    await asyncio.gather(*(program.stop() for program in programs))
