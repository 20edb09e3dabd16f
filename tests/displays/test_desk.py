"""From here the screens are looked after."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from appliance.access.display_keys import display_key, new_key_id
from appliance.displays.desk import DisplayDesk, NoSuchMeet
from appliance.displays.screens import NoSuchScreen
from appliance.displays.showing import DisplayKind, Showing, address, read_address
from appliance.storage.errors import StorageError

MEET, OTHER_MEET = "123456789", "987654321"
KEYS = {MEET: b"k" * 32, OTHER_MEET: b"o" * 32}
SCOREBOARD = Showing(DisplayKind.SCOREBOARD, MEET, 2)


class Screen:
    """A screen's line, as a test sees it."""

    address = "192.168.1.7"

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def send(self, frame: bytes) -> None:
        self.told.append(msgspec.json.decode(frame))


def desk_at(path: Path, **more: Any) -> DisplayDesk:
    return DisplayDesk(path, more.get("keys", KEYS).get, lambda: more.get("now", 0.0))


@pytest.fixture
def desk(tmp_path: Path) -> DisplayDesk:
    return desk_at(tmp_path / "screens.json")


async def test_a_screen_that_waits_is_told_what_to_show_and_again_when_it_comes_back(desk: DisplayDesk) -> None:
    screen, line = desk.add(), Screen()
    desk.came(screen.id, line, f"/display?id={screen.id}")
    assert line.told == []
    assigned = await desk.assign(screen.id, SCOREBOARD)
    (order,) = line.told
    assert order["do"] == "show"
    assert order["address"] == desk.address(assigned)
    showing, key = read_address(order["address"]) or (None, "")
    assert showing == SCOREBOARD
    assert desk.knows(key, MEET)
    again = Screen()
    desk.came(screen.id, again, "")
    assert again.told == line.told


async def test_what_it_was_told_holds_after_a_restart(desk: DisplayDesk, tmp_path: Path) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    later = desk_at(tmp_path / "screens.json")
    assert later.screens == [screen]
    line = Screen()
    later.came(screen.id, line, "")
    assert line.told == [{"do": "show", "name": "OBS", "address": desk.address(screen)}]


async def test_a_key_that_was_taken_back_opens_nothing_for_ever(desk: DisplayDesk, tmp_path: Path) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    _, key = read_address(desk.address(screen) or "") or (None, "")
    assert desk.knows(key, MEET)
    assert not desk.knows(key, OTHER_MEET)
    assert await desk.revoke(screen.key_id)
    for each in (desk, desk_at(tmp_path / "screens.json")):
        assert not each.knows(key, MEET)
        assert each.keys == []


async def test_a_screen_that_is_forgotten_has_no_key_any_more(desk: DisplayDesk) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    _, key = read_address(desk.address(screen) or "") or (None, "")
    await desk.forget(screen.id)
    assert desk.screens == []
    assert not desk.knows(key, MEET)


async def test_after_its_key_was_taken_back_it_gets_another_one_when_it_is_told_again(desk: DisplayDesk) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    await desk.revoke(screen.key_id)
    again = await desk.assign(screen.id, SCOREBOARD)
    assert again.key_id != screen.key_id
    same = await desk.assign(screen.id, Showing(DisplayKind.LOADING, MEET))
    assert same.key_id == again.key_id, "one key is enough for one meet"
    other = await desk.assign(screen.id, Showing(DisplayKind.LOADING, OTHER_MEET))
    assert other.key_id != again.key_id


async def test_a_blank_appliance_learns_its_screens_from_their_addresses(desk: DisplayDesk, tmp_path: Path) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    page = desk.address(screen) or ""
    blank = desk_at(tmp_path / "other.json")
    line = Screen()
    taken = blank.came(screen.id, line, page)
    assert taken is not None
    assert (taken.showing, taken.key_id) == (SCOREBOARD, screen.key_id)
    assert [key.key_id for key in blank.keys] == [screen.key_id]
    assert await blank.revoke(screen.key_id)


async def test_an_address_with_a_key_that_was_made_up_says_nothing(desk: DisplayDesk) -> None:
    line = Screen()
    forged = display_key(new_key_id(), MEET, b"x" * 32)
    screen = desk.came("101-abcdef", line, address(SCOREBOARD, forged))
    assert screen is not None
    assert screen.showing is None
    assert desk.keys == []


async def test_it_shows_who_it_is_and_loads_itself_again(desk: DisplayDesk) -> None:
    screen, lines = desk.add(), [Screen(), Screen()]
    for line in lines:
        desk.came(screen.id, line, "")
    desk.identify(screen.id)
    desk.reload(screen.id)
    assert [line.told for line in lines] == [[{"do": "identify"}, {"do": "reload"}]] * 2


async def test_who_is_there_and_who_was(tmp_path: Path) -> None:
    clock = [100.0]
    desk = DisplayDesk(tmp_path / "screens.json", KEYS.get, lambda: clock[0])
    screen, line = desk.add(), Screen()
    assert desk.presence(screen).last_seen_s is None
    desk.came(screen.id, line, "")
    clock[0] = 200.0
    assert desk.presence(screen).connected == ("192.168.1.7",)
    desk.went(screen.id, line)
    clock[0] = 300.0
    assert (desk.presence(screen).connected, desk.presence(screen).last_seen_s) == ((), 200.0)


async def test_a_meet_that_is_not_here_cannot_be_shown(desk: DisplayDesk) -> None:
    screen = desk.add()
    with pytest.raises(NoSuchMeet):
        await desk.assign(screen.id, Showing(DisplayKind.RESULTS, "111111111"))
    with pytest.raises(NoSuchMeet):
        await desk.make(Showing(DisplayKind.RESULTS, "111111111"), "OBS")
    assert [each.showing for each in desk.screens] == [None]


async def test_while_the_meet_is_away_the_screen_keeps_what_it_has(desk: DisplayDesk, tmp_path: Path) -> None:
    screen = await desk.make(SCOREBOARD, "OBS")
    without = desk_at(tmp_path / "screens.json", keys={})
    line = Screen()
    without.came(screen.id, line, "")
    assert line.told == []


async def test_orders_that_come_together_are_all_kept(desk: DisplayDesk, tmp_path: Path) -> None:
    screens = [desk.add() for _ in range(5)]
    orders = [desk.rename(screen.id, f"Hall {screen.number}") for screen in screens]
    came = asyncio.ensure_future(asyncio.gather(*orders))
    await asyncio.sleep(0)
    desk.came("700-abcdef", Screen(), "")
    await came
    assert {screen.name for screen in desk_at(tmp_path / "screens.json").screens} == {
        f"Hall {n}" for n in range(101, 106)
    }
    assert any(screen.number == 700 for screen in desk.screens)


async def test_a_disk_that_refuses_changes_nothing(tmp_path: Path) -> None:
    desk = desk_at(tmp_path / "nowhere" / "screens.json")
    screen, line = desk.add(), Screen()
    desk.came(screen.id, line, "")
    with pytest.raises(StorageError):
        await desk.assign(screen.id, SCOREBOARD)
    assert (desk.find(screen.id).showing, line.told) == (None, [])


async def test_a_file_that_is_damaged_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "screens.json").write_text("{")
    desk = desk_at(tmp_path / "screens.json")
    with pytest.raises(NoSuchScreen):
        desk.find("101-abcdef")
    assert desk.screens == []
