"""`/healthz` and `/readyz`, and the reasons that they give."""

from __future__ import annotations

import shutil
from collections import namedtuple

import msgspec
import pytest

from appliance.protocol import messages
from appliance.storage.errors import StorageFailed
from appliance.storage.journal import Journal
from tests.world import World


class Said(msgspec.Struct):
    ok: bool
    what: str


class Ready(msgspec.Struct):
    status: str
    checks: dict[str, Said]


async def ready(venue: World) -> tuple[int, Ready]:
    status, text = await venue.get("/readyz")
    return status, msgspec.json.decode(text, type=Ready)


async def test_healthz_is_200_while_an_update_could_be_stored(venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    status, text = await venue.get("/healthz")
    assert (status, msgspec.json.decode(text)) == (200, {"status": "ok", "warnings": []})

    async def refused(journal: Journal) -> None:
        raise StorageFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "probe", refused)
        status, text = await venue.get("/healthz")
        assert (status, msgspec.json.decode(text)) == (
            503,
            {"status": "failing", "reason": "the disk is full", "warnings": []},
        )
        code, said = await ready(venue)
        assert (code, said.status, said.checks["journal"]) == (503, "not ready", Said(False, "the disk is full"))
    assert (await venue.get("/healthz"))[0] == 200


async def test_readyz_is_200_when_a_meet_can_begin_and_says_what_it_saw(venue: World) -> None:
    await (await venue.table()).create({"A": 1}, "A")
    code, said = await ready(venue)
    assert (code, said.status) == (200, "ready")
    assert said.checks["meets"] == Said(True, "1 loaded")
    assert said.checks["journal"].what.startswith("a change was stored in ")
    assert said.checks["disk"].what.endswith(" MiB are free")


async def test_a_disk_without_room_is_not_ready(venue: World, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    full = usage(16 * 1024**3, 16 * 1024**3 - 1024**2, 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    code, said = await ready(venue)
    assert (code, said.checks["disk"]) == (503, Said(False, "1 of 16384 MiB are free"))
    assert said.checks["meets"].ok


async def test_a_meet_that_is_getting_its_state_back_is_not_ready(venue: World) -> None:
    table = await venue.table()
    created = await table.create({"A": 1}, "A")
    await table.ask_for(99, epoch=created.epoch)
    await table.expect(messages.ServerPull)
    code, said = await ready(venue)
    assert (code, said.checks["meets"].ok) == (503, False)
    assert (
        said.checks["meets"].what == f"meet {created.meet_id} is getting back from its tables what the appliance lost"
    )
