"""A running appliance and its keeper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.access.passwords import Passwords
from appliance.access.sessions import Sessions
from appliance.access.tokens import TokenSigner
from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.service.clock import ServiceClock
from appliance.service.warnings import WarningBoard
from appliance.storage.data_dir import database_in
from appliance.storage.journal import Journal
from appliance.storage.loading import load_appliance
from appliance.storage.mirror import MountTable
from appliance.upkeep.keeper import SnapshotKeeper
from appliance.upkeep.mirroring import Mirroring
from appliance.upkeep.self_check import SelfCheck
from tests.storage.filled import Filled
from tests.storage.records import create_meet
from tests.upkeep.house import House

PASSWORD_HASH = b'{"n":2,"r":1,"p":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","digest":"%s"}' % (b"A" * 43 + b"=")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """An appliance without the web, with one meet of twenty updates on it, and a mirror that is not there yet."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    journal = Journal(database_in(data_dir))
    await journal.start()
    creation = create_meet()
    await journal.submit(
        type(creation)(
            type(creation.meet)(
                creation.meet.meet_id, "Nationals", PASSWORD_HASH, b"key", "Platform 1", creation.meet.locations
            ),
            creation.epoch,
            creation.client,
            type(creation.session)("session", creation.meet.meet_id, "scoring-table", "Platform 1", "table", 10),
        )
    )
    filled = Filled(journal)
    await filled.grow(20)
    passwords, clock, board = Passwords(n=2, r=1, p=1), ServiceClock(0.0), WarningBoard()
    meets = Meets(journal, passwords, TokenSigner(b"k" * 32), Sessions(), clock, board)
    self_check = SelfCheck(database_in(data_dir), journal, meets, board)
    await self_check.take_up()
    while not all(hub.begun for hub in meets.hubs):
        await asyncio.sleep(0)
    mirroring = Mirroring(tmp_path / "mirror", MountTable(tmp_path / "none", tmp_path / "none"), data_dir, 50)
    facts = await journal.read(load_appliance)
    keeper = SnapshotKeeper(data_dir, facts.appliance_id, 50, mirroring, meets, clock, board)
    yield House(data_dir, tmp_path / "mirror", journal, filled, meets, Doors(), keeper, self_check, clock, board)
    await meets.close()
    await keeper.close()
    await journal.stop()
    passwords.close()
