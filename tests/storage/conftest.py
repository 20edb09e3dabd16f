"""A journal on a real file, and the records of a small meet to store in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.storage.journal import Journal
from tests.storage.records import NATIONALS


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "meets.sqlite3"


@pytest.fixture
async def journal(database_path: Path) -> AsyncIterator[Journal]:
    """A running journal that knows the nationals."""
    journal = Journal(database_path)
    await journal.start()
    await journal.submit(NATIONALS)
    yield journal
    await journal.stop()
