"""`openlifter-appliance discover`."""

from __future__ import annotations

import asyncio
import json

import pytest

from appliance import cli
from appliance.discovery import command
from appliance.discovery.names import Announcement, Claimant, Neighbour
from tests.discovery.conftest import LOOPBACK
from tests.world import World


def hears(monkeypatch: pytest.MonkeyPatch, *neighbours: Neighbour) -> None:
    """Let the command hear these on this computer's own network."""

    async def heard(interfaces: object, listen_s: float) -> list[Neighbour]:
        return list(neighbours)

    monkeypatch.setattr(command, "look", heard)
    monkeypatch.setattr(command, "real_interfaces", lambda: LOOPBACK)


def neighbour(claimant: Claimant, port: int, name: str = "Club [red]box") -> Neighbour:
    """An appliance on this computer."""
    said = Announcement(claimant=claimant, version="0.1.0", proto=1, meets=("123456789",))
    return Neighbour(name=name, host="openlifter.local", port=port, addresses=("127.0.0.1",), announcement=said)


async def discover(*arguments: str) -> int:
    """Run it beside the server of the test."""
    return await asyncio.to_thread(cli.main, ["discover", *arguments])


async def test_it_lists_the_appliances_with_the_names_of_their_meets(
    venue: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await (await venue.table()).create({"Platform 1": 1}, "Platform 1", meetName="Spring Cup")
    own = json.loads((await venue.get("/.well-known/openlifter"))[1])
    hears(monkeypatch, neighbour(Claimant(own["id"], "aa"), venue.port))
    assert await discover("--json", "--timeout", "0.1") == 0
    [listed] = json.loads(capsys.readouterr().out)
    assert listed == {
        "id": own["id"],
        "name": "Club [red]box",
        "version": "0.1.0",
        "url": f"http://127.0.0.1:{venue.port}/openlifter/",
        "hostname": "openlifter.local",
        "port": venue.port,
        "addresses": [f"127.0.0.1:{venue.port}"],
        "meets": own["meets"],
    }
    monkeypatch.setenv("COLUMNS", "160")
    assert await discover() == 0
    table = capsys.readouterr().out
    assert all(word in table for word in ("Club [red]box", listed["url"], "openlifter.local", "Spring Cup"))


async def test_one_that_does_not_answer_or_is_another_is_listed_with_what_it_announced(
    venue: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hears(monkeypatch, neighbour(Claimant("other", "aa"), venue.port), neighbour(Claimant("gone", "bb"), 1))
    assert await discover("--json") == 0
    assert [each["meets"] for each in json.loads(capsys.readouterr().out)] == [
        [{"meetId": "123456789", "meetName": ""}]
    ] * 2


async def test_none_is_said_and_has_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hears(monkeypatch)
    assert await discover("--timeout", "0.1") == 3
    assert "No appliance was heard" in capsys.readouterr().out


async def test_without_a_network_or_the_port_it_fails_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refused(interfaces: object, listen_s: float) -> list[Neighbour]:
        raise OSError("Address already in use")

    hears(monkeypatch)
    monkeypatch.setattr(command, "look", refused)
    assert await discover() == 1
    assert "Address already in use" in capsys.readouterr().err
    monkeypatch.setattr(command, "real_interfaces", list)
    assert await discover() == 1
    assert "no network" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "61", "soon", "nan"])
def test_a_time_that_is_none_is_refused(seconds: str) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["discover", "--timeout", seconds])
    assert ended.value.code == 2
