"""The composition root: what is there when it runs, and what is left when it has stopped."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from appliance import app, cli
from appliance.access.passwords import Passwords
from appliance.protocol import messages
from appliance.service.settings import Settings
from appliance.storage.data_dir import snapshots_in
from appliance.storage.database import connection_of, open_database
from appliance.storage.errors import DataDirInUse
from appliance.storage.snapshots import Reason, take
from appliance.upkeep import recurring
from tests.publishing.hall import CSV, CUP
from tests.world import World, held, update, world


def on_disk(data_dir: Path, *statements: str) -> list[tuple[Any, ...]]:
    """Run SQL on the database of an appliance that does not run."""
    database = open_database(data_dir / "meets.sqlite3")
    try:
        rows = [row for statement in statements for row in connection_of(database).execute(statement).fetchall()]
    finally:
        database.close()
    return rows


async def test_it_serves_where_it_says_with_its_key_and_data_to_itself(tmp_path: Path) -> None:
    async with world(tmp_path / "data") as venue:
        assert venue.appliance is not None
        assert venue.appliance.url == venue.url
        assert (await venue.get("/healthz"))[0] == 200
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "signing.key").stat().st_mode & 0o777 == 0o600


async def test_when_it_has_stopped_nothing_is_left_and_all_is_on_disk(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with world(tmp_path / "data") as venue:
        table = await venue.table()
        await table.create({"A": 1}, "A")
        assert await table.change(("meet.name", "Cup"), ("meet.city", "Cork")) == [1, 2]
        # And what was accepted while it stopped.
        await table.update(*((f"x.{number}", number) for number in range(100)))
    assert asyncio.all_tasks() == before
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]
    ((count, last),) = on_disk(tmp_path / "data", "SELECT (SELECT count(*) FROM log), last_server_seq FROM meet")
    assert count == last >= 2


async def test_the_data_directory_is_one_process_own(venue: World) -> None:
    with pytest.raises(DataDirInUse, match="in use by another appliance"):
        async with app.running(Settings(host="127.0.0.1", port=0, data_dir=venue.data_dir)):
            pass
    assert (await venue.get("/healthz"))[0] == 200


async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(host="127.0.0.1", port=taken.getsockname()[1], data_dir=tmp_path / "data")
        with pytest.raises(OSError, match="in use"):
            async with app.running(settings):
                pass
    assert asyncio.all_tasks() == before
    async with world(tmp_path / "data") as venue:
        assert (await venue.get("/healthz"))[0] == 200


async def test_a_file_that_is_no_database_is_put_aside_and_does_not_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "meets.sqlite3").write_bytes(b"not a database, " * 1000)
    async with world(tmp_path) as venue:
        assert "database_replaced" in (await venue.get("/healthz"))[1]
    [kept] = (tmp_path / "replaced").glob("*/meets.sqlite3")
    assert kept.read_bytes() == b"not a database, " * 1000


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("DELETE FROM log WHERE server_seq = 2", "number 2 is missing"),
        ("DELETE FROM log WHERE server_seq = 3", "the log ends at number 2"),
        ("UPDATE log SET key = 'x.other' WHERE server_seq = 1", "digest"),
    ],
)
async def test_a_damaged_meet_is_said_and_can_be_read_until_its_tables_have_mended_it_and_others_go_on(
    tmp_path: Path, damage: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path / "data") as venue:
        table, healthy = await venue.table(), await venue.table()
        created = await table.create({"A": 1}, "A")
        assert await table.change(("x.a", 1), ("x.b", 2), ("x.c", 3)) == [1, 2, 3]
        before = await table.pull()
        await venue.restart()
        await venue.stop()
        on_disk(tmp_path / "data", damage)
        await venue.start()
        healthy, damaged, display = await venue.table(), await venue.table(), await venue.table()
        await display.join(created.meet_id, "A", readOnly=True)
        assert (await display.pull())[0]
        damaged.token, damaged.local_seq = table.token, 3
        await damaged.update(("x.d", 4))
        assert (await damaged.expect(messages.ServerPull)).last_server_seq == 0
        assert (await damaged.expect(messages.ServerBusy)).retry_after_ms > 0
        assert said in "".join(str(record.__dict__.get("event_fields")) for record in caplog.records)
        await healthy.create({"A": 1}, "A")
        assert await healthy.change(("x.a", 1)) == [1]
        damaged.local_seq = 3
        mine = {"clientId": created.client_id}
        await damaged.give_back(
            3,
            created.epoch,
            *(held(f"x.{key}", n, n, "A", localSeqNum=n, **mine) for n, key in enumerate("abc", start=1)),
        )
        assert (await damaged.expect(messages.StateRecovered)).last_server_seq == 3
        standing, done = await damaged.pull()
        assert (standing, done.state_digest) == (before[0], before[1].state_digest)
        assert await damaged.change(("x.d", 4)) == [4]
        await venue.restart()
        damaged, damaged.token = await venue.table(), table.token
        assert (await damaged.pull())[1].last_server_seq == 4
        await damaged.send_updates(update("x.e", 5, 5))
        assert (await damaged.expect(messages.UpdateAck)).update_acks[0].server_seq_num == 5


async def test_sessions_and_service_time_are_saved_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurring, "MINUTE_S", 0.01)
    async with world(tmp_path / "data") as venue:
        venue.clock_s += 5000
        saved = 0
        while saved < 5000:
            ((saved,),) = on_disk(
                tmp_path / "data", "SELECT CAST(value AS INTEGER) FROM appliance WHERE key = 'service_seconds'"
            )
            await asyncio.sleep(0)


async def test_results_go_by_themselves_and_what_was_sent_stays_so_when_the_meets_go_back(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    more = {"publishing_channel": "folder", "publishing_folder": tmp_path / "results"}
    async with world(tmp_path / "data", **more) as venue:
        table = await venue.table()
        await table.create({"A": 1}, "A")
        assert venue.appliance is not None
        outbox, sent = venue.appliance.outbox, asyncio.Event()
        before = take(venue.data_dir / "meets.sqlite3", snapshots_in(venue.data_dir), Reason.MANUAL, 0, 0)
        outbox.on_change(lambda publication: sent.set() if publication.state == "sent" else None)
        published = await outbox.publish(replace(CUP, meet_id=table.meet_id), "", CSV)
        async with asyncio.timeout(10):
            await sent.wait()
        [bundle] = (tmp_path / "results").iterdir()
        assert published.publication_id in bundle.name
        await venue.hang_up()
        await venue.stop()
        arguments = ["restore", str(before.path), "--data-dir", str(venue.data_dir)]
        assert await asyncio.to_thread(cli.main, arguments) == 0
        shutil.rmtree(bundle)
        await venue.start()
        await venue.appliance.outbox.work()
        [after] = venue.appliance.outbox.publications
        assert (after.state, after.doubtful) == ("sent", False)
        assert list((tmp_path / "results").iterdir()) == []


async def test_the_schedule_pokes_the_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurring, "OUTBOX_S", 0.05)
    more = {"publishing_channel": "folder", "publishing_folder": tmp_path / "later"}
    async with world(tmp_path / "data", **more) as venue:
        assert venue.appliance is not None
        outbox, sent = venue.appliance.outbox, asyncio.Event()
        outbox.on_change(lambda publication: sent.set() if publication.state == "sent" else None)
        await outbox.publish(CUP, "", CSV)
        while not outbox.waiting_for:
            await asyncio.sleep(0)
        assert "publishing_not_set_up" in venue.appliance.status()
        (tmp_path / "later").mkdir()
        async with asyncio.timeout(10):
            await sent.wait()


async def test_what_is_wrong_in_the_file_on_the_card_is_told_on_the_page_and_stops_nothing(tmp_path: Path) -> None:
    settings = Settings(host="127.0.0.1", port=0, data_dir=tmp_path)
    wrong = ["openlifter.toml, line 3: is no setting <here>"]
    passwords = Passwords(n=2, r=1, p=1)
    async with (
        app.running(settings, passwords, wrong_settings=wrong) as appliance,
        aiohttp.ClientSession(appliance.url) as http,
        http.get("/") as page,
        http.get("/readyz") as ready,
    ):
        assert "openlifter.toml, line 3: is no setting &lt;here&gt;" in await page.text()
        assert ready.status == 200
