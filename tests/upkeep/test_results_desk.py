"""Section 9: a table publishes the results of its meet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from appliance.protocol import messages
from appliance.protocol.messages import FromServer
from appliance.storage.commands import SavePublication
from appliance.storage.data_dir import snapshots_in
from appliance.storage.snapshots import snapshots
from appliance.upkeep import results_desk
from appliance.upkeep.results_desk import NotPossible
from tests.publishing.hall import CORRECTED, CSV, DIRECTOR
from tests.world import NEWS, Table, World, slow_disk, update, world

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
    while isinstance(message := await table.hear(), NEWS):
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
    assert (problem.line, problem.severity) == (1, "error")
    assert nothing_is_published(hall)


async def test_warnings_keep_nothing_from_being_published(hall: World) -> None:
    table = await hall.table()
    await table.create(LOCATIONS, "Desk")
    await published(table, CSV.replace("Märta Lund", "Märta"))


class TestCheckedBefore:
    async def checked(self, table: Table, csv: str) -> list[tuple[int, str | None, str]]:
        await table.say({"msgType": "CHECK_RESULTS", "sessionToken": table.token, "oplCsv": csv})
        said = await table.expect(messages.ResultsChecked)
        return [(each.line, each.severity, each.message) for each in said.problems]

    async def test_errors_warnings_and_what_is_not_as_here_are_told_and_nothing_is_published(self, hall: World) -> None:
        table = await hall.table()
        await table.create({"Desk": 10}, "Desk")
        await table.change(("meet.name", "Another Cup"))
        told = await self.checked(table, CSV.replace("120,120,S", "120,130,S").replace("Märta Lund", "Märta"))
        assert any(line == 7 and kind == "error" and "the best lifts make 120" in what for line, kind, what in told)
        assert any(line == 7 and kind == "warning" and "family name" in what for line, kind, what in told)
        assert any(
            line == 4 and kind == "warning" and "“Another Cup” on the appliance" in what for line, kind, what in told
        )
        assert nothing_is_published(hall)
        assert await table.change(("meet.name", "Third Cup")) == [2]

    async def test_tables_that_are_away_are_named(self, hall: World) -> None:
        desk, platform = await hall.table(), await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await platform.join(desk.meet_id, "Platform 1")
        told = await self.checked(desk, CSV)
        away = [what for line, _, what in told if line == 0]
        assert len(away) == 1
        assert away[0].startswith("Platform 2 is not connected")

    async def test_a_display_has_nothing_to_check(self, hall: World) -> None:
        desk, display = await hall.table(), await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await display.join(desk.meet_id, "Desk", readOnly=True)
        await display.say({"msgType": "CHECK_RESULTS", "sessionToken": display.token, "oplCsv": CSV})
        assert "only read" in (await rejection(display)).reason


class TestPublishedMeet:
    """It takes no changes, until it is opened again where it was made."""

    async def refused(self, table: Table) -> str:
        await table.send_updates(update("meet.name", "Too late", table.local_seq + 1))
        return (await table.expect(messages.ServerBusy)).reason

    async def reopen(self, table: Table) -> None:
        await table.say({"msgType": "REOPEN_MEET", "sessionToken": table.token})

    async def status(self, table: Table, *, read_only: bool) -> messages.PublishStatus:
        while (status := await table.expect(messages.PublishStatus)).read_only is not read_only:
            pass
        return status

    async def test_a_change_waits_at_its_table_and_the_operator_is_told(self, hall: World) -> None:
        desk, platform = await hall.table(), await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await platform.join(desk.meet_id, "Platform 1")
        await desk.change(("meet.name", "Cup"))
        await platform.expect(messages.UpdateRelay)
        await published(desk)
        assert (await self.status(platform, read_only=True)).reopen_at == "Desk"
        assert "until Desk opens the meet again" in await self.refused(platform)
        assert hall.appliance
        (hub,) = hall.appliance.meets.hubs
        assert hub.meet_name == "Cup"
        (warning,) = [each for each in hub.board.active if each.name == "changes_after_publishing"]
        assert warning.detail == "Cup: Platform 1"

    async def test_it_is_so_after_a_restart_and_for_who_comes_later(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await desk.change(("meet.name", "Cup"))
        await published(desk)
        await hall.restart()
        later = await hall.table()
        await later.join(desk.meet_id, "Platform 1")
        await self.status(later, read_only=True)
        await self.refused(later)

    async def test_what_was_answered_before_is_answered_again(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        (number,) = await desk.change(("meet.name", "Cup"))
        await published(desk)
        await desk.send_updates(update("meet.name", "Cup", 1))
        ack = await desk.expect(messages.UpdateAck)
        assert [(each.local_seq_num, each.server_seq_num) for each in ack.update_acks] == [(1, number)]

    async def test_its_creator_opens_it_and_what_waited_is_taken(self, hall: World) -> None:
        desk, platform = await hall.table(), await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await platform.join(desk.meet_id, "Platform 1")
        await published(desk)
        await self.refused(platform)
        await self.reopen(desk)
        for table in (desk, platform):
            assert (await self.status(table, read_only=False)).reopen_at is None
        await platform.send_updates(update("meet.name", "Too late", 1))
        await platform.expect(messages.UpdateAck)
        assert hall.appliance
        assert "changes_after_publishing" not in [each.name for each in hall.appliance.meets.hubs[0].board.active]
        await hall.restart()
        again = await hall.table()
        await again.join(desk.meet_id, "Platform 1")
        assert await again.change(("meet.city", "Here")) == [2]

    async def test_nobody_else_opens_it(self, hall: World) -> None:
        desk, platform = await hall.table(), await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await platform.join(desk.meet_id, "Platform 1")
        await published(desk)
        await self.reopen(platform)
        assert "only Desk" in (await rejection(platform)).reason
        await self.refused(platform)

    async def test_what_is_open_is_not_opened(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await self.reopen(desk)
        assert (await rejection(desk)).reason == "the meet is open"

    async def test_the_same_results_close_it_again(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        first = await published(desk)
        await self.reopen(desk)
        await self.status(desk, read_only=False)
        assert await published(desk) == first
        await self.refused(desk)

    async def test_a_disk_that_refuses_opens_and_closes_nothing(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        with hall.disk_refuses():
            await publish(desk)
            assert isinstance(await answer(desk), messages.ServerBusy)
        assert await desk.change(("meet.name", "Cup")) == [1]
        await published(desk)
        with hall.disk_refuses():
            await self.reopen(desk)
            assert isinstance(await answer(desk), messages.ServerBusy)
        await self.refused(desk)

    async def test_the_operator_opens_it_too(self, hall: World) -> None:
        desk = await hall.table()
        await desk.create(LOCATIONS, "Desk")
        await published(desk)
        assert hall.appliance
        await hall.appliance.results.reopen_for_operator(desk.meet_id)
        assert await desk.change(("meet.name", "Cup")) == [1]
        with pytest.raises(NotPossible, match="the meet is open"):
            await hall.appliance.results.reopen_for_operator(desk.meet_id)
        with pytest.raises(NotPossible, match="there is no meet 1"):
            await hall.appliance.results.reopen_for_operator("1")


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


async def test_who_is_hung_up_on_while_publishing_has_published(hall: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the appliance does with a table that it hears nothing of: what waits for the disk then is given up."""
    table = await hall.table()
    created = await table.create(LOCATIONS, "Desk")
    reached, go_on = slow_disk(monkeypatch, SavePublication)
    assert hall.appliance
    hub = hall.appliance.meets.hub(created.meet_id)
    assert hub
    [(_, member)] = hub.present()
    message = messages.PublishMeet(session_token=table.token, return_email=DIRECTOR, opl_csv=CSV)
    publishing = asyncio.create_task(hall.appliance.results.publish(hub, member, message))
    await reached.wait()
    publishing.cancel()
    go_on.set()
    assert (await table.expect(messages.PublishStatus)).read_only
    assert hub.seal.closed
