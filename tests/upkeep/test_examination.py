"""What the doctor sees of this computer."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from appliance.upkeep.examination import answers, room, write
from tests.world import World


async def test_a_small_file_is_stored_and_leaves_nothing(tmp_path: Path) -> None:
    took, problem = write(tmp_path)
    assert (took is not None, problem) == (True, None)
    assert list(tmp_path.iterdir()) == []
    assert write(tmp_path / "not there") == (None, None)


def test_a_disk_that_refuses_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("appliance.upkeep.examination.os.fsync", refuse)
    assert write(tmp_path) == (None, "No space left on device")


def test_the_room_for_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    total, free = room(tmp_path / "a" / "b")
    assert total == room(tmp_path)[0]
    assert free is not None


async def test_an_address_answers_only_as_the_appliance_that_it_should_be(venue: World) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{venue.url}/.well-known/openlifter") as answer:
        own = (await answer.json())["id"]
    here = venue.url.removeprefix("http://")
    nobody = "127.0.0.1:9"
    assert [each.problem is None for each in await answers([here, nobody], own)] == [True, False]
    (other,) = await answers([here], "another")
    assert other.problem == "another device has this address too"
