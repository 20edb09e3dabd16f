"""The screens and keys of a venue."""

from __future__ import annotations

import pytest

from appliance.displays.screens import FIRST_NUMBER, MAX_SCREENS, NoSuchScreen, Screens, TooManyScreens
from appliance.displays.showing import DisplayKind, Showing

RESULTS = Showing(DisplayKind.RESULTS, "123456789")


def test_screens_are_numbered_from_101_and_a_number_that_is_free_is_used_again() -> None:
    screens = Screens()
    first, second = screens.add(), screens.add()
    assert (first.number, second.number) == (FIRST_NUMBER, FIRST_NUMBER + 1)
    screens.forget(first.id)
    again = screens.add()
    assert again.number == first.number
    assert again.id != first.id, "its page must not be told what the other was"


def test_a_screen_that_comes_back_is_the_same_even_where_nobody_knows_it() -> None:
    screen = Screens().add()
    elsewhere = Screens()
    assert elsewhere.meet_again(screen.id) == screen
    assert elsewhere.meet_again(screen.id) == screen
    assert len(elsewhere.all) == 1


@pytest.mark.parametrize(
    "text", ["", "101", "101-", "x-abcdef", "0-abcdef", "101-ab cd", "101-abcdef\n", "1" * 9 + "-abcdef"]
)
def test_what_is_no_id_is_no_screen(text: str) -> None:
    assert Screens().meet_again(text) is None


def test_it_is_named_and_told_what_to_show() -> None:
    screens = Screens()
    screen = screens.add()
    screens.rename(screen.id, "  Warm-up left ")
    assigned = screens.assign(screen.id, RESULTS, "key")
    assert (assigned.name, assigned.showing, assigned.key_id) == ("Warm-up left", RESULTS, "key")
    assert screens.find(screen.id) == assigned


def test_who_is_gone_can_be_told_nothing() -> None:
    screens = Screens()
    screen = screens.add()
    screens.forget(screen.id)
    for order in (
        screens.find,
        screens.forget,
        lambda gone: screens.rename(gone, "x"),
        lambda gone: screens.assign(gone, None),
    ):
        with pytest.raises(NoSuchScreen):
            order(screen.id)


def test_where_there_is_no_room_one_goes_that_waits_and_is_not_there() -> None:
    screens = Screens()
    made = [screens.add() for _ in range(MAX_SCREENS)]
    screens.assign(made[0].id, RESULTS)
    newcomer = screens.add(present={made[1].id})
    ids = {screen.id for screen in screens.all}
    assert made[2].id not in ids
    assert {made[0].id, made[1].id, newcomer.id} <= ids


def test_where_all_are_in_use_there_is_no_room() -> None:
    screens = Screens()
    present = {screens.add().id for _ in range(MAX_SCREENS)}
    with pytest.raises(TooManyScreens):
        screens.add(present=present)
    with pytest.raises(TooManyScreens):
        screens.meet_again("7-abcdef", present)


def test_a_key_is_good_until_it_is_taken_back_for_ever() -> None:
    screens = Screens()
    screens.note_key("k1", "123456789", "OBS")
    assert not screens.is_revoked("k1")
    assert screens.revoke("k1")
    assert screens.is_revoked("k1")
    assert screens.keys == []
    assert not screens.revoke("never given")


def test_what_is_remembered_is_what_somebody_has_done() -> None:
    screens = Screens()
    named, told, _waiting = screens.add(), screens.add(), screens.add()
    screens.rename(named.id, "Hall")
    screens.assign(told.id, RESULTS, "k1")
    screens.note_key("k1", "123456789", "Hall")
    screens.note_key("k2", "123456789", "gone")
    screens.revoke("k2")
    again = Screens(screens.remembered)
    assert [screen.id for screen in again.all] == [named.id, told.id]
    assert again.is_revoked("k2")
    assert [key.key_id for key in again.keys] == ["k1"]


def test_newcomers_are_taken_in_and_what_was_changed_stays() -> None:
    before = Screens()
    screen = before.add()
    now, changed = before.copy(), before.copy()
    changed.rename(screen.id, "Hall")
    came = now.add()
    now.note_key("k1", "123456789", "seen")
    changed.take_in_newcomers(now, before)
    assert {each.id: each.name for each in changed.all} == {screen.id: "Hall", came.id: ""}
    assert changed.key_of("k1") is not None
