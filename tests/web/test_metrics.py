"""`/metrics`: every number is that of its room."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from appliance.protocol import messages
from appliance.service.warnings import CATALOGUE
from tests.world import PASSWORD, World


async def page(venue: World) -> dict[str, float]:
    """Every sample without labels, or with those of `name`, read as Prometheus does."""
    status, text = await venue.get("/metrics")
    assert status == 200
    return {
        sample.name.removeprefix("openlifter_") + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_blank_appliance_has_every_metric_and_no_warning(venue: World) -> None:
    numbers = await page(venue)
    assert numbers["meets"] == numbers["connections"] == numbers["updates_accepted_total"] == 0
    assert numbers["unsafe_shutdowns_total"] == 0
    assert numbers["announced"] == numbers["other_appliances"] == 0
    assert numbers["process_resident_memory_bytes"] > 1_000_000
    assert [numbers[f"warning {warning.name}"] for warning in CATALOGUE] == [0] * len(CATALOGUE)


async def test_what_a_meet_does_is_counted(venue: World) -> None:
    table, reader = await venue.table(), await venue.table()
    created = await table.create({"A": 1}, "A")
    await reader.join(created.meet_id, "A")
    assert await table.change(("x.a", 1), ("x.b", 2)) == [1, 2]
    await reader.expect(messages.UpdateRelay)
    numbers = await page(venue)
    assert numbers["connections"] == numbers["connections_opened_total"] == numbers["clients"] == 2
    assert numbers["updates_accepted_total"] == numbers["updates_relayed_total"] == 2
    assert numbers["ack_seconds_count"] == 1
    assert numbers["commit_seconds_count"] >= 1
    assert numbers["commit_seconds_sum"] <= numbers["commands_stored_total"]
    assert numbers["journal_queue"] == numbers["inbox_messages"] == numbers["send_queue_bytes"] == 0
    await table.socket.close()
    while (await page(venue))["clients"] != 1:
        pass


async def test_snapshots_and_recovery_are_counted(venue: World) -> None:
    table = await venue.table()
    await table.create({"A": 1}, "A")
    await venue.restart()
    numbers = await page(venue)
    assert numbers["snapshot_age_seconds"] >= 0
    assert numbers["self_checks_total"] >= 1
    assert numbers["results_queued"] == numbers["results_failed"] == numbers["results_sent_total"] == 0
    assert numbers["snapshots_failed_total"] == numbers["recovered_updates_total"] == numbers["recovering_meets"] == 0


async def test_it_names_no_meet_no_table_and_no_secret(venue: World) -> None:
    table = await venue.table()
    await table.create({"Platform Nine": 1}, "Platform Nine", meetName="Cup of Cork")
    text = (await venue.get("/metrics"))[1]
    assert not any(word in text for word in (PASSWORD, table.token, table.meet_id, "Platform Nine", "Cup of Cork"))
