"""A hall with an outbox in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.publishing.hall import Hall
from tests.publishing.servers import Authority


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """An outbox that has started, with a channel that does what it is told."""
    hall = Hall(tmp_path)
    await hall.start()
    yield hall
    await hall.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for the servers of the tests."""
    return Authority(tmp_path_factory.mktemp("authority"))
