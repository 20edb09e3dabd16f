"""Nobody can use up everybody's time or room: a burst ends when either is used up, and the rest waits its turn."""

from __future__ import annotations

import asyncio

import pytest

from appliance.live import hub
from appliance.live.hub import Hub, Member, Peer
from appliance.protocol import messages
from appliance.protocol.messages import Update
from appliance.storage.commands import Command
from appliance.storage.journal import Journal
from tests.world import Table, World, update

LOCATIONS = {"Platform 1": 2, "Registration": 1}


@pytest.fixture
async def two(venue: World) -> tuple[Table, Table]:
    """A table that wants much, and one that wants little."""
    much, little = await venue.table(), await venue.table()
    await much.create(LOCATIONS, "Platform 1")
    await little.join(much.meet_id, "Registration")
    return much, little


async def heard_until(table: Table, last: int) -> list[int]:
    """The numbers of acks and relays as they come."""
    numbers: list[int] = []
    while not numbers or numbers[-1] < last:
        match await table.hear():
            case messages.UpdateAck(update_acks=acks):
                numbers += [ack.server_seq_num for ack in acks]
            case messages.UpdateRelay(updates_relayed=relayed):
                numbers += [each.server_seq_num for each in relayed]
    return numbers


async def test_when_no_time_is_left_each_gets_a_slice_in_turn_and_none_is_lost(
    two: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    much, little = two
    monkeypatch.setattr(hub, "DECIDE_S", 0.0)
    await much.update(*((f"x.much{n}", n) for n in range(60)))
    await much.update(*((f"x.more{n}", n) for n in range(30)))
    await little.update(("x.little", 1))
    mine, theirs = await asyncio.gather(heard_until(much, 91), heard_until(little, 91))
    assert mine == theirs == list(range(1, 92))
    stands, done = await little.pull()
    assert [each.update_key for each in stands if each.update_key.startswith("x.m")] == [
        *(f"x.much{n}" for n in range(60)),
        *(f"x.more{n}" for n in range(30)),
    ]
    assert done.last_server_seq == 91


async def test_what_a_client_asks_for_later_stays_behind_what_was_put_off(
    two: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    much, _ = two
    monkeypatch.setattr(hub, "DECIDE_S", 0.0)
    submit = Journal.submit
    asked, synced, posted = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def held_up(journal: Journal, command: Command) -> asyncio.Future[None]:
        async def later() -> None:
            asked.set()
            await synced.wait()
            await submit(journal, command)

        return asyncio.ensure_future(later())

    post = Hub.post

    def noticed(
        self: Hub, peer: Peer, member: Member, updates: list[Update], size: int, epoch: str | None = None
    ) -> None:
        post(self, peer, member, updates, size, epoch)
        posted.set()

    monkeypatch.setattr(Journal, "submit", held_up)
    await much.update(*((f"x.before{n}", n) for n in range(20)))
    await asked.wait()
    # The first slice is on its way to the disk; now the same client wants more.
    monkeypatch.setattr(Hub, "post", noticed)
    await much.update(*((f"x.later{n}", n) for n in range(20)))
    await posted.wait()
    synced.set()
    assert await heard_until(much, 40) == list(range(1, 41))


async def test_a_value_that_grows_when_it_is_written_anew_throws_no_reader_out(
    two: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    """1e15 has four bytes as it comes and eighteen as it goes: 960 KB become 3.6 MB."""
    writer, reader = two
    monkeypatch.setattr(hub, "DECIDE_S", 60.0)
    value = "[" + ",".join(["1e15"] * 13_700) + "]"
    updates = ",".join(
        f'{{"updateKey":"x.k{n}","updateValue":{value},"localSeqNum":{n},"afterServerSeqNum":0}}' for n in range(1, 15)
    )
    await writer.socket.send_str(f'{{"msgType":"UPDATE_INIT","sessionToken":"{writer.token}","updates":[{updates}]}}')
    told, acked = await asyncio.gather(heard_until(reader, 14), heard_until(writer, 14))
    assert told == acked == list(range(1, 15))


async def test_no_value_however_deep_ends_the_appliance(two: tuple[Table, Table]) -> None:
    writer, reader = two
    for levels in range(900, 1000):
        value = "[" * levels + "]" * levels
        await writer.socket.send_str(
            f'{{"msgType":"UPDATE_INIT","sessionToken":"{writer.token}","updates":[{{"updateKey":"x.a",'
            f'"updateValue":{value},"localSeqNum":{writer.local_seq + 1},"afterServerSeqNum":0}}]}}'
        )
        answer = await writer.hear()
        while isinstance(answer, messages.Heartbeat | messages.Presence):
            answer = await writer.hear()
        assert isinstance(answer, messages.UpdateRejected | messages.MalformedMessage)
        writer.local_seq += isinstance(answer, messages.UpdateRejected)
    assert await writer.change(("meet.name", "Cup")) == [1]
    assert await heard_until(reader, 1) == [1]


async def test_a_refused_disk_answers_what_was_put_off_too(
    venue: World, two: tuple[Table, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    much, _ = two
    monkeypatch.setattr(hub, "DECIDE_S", 0.0)
    monkeypatch.setattr(hub, "BUSY_RETRY_MS", 1)
    changes = [update(f"x.k{n}", "y" * 3000, n) for n in range(1, 41)]
    with venue.disk_refuses():
        await much.send_updates(*changes)
        await much.expect(messages.ServerBusy)
    await much.send_updates(*changes)
    assert await heard_until(much, 40) == list(range(1, 41))
