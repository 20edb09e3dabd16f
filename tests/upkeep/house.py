"""What a test of upkeep has in hand."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.service.clock import ServiceClock
from appliance.service.warnings import WarningBoard
from appliance.storage.data_dir import database_in, snapshots_in
from appliance.storage.journal import Journal
from appliance.upkeep.keeper import SnapshotKeeper
from appliance.upkeep.self_check import SelfCheck
from tests.storage.filled import Filled


class House(Struct, frozen=True):
    """An appliance without the web."""

    data_dir: Path
    mirror: Path
    journal: Journal
    filled: Filled
    meets: Meets
    doors: Doors
    keeper: SnapshotKeeper
    self_check: SelfCheck
    clock: ServiceClock
    board: WarningBoard

    @property
    def database(self) -> Path:
        """Its database."""
        return database_in(self.data_dir)

    @property
    def folder(self) -> Path:
        """Its snapshots."""
        return snapshots_in(self.data_dir)

    @property
    def warned(self) -> list[str]:
        """The names of the warnings that hold."""
        return [each.name for each in self.board.active]

    async def take_up_again(self) -> None:
        """Have in memory what is on disk, after a test has written past the hubs."""
        await self.meets.close()
        self.meets.forget()
        await self.self_check.take_up()
