"""Several tables share one meet: what is shared, what stays a table's own, and what is asked before it is done."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Tables
from tests.browser.live import NOTE_SENT, PASSWORD, LiveTab, agree, sent_frames, shared
from tests.browser.operator import STORE
from tests.browser.recorded import RECORDINGS, state_of
from tests.browser.table import Table

LOCATIONS = {"Platform 1": 30, "Desk": 20, "Second desk": 20}


async def venue(table: Tables, *locations: str, lifters: int = 2) -> list[Table]:
    """Tables of one meet with some lifters."""
    first, *others = [await table(name) for name in locations]
    await first.page.add_init_script(NOTE_SENT)
    await first.open()
    for number in range(lifters):
        defaults = {"name": f"Lifter {number}", "events": ["SBD"], "squatKg": [100 + number, 0, 0, 0, 0]}
        await first.operator.dispatch({"type": "NEW_REGISTRATION", "overwriteDefaults": defaults})
    meet_id = await LiveTab(first).make_live(locations[0], locations=LOCATIONS)
    for location, other in zip(locations[1:], others, strict=True):
        await LiveTab(other).join(meet_id, location)
    await agree(first, *others)
    return [first, *others]


def entry_ids(state: dict[str, Any]) -> list[int]:
    return [entry["id"] for entry in state["registration"]["entries"]]


async def test_tables_that_register_while_apart_never_use_the_same_entry_id(table: Tables) -> None:
    desk, other = await venue(table, "Desk", "Second desk")
    await desk.offline()
    ids = [await at.operator.add_lifter() for at in (desk, other, desk, other)]
    assert len(set(ids)) == 4
    await desk.offline(False)
    await agree(desk, other)
    state = await desk.operator.state()
    assert set(ids) <= set(entry_ids(state))
    assert state["registration"]["lookup"] == {str(each): row for row, each in enumerate(entry_ids(state))}
    assert entry_ids(state) == sorted(entry_ids(state))


async def test_what_a_table_shows_and_its_language_are_its_own(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    await desk.operator.choose_lifting(lift="B")
    await desk.operator.choose_language("de")
    before = await platform.operator.state()
    await platform.operator.dispatch({"type": "SET_MEET_NAME", "name": "Another"})
    await agree(platform, desk)
    state = await platform.operator.state()
    assert (state["language"], state["lifting"]) == (before["language"], before["lifting"])
    # The tab and the badge were thrown away with the old language, and are there again, in the new one.
    await expect(LiveTab(desk).badge).to_be_visible()


async def test_what_the_meet_says_is_not_sent_back(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    await sent_frames(platform)
    await desk.operator.dispatch({"type": "SET_MEET_NAME", "name": "Another"})
    await desk.operator.add_lifter()
    await agree(platform, desk)
    assert await sent_frames(platform) == []


async def test_entries_that_did_not_change_stay_the_same_objects(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk", lifters=3)
    await platform.page.evaluate(f"() => {{ {STORE} window.rows = [...store().getState().registration.entries]; }}")
    changed = entry_ids(await desk.operator.state())[1]
    await desk.operator.dispatch({"type": "UPDATE_REGISTRATION", "entryId": changed, "changes": {"team": "Cork"}})
    await agree(platform, desk)
    compare = "store().getState().registration.entries.map((entry, row) => entry === window.rows[row])"
    assert await platform.page.evaluate(f"() => {{ {STORE} return {compare}; }}") == [True, False, True]


async def test_a_new_meet_asks_first_and_can_be_taken_back(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    before = shared(await desk.operator.state())
    await sent_frames(platform)
    await platform.operator.start_new_meet()
    dialog = platform.page.get_by_role("alertdialog")
    await dialog.wait_for()
    assert await sent_frames(platform) == []
    # The default answer, for somebody who presses Enter without reading, is the one that harms nobody.
    await platform.page.keyboard.press("Enter")
    await dialog.wait_for(state="hidden")
    await agree(platform, desk)
    assert shared(await platform.operator.state()) == before
    assert await sent_frames(platform) == []


async def test_a_loaded_file_that_is_meant_replaces_the_meet_everywhere_in_one_batch(table: Tables) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"no recorded meets in {RECORDINGS}")
    platform, desk = await venue(table, "Platform 1", "Desk")
    await sent_frames(platform)
    file = state_of("club-kg.midmeet.openlifter")
    await platform.operator.load(file)
    await platform.page.get_by_role("alertdialog").get_by_role("button", name="Change it for all tables").click()
    await agree(platform, desk)
    state = await desk.operator.state()
    assert shared(state) == shared(file)
    assert state["registration"]["nextEntryId"] != file["registration"]["nextEntryId"]


async def test_a_file_of_another_version_is_not_loaded_into_a_live_meet(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    before = shared(await desk.operator.state())
    file = await platform.operator.state()
    await platform.operator.load({**file, "versions": {"stateVersion": "9", "releaseVersion": "9"}})
    await expect(platform.page.locator("#live-popups", has_text="version 9")).to_be_visible()
    await agree(platform, desk)
    state = await platform.operator.state()
    assert (shared(state), state["versions"]["stateVersion"]) == (before, "0")


async def test_an_openlifter_of_another_version_cannot_go_live_and_says_so(table: Tables) -> None:
    first = await table("first")
    state = await first.operator.state()
    versions = {"stateVersion": "9", "releaseVersion": "9"}
    await first.operator.dispatch({"type": "OVERWRITE_STORE", "store": {**state, "versions": versions}})
    await LiveTab(first).open()
    await first.page.get_by_text("Make this meet live").click()
    form = first.page.locator("form:visible")
    await form.locator("#live-meet-name").fill("Cup")
    await form.locator("#live-new-password").fill(PASSWORD)
    await form.locator("#live-here").select_option(index=1)
    await form.locator("button[type=submit]").click()
    await expect(first.page.locator("#live-page")).to_contain_text("version 9")
    assert await first.page.evaluate("fetch('/api/v1/meets').then((answer) => answer.json())") == {"meets": []}


async def test_a_conflict_shows_both_values_until_it_is_dismissed(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    ids = entry_ids(await desk.operator.state())
    await desk.offline()
    for at, weight in ((desk, 111.0), (platform, 122.5)):
        action = {"entryId": ids[0], "lift": "S", "attemptOneIndexed": 2, "weightKg": weight}
        await at.operator.dispatch({"type": "ENTER_ATTEMPT", **action})
    await LiveTab(platform).is_live()
    await desk.offline(False)
    notice = desk.page.locator("#live-popups", has_text="122.5")
    await expect(notice).to_contain_text("111")
    await agree(platform, desk)
    await LiveTab(desk).is_live()


async def test_nothing_but_the_appliance_is_asked(table: Tables) -> None:
    for at in await venue(table, "Platform 1", "Desk"):
        await LiveTab(at).open()
        assert at.asked
        assert at.elsewhere == set()
        assert at.console_errors == []


async def test_a_table_looks_after_the_screens_of_its_meet_without_a_pin(table: Tables) -> None:
    (platform,) = await venue(table, "Platform 1")
    await LiveTab(platform).open()
    button = platform.page.get_by_role("button", name="Choose what screens show")
    async with platform.page.context.expect_page() as opened:
        await button.click()
    desk = await opened.value
    await expect(desk.get_by_role("heading", name="New link for OBS")).to_be_visible()
    await desk.get_by_role("button", name="Make the link").click()
    await expect(desk.locator("#link-said code")).to_contain_text("/display/lower-third?")
