"""Section 7 at the server, over real sockets, word by word."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from appliance.access.sessions import RENEWAL_S
from appliance.live.bundles import bundle_of, meet_of
from appliance.protocol import messages
from appliance.storage.commands import CreateMeet
from tests.world import Table, World, held, slow_disk, update

LOCATIONS = {"Jury": 3, "Platform 1": 2, "Desk": 1}


async def back(venue: World, table: Table) -> Table:
    """The same client on a new socket, with its token."""
    again = await venue.table()
    again.token, again.client_id, again.local_seq = table.token, table.client_id, table.local_seq
    again.meet_id = table.meet_id
    return again


async def rolled_back(venue: World, tmp_path: Path, table: Table) -> None:
    """Two updates, then a copy, then three more that are lost."""
    await table.change(("x.a", 1), ("x.b", 2))
    await venue.restart()
    await venue.stop()
    shutil.copytree(venue.data_dir, tmp_path / "copy")
    await venue.start()


async def lose(venue: World, tmp_path: Path) -> None:
    await venue.hang_up()
    await venue.stop()
    shutil.rmtree(venue.data_dir)
    shutil.copytree(tmp_path / "copy", venue.data_dir)
    await venue.start()


@pytest.fixture
async def jury(venue: World) -> Table:
    table = await venue.table()
    await table.create(LOCATIONS, "Jury", clientId="jury")
    return table


async def test_a_lost_end_of_the_log_comes_back_under_its_numbers(venue: World, jury: Table, tmp_path: Path) -> None:
    await rolled_back(venue, tmp_path, jury)
    jury = await back(venue, jury)
    await jury.change(("x.c", 3), ("x.c", 4), ("x.d", 5))
    standing, before = await jury.pull()
    await lose(venue, tmp_path)
    again = await back(venue, jury)
    await again.ask_for(5, epoch=before.epoch)
    pull = await again.expect(messages.ServerPull)
    assert pull.last_server_seq == 0
    assert "meet_recovered" not in (await venue.get("/healthz"))[1]
    # Nothing is decided meanwhile, and a newcomer is asked, too; reads go on.
    desk = await venue.table()
    await desk.join(jury.meet_id, "Desk", clientId="desk")
    assert (await desk.expect(messages.ServerPull)).epoch is not None
    await desk.update(("x.a", 9))
    assert (await desk.expect(messages.ServerBusy)).retry_after_ms > 0
    display = await venue.table()
    await display.join(jury.meet_id, "Desk", readOnly=True)
    assert (await display.pull())[1].last_server_seq == 2
    lineage = [{"epoch": each.epoch, "afterServerSeq": each.after_server_seq} for each in before.lineage]
    mine = [
        held(each.update_key, each.update_value, each.server_seq_num, "Jury", clientId="jury", localSeqNum=local)
        for each, local in zip(standing, (1, 2, 4, 5), strict=True)
    ]
    await desk.give_back(0, pull.epoch or "")
    await again.give_back(5, before.epoch, *mine[:2], done=False, lineage=lineage)
    await again.give_back(5, before.epoch, *mine[2:], lineage=lineage)
    recovered = await again.expect(messages.StateRecovered)
    assert (recovered.last_server_seq, recovered.updates_recovered) == (5, 2)
    found, done = await again.pulled()
    assert (found, done.state_digest) == (standing, before.state_digest)
    assert done.lineage[-1].epoch == recovered.epoch
    assert done.lineage[-1].after_server_seq == 5
    assert (await display.expect(messages.StateRecovered)).epoch == recovered.epoch
    # Sent again, because its ack was lost: its first number.
    await again.send_updates(update("x.d", 5, 5, 4), epoch=done.epoch)
    assert (await again.expect(messages.UpdateAck)).update_acks[0].server_seq_num == 5
    again.local_seq = 5
    assert await again.change(("x.e", 6), after=5) == [6]
    # The log on disk has a hole at 3, and that is in order.
    await venue.restart()
    again = await back(venue, again)
    assert (await again.pull())[1].last_server_seq == 6


async def test_an_old_copy_gives_nobody_entry_ids_that_were_given_after_it(
    venue: World, jury: Table, tmp_path: Path
) -> None:
    await rolled_back(venue, tmp_path, jury)
    forgotten = await venue.table()
    joined = await forgotten.join(jury.meet_id, "Desk", clientId="forgotten")
    await lose(venue, tmp_path)
    newcomer = await venue.table()
    block = (await newcomer.join(jury.meet_id, "Platform 1", clientId="newcomer")).entry_id_block
    assert block is not None
    assert joined.entry_id_block is not None
    assert block.first > joined.entry_id_block.last or block.last < joined.entry_id_block.first


async def test_a_pull_that_waits_outlives_the_renewal_of_its_session(venue: World, jury: Table, tmp_path: Path) -> None:
    await rolled_back(venue, tmp_path, jury)
    jury = await back(venue, jury)
    await jury.change(("x.c", 3))
    standing, before = await jury.pull()
    await lose(venue, tmp_path)
    again = await back(venue, jury)
    venue.clock_s += RENEWAL_S + 2
    await again.ask_for(3, epoch=before.epoch)
    again.token = (await again.expect(messages.SessionRenewed)).session_token
    await again.expect(messages.ServerPull)
    mine = [held(each.update_key, each.update_value, each.server_seq_num, "Jury") for each in standing]
    await again.give_back(3, before.epoch, *mine)
    assert await again.expect(messages.StateRecovered)
    assert (await again.pulled())[1].state_digest == before.state_digest


async def test_who_comes_late_is_asked_alone_and_let_in_at_the_end(venue: World, jury: Table, tmp_path: Path) -> None:
    desk = await venue.table()
    await desk.join(jury.meet_id, "Desk", clientId="desk")
    await rolled_back(venue, tmp_path, jury)
    jury = await back(venue, jury)
    await jury.change(("x.c", 3), ("x.a", 4))
    _, before = await jury.pull()
    await lose(venue, tmp_path)
    desk = await back(venue, desk)
    assert await desk.change(("x.a", 5), ("x.desk", 1), after=2) == [3, 4]
    late = await back(venue, jury)
    await late.ask_for(4, epoch=before.epoch)
    assert (await late.expect(messages.ServerPull)).last_server_seq == 0
    lineage = [{"epoch": each.epoch, "afterServerSeq": each.after_server_seq} for each in before.lineage]
    await late.give_back(
        4,
        before.epoch,
        held("x.b", 2, 2, "Jury", clientId="jury", localSeqNum=2),
        held("x.c", 3, 3, "Jury", clientId="jury", localSeqNum=3),
        held("x.a", 4, 4, "Jury", clientId="jury", localSeqNum=4),
        lineage=lineage,
    )
    while not (relayed := (await late.expect(messages.UpdateRelay)).updates_relayed):
        pass
    standing, done = await late.pulled()
    assert {(each.update_key, each.update_value) for each in standing} == {
        ("x.a", 4),
        ("x.b", 2),
        ("x.c", 3),
        ("x.desk", 1),
    }
    assert done.last_server_seq == 6
    assert relayed
    told = (await desk.expect(messages.UpdateRelay)).updates_relayed
    assert [(each.update_key, each.server_seq_num, bool(each.overrules)) for each in told] == [
        ("x.c", 5, False),
        ("x.a", 6, True),
    ]
    late.local_seq = 4
    assert await late.change(("x.f", 1), after=6) == [7]


async def test_a_client_that_was_answered_more_than_the_server_knows_goes_on_counting(
    venue: World, jury: Table
) -> None:
    await jury.ask_for(0, lastLocalSeqNum=6)
    await jury.pulled()
    await jury.send_updates(update("x.a", 1, 7))
    assert (await jury.expect(messages.UpdateAck)).update_acks[0].local_seq_num == 7


class TestABlankServer:
    async def blank(self, venue: World) -> None:
        await venue.hang_up()
        await venue.stop()
        shutil.rmtree(venue.data_dir)
        await venue.start()

    async def ask(self, venue: World, joined: messages.MeetCreated | messages.MeetJoined, **more: object) -> Table:
        table = await venue.table()
        message: dict[str, object] = {
            "msgType": "RECOVER_MEET",
            "meetId": getattr(joined, "meet_id", ""),
            "locationName": joined.location_name,
            "clientId": joined.client_id,
            "recoveryBundle": joined.recovery_bundle,
            "recoveryKey": joined.recovery_key,
        }
        await table.say(message | more)
        return table

    async def test_the_meet_comes_back_under_its_id_and_password(self, venue: World) -> None:
        jury, desk, display = await venue.table(), await venue.table(), await venue.table()
        created = await jury.create(LOCATIONS, "Jury", clientId="jury")
        joined = await desk.join(created.meet_id, "Desk", clientId="desk")
        shown = await display.join(created.meet_id, "Desk", readOnly=True)
        assert (shown.recovery_bundle, shown.recovery_key) == (None, None)
        assert joined.recovery_key == created.recovery_key
        await jury.change(("x.a", 1))
        await self.blank(venue)
        again = await self.ask(venue, created)
        back = await again.expect(messages.MeetJoined)
        again.token = back.session_token
        assert (await again.expect(messages.ServerPull)).last_server_seq == 0
        await again.ask_for(1, epoch=created.epoch)
        await again.give_back(1, created.epoch, held("x.a", 1, 1, "Jury", clientId="jury", localSeqNum=1))
        assert (await again.expect(messages.StateRecovered)).last_server_seq == 1
        assert [each.update_value for each in (await again.pulled())[0]] == [1]
        # The next one with the key simply joins, and everybody else has the old password.
        other = await self.ask(venue, joined, meetId=created.meet_id)
        assert (await other.expect(messages.MeetJoined)).location_name == "Desk"
        newcomer = await venue.table()
        await newcomer.join(created.meet_id, "Platform 1")

    async def test_who_is_hung_up_on_meanwhile_has_brought_it_back(
        self, venue: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        jury = await venue.table()
        created = await jury.create(LOCATIONS, "Jury", clientId="jury")
        await self.blank(venue)
        reached, go_on = slow_disk(monkeypatch, CreateMeet)
        assert venue.appliance
        asked = messages.RecoverMeet(
            meet_id=created.meet_id,
            location_name="Jury",
            client_id="jury",
            recovery_bundle=created.recovery_bundle or "",
            recovery_key=created.recovery_key or "",
        )
        bringing = asyncio.create_task(venue.appliance.meets.recover(asked, "127.0.0.1"))
        await reached.wait()
        bringing.cancel()
        go_on.set()
        again = await self.ask(venue, created)
        assert (await again.expect(messages.MeetJoined)).location_name == "Jury"

    async def test_a_broken_seal_and_a_meet_that_is_held_are_refused(self, venue: World) -> None:
        jury = await venue.table()
        created = await jury.create(LOCATIONS, "Jury", clientId="jury")
        assert created.recovery_bundle is not None
        broken = await self.ask(venue, created, recoveryBundle=created.recovery_bundle[:-1])
        assert "seal" in (await broken.expect(messages.JoinRejected)).reason
        elsewhere = await self.ask(venue, created, meetId="987654321")
        await elsewhere.expect(messages.JoinRejected)
        held_here = await self.ask(venue, created)
        assert "password" in (await held_here.expect(messages.JoinRejected)).reason

    async def test_a_second_key_for_the_same_meet_is_for_the_operator_to_decide(self, venue: World) -> None:
        jury = await venue.table()
        created = await jury.create(LOCATIONS, "Jury", clientId="jury")
        await self.blank(venue)
        await (await self.ask(venue, created)).expect(messages.MeetJoined)
        meet = meet_of(created.recovery_bundle or "", created.recovery_key or "")
        assert meet is not None
        bundle, key = bundle_of(structs.replace(meet, recovery_key=b"x" * 32))
        impostor = await self.ask(venue, created, clientId="impostor", recoveryBundle=bundle, recoveryKey=key)
        assert "operator" in (await impostor.expect(messages.JoinRejected)).reason
        assert "meet_contested" in (await venue.get("/healthz"))[1]
