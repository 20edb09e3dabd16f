"""What goes through a meet is counted once, when it is on disk."""

from __future__ import annotations

from appliance.protocol import messages
from tests.world import World


async def test_accepted_rejected_relayed_and_answered(venue: World) -> None:
    platform, desk, other = [await venue.table() for _ in range(3)]
    created = await platform.create({"Platform": 2, "Desk": 1}, "Platform")
    await desk.join(created.meet_id, "Desk")
    await other.join(created.meet_id, "Desk", readOnly=True)
    assert venue.appliance is not None
    [hub] = venue.appliance.meets.hubs
    assert await platform.change(("x.a", 1), ("x.b", 2)) == [1, 2]
    # The desk has not seen it, and ranks below.
    await desk.update(("x.a", 3))
    while not isinstance(await desk.hear(), messages.UpdateRejected):
        pass
    assert (hub.traffic.accepted, hub.traffic.rejected, hub.traffic.relayed) == (2, 1, 4)
    assert sum(hub.traffic.answers.counts) == 2
    assert 0 < hub.traffic.answers.sum_s < 10
    assert hub.waiting == 0


async def test_what_the_disk_refused_is_not_counted(venue: World) -> None:
    table = await venue.table()
    await table.create({"A": 1}, "A")
    assert venue.appliance is not None
    [hub] = venue.appliance.meets.hubs
    with venue.disk_refuses():
        await table.update(("x.a", "b" * 20_000))
        await table.expect(messages.ServerBusy)
    assert (hub.traffic.accepted, sum(hub.traffic.answers.counts)) == (0, 0)
