"""Going back to a snapshot while the appliance runs: tables are shown out, the database swapped, the meets taken up."""

from __future__ import annotations

import asyncio
from pathlib import Path

from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.service.clock import ServiceClock, wall_ms
from appliance.service.logging import get_logger
from appliance.storage.data_dir import database_in, snapshots_in
from appliance.storage.errors import StorageError, StorageFailed
from appliance.storage.journal import Journal
from appliance.storage.positions import Position
from appliance.storage.restoring import clear, keep_present, stage, swap
from appliance.storage.snapshots import Snapshot
from appliance.upkeep.keeper import SnapshotKeeper
from appliance.upkeep.self_check import SelfCheck

_log = get_logger(__name__)


class Restorer:
    """Restores on a running appliance. To be used from one event loop."""

    def __init__(
        self,
        data_dir: Path,
        journal: Journal,
        meets: Meets,
        doors: Doors,
        keeper: SnapshotKeeper,
        self_check: SelfCheck,
        clock: ServiceClock,
    ) -> None:
        self._data_dir = data_dir
        self._journal = journal
        self._meets = meets
        self._doors = doors
        self._keeper = keeper
        self._self_check = self_check
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def restore(self, snapshot: Snapshot) -> list[Position]:
        """Go back to a snapshot. What is there now is kept as a snapshot of its own first.

        Tables are told to reconnect; when they do, the meets are there again, under a new epoch where they changed.

        Returns:
            Where the meets stand now.

        Raises:
            StorageError: nothing was changed, and the meets go on as they were.
        """
        async with self._one_at_a_time:
            # The slow part, while the tables work on.
            staged = await asyncio.to_thread(stage, snapshot.path, self._data_dir)
            try:
                # A reader would keep the present database from being put aside whole.
                async with self._keeper.paused, self._self_check.paused, self._doors.closed():
                    stand = await self._swap(staged)
            except TimeoutError as error:
                raise StorageFailed("a table does not let go of its connection: try again") from error
            finally:
                await asyncio.to_thread(clear, self._data_dir)
            await self._keeper.look_again()
        self._keeper.look_after_mirror()
        _log.warning("snapshot_restored", name=snapshot.name, meets=len(stand))
        return stand

    async def _swap(self, staged: Path) -> list[Position]:
        database, folder = database_in(self._data_dir), snapshots_in(self._data_dir)
        service_s = int(self._clock.now_s())

        def swap_in() -> list[Position]:
            keep_present(database, folder, service_s, wall_ms())
            return swap(staged, database)

        await self._meets.save_sessions()
        await self._meets.close()
        try:
            return await self._journal.replace(swap_in)
        finally:
            self._meets.forget()
            try:
                await self._self_check.take_up()
            except StorageError as error:
                # Without its meets the appliance is better started again.
                self._meets.fail(error)
                raise
