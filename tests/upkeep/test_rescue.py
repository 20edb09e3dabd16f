"""A start on a damaged database: it is put aside as it is, a good snapshot takes its place, the tables do the rest."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance import app
from appliance.access.passwords import Passwords
from appliance.protocol import messages
from appliance.service.settings import Settings
from appliance.storage.data_dir import DataDir
from appliance.storage.errors import DatabaseTooNew, StorageFailed
from appliance.storage.mirror import Mirror
from appliance.storage.snapshots import Reason, Snapshot, snapshots, take
from appliance.upkeep.rescue import Rescued, damage, rescue
from tests.small_disk import fill, mounted
from tests.storage.filled import flip_byte, on_file
from tests.web.test_operator import Operator
from tests.world import World, held, world

PAGE = 4096


class Fallen:
    """An appliance that is stopped: two updates in its snapshot, four in its database."""

    def __init__(self, venue: World, token: str, client_id: str, epoch: str) -> None:
        self.venue = venue
        self.token = token
        self.client_id = client_id
        self.epoch = epoch
        self.database = venue.data_dir / "meets.sqlite3"
        self.snapshots = snapshots(venue.data_dir / "snapshots")

    @property
    def aside(self) -> list[Path]:
        replaced = self.venue.data_dir / "replaced"
        return sorted(replaced.iterdir()) if replaced.exists() else []

    async def warnings(self) -> dict[str, str]:
        assert (await self.venue.get("/healthz"))[0] == 200
        async with Operator(self.venue) as operator:
            return {each["name"]: each["detail"] for each in (await operator.state())["warnings"]}

    async def table_brings_back(self, *, first: int) -> None:
        """The table that was there comes again, and gives back what it is asked for."""
        table = await self.venue.table()
        table.token, table.local_seq = self.token, 4
        await table.ask_for(4, epoch=self.epoch)
        assert (await table.expect(messages.ServerPull)).last_server_seq >= 0
        mine = {"clientId": self.client_id}
        await table.give_back(
            4, self.epoch, *(held(f"x.{n}", n, n, "A", localSeqNum=n, **mine) for n in range(first, 5))
        )
        await table.expect(messages.StateRecovered)
        await table.pulled()
        standing, done = await table.pull()
        assert [(each.update_key, each.server_seq_num) for each in standing] == [(f"x.{n}", n) for n in range(1, 5)]
        assert done.last_server_seq == 4
        assert await table.change(("x.5", 5)) == [5]


async def fall(venue: World) -> Fallen:
    table = await venue.table()
    created = await table.create({"A": 1}, "A")
    await table.change(("x.1", 1), ("x.2", 2))
    database = venue.data_dir / "meets.sqlite3"
    take(database, venue.data_dir / "snapshots", Reason.PERIODIC, 0, 1_795_000_000_000)
    await table.change(("x.3", 3), ("x.4", 4))
    await venue.hang_up()
    await venue.stop()
    # What the stop has kept would bring back everything.
    for each in snapshots(venue.data_dir / "snapshots")[:-1]:
        each.path.unlink()
    return Fallen(venue, table.token, created.client_id, created.epoch)


def truncated(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: 3 * PAGE + 100])


def header_flipped(database: Path) -> None:
    flip_byte(database, 5)


def page_size_flipped(database: Path) -> None:
    flip_byte(database, 16)


def pages_flipped(database: Path) -> None:
    content = bytearray(database.read_bytes())
    for page in range(2, len(content) // PAGE - 1):
        content[page * PAGE : page * PAGE + 64] = bytes(64)
    database.write_bytes(content)


def text_flipped(database: Path) -> None:
    content = database.read_bytes()
    assert content.count(b"x.3") == 1
    database.write_bytes(content.replace(b"x.3", b"\xff.3"))


def value_broken(database: Path) -> None:
    on_file(database, "UPDATE log SET value = '{' WHERE server_seq = 3")


def reference_broken(database: Path) -> None:
    on_file(database, "DELETE FROM location")


def key_broken(database: Path) -> None:
    on_file(database, "UPDATE log SET key = '..' WHERE server_seq = 3")


def emptied(database: Path) -> None:
    database.write_bytes(b"")


def zeroed(database: Path) -> None:
    database.write_bytes(bytes(database.stat().st_size))


def a_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()
    (database / "something").write_text("of somebody")


def another_format(database: Path) -> None:
    database.write_bytes(b"not a database, " * 1000)


def other_tables(database: Path) -> None:
    database.unlink()
    on_file(database, "CREATE TABLE meet (somebody_elses TEXT)")


def log_without_database(database: Path) -> None:
    database.with_name(database.name + "-wal").write_bytes(database.read_bytes())
    database.unlink()


DAMAGES = [
    truncated,
    header_flipped,
    page_size_flipped,
    pages_flipped,
    text_flipped,
    value_broken,
    reference_broken,
    key_broken,
    emptied,
    zeroed,
    a_folder,
    another_format,
    other_tables,
    log_without_database,
]


def content(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else path.rglob("*")
    return {each.name: each.read_bytes() for each in files if each.is_file() and not each.name.endswith("-shm")}


@pytest.mark.parametrize("harm", DAMAGES)
async def test_a_damaged_database_is_put_aside_as_it_is_and_the_tables_bring_back_what_came_after_the_snapshot(
    tmp_path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        harm(fallen.database)
        before = {
            name: data for each in fallen.database.parent.glob("meets.sqlite3*") for name, data in content(each).items()
        }
        await venue.start()
        [aside] = fallen.aside
        assert aside.name.startswith("000001-damaged-20")
        kept = content(aside)
        assert {name: kept[name] for name in before} == before
        detail = (await fallen.warnings())["database_replaced"]
        assert str(aside) in detail
        assert f"{fallen.snapshots[0].path} of 2026-11-18 " in detail
        assert "database_replaced" in [record.message for record in caplog.records]
        await fallen.table_brings_back(first=1)
        await venue.restart()
        assert (len(fallen.aside), await fallen.warnings()) == (1, {})


async def test_a_sound_database_is_left_alone_and_a_gap_in_a_log_is_for_its_tables_to_mend(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        on_file(fallen.database, "DELETE FROM log WHERE server_seq = 3")
        await venue.start()
        assert fallen.aside == []
        assert list(await fallen.warnings()) == ["self_check_failed", "meet_read_only"]


async def test_a_missing_write_ahead_log_is_an_older_state_that_the_tables_bring_up_to_date(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        # What is in the main file alone when the power goes and the log's file is lost.
        shutil.copy(fallen.snapshots[0].path, fallen.database)
        on_file(fallen.database, "PRAGMA journal_mode = WAL")
        on_file(fallen.database, "DELETE FROM appliance WHERE key = 'snapshot'")
        await venue.start()
        assert fallen.aside == []
        await fallen.table_brings_back(first=1)


async def test_what_is_in_the_log_of_a_killed_appliance_counts(tmp_path: Path) -> None:
    """The look before the start must see it, and must not mistake it for damage."""
    async with world(tmp_path / "data") as venue:
        table = await venue.table()
        await table.create({"A": 1}, "A")
        await table.change(("x.1", 1))
        copy = tmp_path / "copy"
        copy.mkdir()
        for suffix in ("", "-wal"):
            shutil.copy(venue.data_dir / f"meets.sqlite3{suffix}", copy)
        before = content(copy)
        data_dir = DataDir.claim(copy)
        assert damage(data_dir) is None
        assert {name: data for name, data in content(copy).items() if name in before} == before
        on_file(copy / "meets.sqlite3", "UPDATE log SET key = '..'")
        assert "has the key" in (damage(data_dir) or "")
        data_dir.release()


async def test_snapshots_that_are_damaged_are_passed_over_and_kept(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        [good] = fallen.snapshots
        newer = [good.path.with_name(good.name.replace("000001", f"00000{number}")) for number in (2, 3, 4)]
        for path in newer:
            shutil.copy(good.path, path)
        on_file(newer[0], "DELETE FROM log WHERE server_seq = 2")
        flip_byte(newer[1], 5)
        newer[2].write_bytes(b"")
        (good.path.parent / "000005.part").write_bytes(good.path.read_bytes())
        truncated(fallen.database)
        await venue.start()
        assert str(good.path) in (await fallen.warnings())["database_replaced"]
        assert all(path.exists() for path in newer)
        await fallen.table_brings_back(first=1)


async def test_without_any_good_snapshot_it_begins_blank(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        flip_byte(fallen.snapshots[0].path, 5)
        truncated(fallen.database)
        await venue.start()
        assert "began blank" in (await fallen.warnings())["database_replaced"]
        table = await venue.table()
        await table.create({"A": 1}, "A")
        assert await table.change(("x.1", 1)) == [1]


async def test_a_newer_snapshot_in_the_second_place_is_taken_if_it_is_this_appliances(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        [own] = fallen.snapshots
        copied = mirror / own.name.replace("000001", "000002")
        shutil.copy(own.path, copied)
        foreign = mirror / own.name.replace("000001", "000003")
        shutil.copy(own.path, foreign)
        on_file(
            foreign,
            """UPDATE appliance SET value = json_set(value, '$.appliance_id', 'other')
                            WHERE key = 'snapshot'""",
        )
        truncated(fallen.database)
        data_dir = DataDir.claim(venue.data_dir)
        rescued = rescue(data_dir, Mirror(mirror, mirror), 0)
        data_dir.release()
        assert rescued is not None
        assert rescued.snapshot is not None
        assert rescued.snapshot.path == copied
        assert rescued.aside.name == "000001-damaged-19700101T000000Z"
        await venue.start()
        await fallen.table_brings_back(first=1)


async def test_a_rescue_that_was_cut_short_is_finished_by_the_next_start(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        fallen.database.unlink()
        shutil.copy(fallen.snapshots[0].path, venue.data_dir / "restored.sqlite3.part")
        await venue.start()
        assert "meets.sqlite3 is gone" in (await fallen.warnings())["database_replaced"]
        assert not (venue.data_dir / "restored.sqlite3.part").exists()
        await fallen.table_brings_back(first=1)


async def test_a_second_damage_gets_the_next_number(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        for _ in range(2):
            truncated(fallen.database)
            await venue.start()
            await venue.stop()
        assert [each.name[:14] for each in fallen.aside] == ["000001-damaged", "000002-damaged"]


async def test_a_newer_appliances_database_is_no_damage(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        on_file(fallen.database, "PRAGMA user_version = 99")
        before = content(venue.data_dir)
        with pytest.raises(DatabaseTooNew):
            await venue.start()
        assert fallen.aside == []
        assert content(venue.data_dir)["meets.sqlite3"] == before["meets.sqlite3"]


async def test_a_disk_that_refuses_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        data_dir = DataDir.claim(venue.data_dir)
        for code, damaged in [
            (sqlite3.SQLITE_CANTOPEN, False),
            (sqlite3.SQLITE_PERM, False),
            (sqlite3.SQLITE_BUSY, False),
            (sqlite3.SQLITE_FULL, False),
            (sqlite3.SQLITE_IOERR_WRITE, False),
            (sqlite3.SQLITE_IOERR_READ, True),
        ]:

            def refuse(_: Path, code: int = code) -> sqlite3.Connection:
                error = sqlite3.OperationalError("refused")
                error.sqlite_errorcode = code
                raise error

            monkeypatch.setattr("appliance.upkeep.rescue.open_reader", refuse)
            assert (damage(data_dir) is not None) == damaged
        data_dir.release()
        assert fallen.aside == []


def test_a_blank_appliance_has_nothing_to_rescue(tmp_path: Path) -> None:
    data_dir = DataDir.claim(tmp_path)
    assert rescue(data_dir, None, 0) is None
    data_dir.release()


async def test_on_a_full_disk_the_oldest_snapshots_make_room(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        [good] = fallen.snapshots
        with mounted(tmp_path / "disk", megabytes=2) as disk:
            data_dir = DataDir.claim(disk / "data")
            data_dir.snapshots.mkdir()
            for number in range(8):
                shutil.copy(good.path, data_dir.snapshots / good.name.replace("000001", f"00000{number + 1}"))
            data_dir.database.write_bytes(b"damaged")
            fill(disk)
            rescued = rescue(data_dir, None, 0)
            data_dir.release()
            assert isinstance(rescued, Rescued)
            assert isinstance(rescued.snapshot, Snapshot)
            assert rescued.snapshot.sequence == 8
            assert snapshots(data_dir.snapshots)[0].sequence == 8
            assert damage(data_dir) is None


async def test_where_not_even_that_makes_room_nothing_is_changed(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        [good] = fallen.snapshots
        with mounted(tmp_path / "disk", megabytes=2) as disk:
            data_dir = DataDir.claim(disk / "data")
            data_dir.snapshots.mkdir()
            shutil.copy(good.path, data_dir.snapshots)
            data_dir.database.write_bytes(b"damaged")
            fill(disk)
            with pytest.raises(StorageFailed, match="the disk is full"):
                rescue(data_dir, None, 0)
            data_dir.release()
            assert data_dir.database.read_bytes() == b"damaged"
            assert len(snapshots(data_dir.snapshots)) == 1


async def test_the_second_place_of_the_settings_is_looked_at(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        fallen = await fall(venue)
        (tmp_path / "mirror").mkdir()
        shutil.move(fallen.snapshots[0].path, tmp_path / "mirror")
        truncated(fallen.database)
        settings = Settings(host="127.0.0.1", port=0, data_dir=venue.data_dir, mirror_dir=tmp_path / "mirror")
        async with app.running(settings, Passwords(n=2, r=1, p=1)) as appliance:
            assert len(appliance.meets.hubs) == 1
