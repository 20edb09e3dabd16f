"""Fixtures for all rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import World, world


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[World]:
    """A venue with a running appliance."""
    async with world(tmp_path / "data") as here:
        yield here
