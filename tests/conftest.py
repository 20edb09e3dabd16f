"""Fixtures for all rooms."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.world import World, world


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[World]:
    """A venue with a running appliance."""
    async with world(tmp_path / "data") as here:
        yield here


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A test that runs the command line leaves no handler behind, whose stream is closed by then."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
