"""Section 9: a table publishes the results of its meet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from appliance.protocol import messages
from appliance.protocol.messages import FromServer
from appliance.storage.data_dir import snapshots_in
from appliance.storage.snapshots import snapshots
from appliance.upkeep import results_desk
from tests.publishing.hall import CORRECTED, CSV, DIRECTOR
from tests.world import Table, World, world

LOCATIONS = {"Desk": 10, "Platform 1": 20, "Platform 2": 5}


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[World]:
    """An appliance whose results go to a folder that is not there, so that they wait."""
    async with world(tmp_path / "data", publishing_channel="folder", publishing_folder=tmp_path / "results") as here:
        yield here


async def publish(table: Table, csv: str = CSV, return_email: str = DIRECTOR) -> None:
    await table.say(
        {"msgType": "PUBLISH_MEET", "sessionToken": table.token, "returnEmail": return_email, "oplCsv": csv}
    )


async def answer(table: Table) -> FromServer:
    """The next message but news, which come whenever they like."""
    while isinstance(message := await table.hear(), messages.PublishStatus | messages.Presence | messages.Heartbeat):
        pass
    return message


async def published(table: Table, csv: str = CSV) -> str:
    await publish(table, csv)
    ack = await answer(table)
    assert isinstance(ack, messages.PublishAck)
    assert ack.state == "queued"
    assert ack.publication_id
    return ack.publication_id


def nothing_is_published(hall: World) -> bool:
    assert hall.appliance
    return not hall.appliance.outbox.publications


async def rejection(table: Table) -> messages.PublishRejected:
    return await table.expect(messages.PublishRejected)


async def test_what_is_acknowledged_is_on_disk_with_the_whole_meet(hall: World) -> None:
    table = await hall.table()
    created = await table.create(LOCATIONS, "Desk")
    entry = {"id": 7, "name": "Jane Doe"}
    await table.change(("meet.name", "Cup"), ("registration.entries[7]", entry), ("lifting[Desk].flight", "B"))
    publication_id = await published(table)
    await hall.restart()
    assert hall.appliance
    outgoing = await hall.appliance.outbox.results_of(publication_id)
    assert outgoing.results.csv == CSV.encode()
    assert (outgoing.publication.epoch, outgoing.publication.last_server_seq) == (created.epoch, 3)
    state = msgspec.json.decode(outgoing.results.state)
    assert (state["meet"], state["registration"]["entries"], state["lifting"]["flight"]) == (
        {"name": "Cup"},
        [entry],
        "B",
    )
    assert any("before-publish" in each.name for each in snapshots(snapshots_in(hall.data_dir)))


async def test_a_table_hears_that_its_results_were_taken_before_what_becomes_of_them(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    await publish(table)
    ack = await table.expect(messages.PublishAck)
    assert (await table.expect(messages.PublishStatus)).publication_id == ack.publication_id


async def test_the_same_results_are_one_publication_and_others_another(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    first = await published(table)
    assert await published(table) == first
    assert await published(table, CORRECTED) != first


async def test_all_tables_of_the_meet_hear_where_it_stands(hall: World) -> None:
    desk, platform, elsewhere = await hall.table(), await hall.table(), await hall.table()
    created = await desk.create(LOCATIONS, "Desk")
    await platform.join(created.meet_id, "Platform 1")
    await elsewhere.create(LOCATIONS, "Desk")
    publication_id = await published(desk)
    for table in (desk, platform):
        status = await table.expect(messages.PublishStatus)
        assert (status.publication_id, status.state, status.attempts) == (publication_id, "queued", 0)
    assert await elsewhere.change(("meet.name", "Another")) == [1]


async def test_results_that_can_go_are_told_to_be_sent(hall: World, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    await published(table)
    while (status := await table.expect(messages.PublishStatus)).state != "sent":
        assert status.state in ("queued", "sending")
    assert status.receipt
    (bundle,) = (tmp_path / "results").iterdir()
    (csv,) = bundle.glob("*.opl.csv")
    assert csv.read_bytes() == CSV.encode()


@pytest.mark.parametrize(("location", "may"), [("Desk", True), ("Platform 1", True), ("Platform 2", False)])
async def test_who_made_the_meet_or_ranks_as_high_may_publish(hall: World, location: str, may: bool) -> None:
    desk, table = await hall.table(), await hall.table()
    await desk.create(LOCATIONS, "Desk")
    await table.join(desk.meet_id, location)
    if may:
        await published(table)
    else:
        await publish(table)
        assert "Desk" in (await rejection(table)).reason
        assert nothing_is_published(hall)


async def test_who_only_looks_cannot_publish(hall: World) -> None:
    desk, display = await hall.table(), await hall.table()
    await desk.create(LOCATIONS, "Desk")
    await display.join(desk.meet_id, "Desk", readOnly=True)
    await publish(display)
    assert "only read" in (await rejection(display)).reason


async def test_what_is_no_address_is_named_and_nothing_is_published(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    await publish(table, return_email="nobody at home")
    assert "'nobody at home' is no e-mail address" in (await rejection(table)).reason
    assert nothing_is_published(hall)


async def test_what_is_no_file_of_openpowerlifting_is_said_with_its_line(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    await publish(table, "Name,Total\nJane,300\n")
    (problem,) = (await rejection(table)).problems
    assert problem.line == 1


async def test_a_session_of_nobody_publishes_nothing(hall: World) -> None:
    table = await hall.table()
    table.token = "forged"
    await publish(table)
    await table.expect(messages.InvalidSession)


async def test_a_table_that_publishes_without_end_is_asked_to_wait(
    hall: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results_desk, "PUBLISH_BURST", 1)
    async with world(hall.data_dir.parent / "other") as other:
        table = await other.table()
        await table.create(LOCATIONS, "Desk")
        await published(table)
        await publish(table)
        assert isinstance(await answer(table), messages.RateLimited)


async def test_a_disk_that_refuses_publishes_nothing(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    with hall.disk_refuses():
        await publish(table)
        assert isinstance(await answer(table), messages.ServerBusy)
    assert nothing_is_published(hall)
    await published(table)
