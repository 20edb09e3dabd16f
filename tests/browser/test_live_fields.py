"""OpenLifter's fields copy their value once, and give the old one back when they are left. With us they do not."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Tables
from tests.browser.live import NOTE_SENT, LiveTab, agree, sent_frames
from tests.browser.table import Table

LOCATIONS = {"Platform 1": 20, "Desk": 10}


class Pair:
    """Two tables of one meet with two lifters: things happen at `there`, and are looked at `here`."""

    def __init__(self, here: Table, there: Table, ann: int, bob: int) -> None:
        self.here = here
        self.there = there
        self.ann = ann
        self.bob = bob

    async def opens(self, page: str) -> None:
        """A page, at both."""
        for table in (self.here, self.there):
            await table.operator.open_page(page)  # type: ignore[arg-type]

    async def nothing_is_sent(self) -> None:
        """What `here` has sent: nothing, and it agrees with `there`."""
        await agree(self.here, self.there)
        assert await sent_frames(self.here) == []


@pytest.fixture
async def pair(table: Tables) -> Pair:
    """A live meet on the Lifting pages of two tables."""
    there, here = await table("there"), await table("here")
    await here.page.add_init_script(NOTE_SENT)
    await here.open()
    for name, opener in (("Ann", 100), ("Bob", 120)):
        defaults = {"name": name, "events": ["SBD"], "squatKg": [opener, 0, 0, 0, 0], "divisions": ["Open"]}
        await there.operator.dispatch({"type": "NEW_REGISTRATION", "overwriteDefaults": defaults})
    await there.operator.dispatch({"type": "SET_DIVISIONS", "divisions": ["Open", "Masters"]})
    meet_id = await LiveTab(there).make_live("Platform 1", locations=LOCATIONS)
    await LiveTab(here).join(meet_id, "Desk")
    ann, bob = (int(entry["id"]) for entry in (await here.operator.state())["registration"]["entries"])
    pair = Pair(here, there, ann, bob)
    await sent_frames(here)
    return pair


async def shows(field: Locator, text: str) -> None:
    await expect(field).to_have_value(text)


async def caret(field: Locator) -> int:
    place: int = await field.evaluate("(field) => document.activeElement === field ? field.selectionStart : -1")
    return place


async def test_an_attempt_field_shows_a_remote_weight_at_once_and_a_visit_sends_nothing(pair: Pair) -> None:
    await pair.opens("lifting")
    field = pair.here.operator.attempt_field(pair.ann, "S", 1)
    await shows(field, "100")
    await pair.there.operator.type_attempt(pair.ann, "S", 1, "105")
    await shows(field, "105")
    await pair.here.operator.visit(field)
    await pair.nothing_is_sent()


async def test_a_focused_field_that_nobody_typed_into_shows_it_too_and_keeps_the_caret(pair: Pair) -> None:
    await pair.opens("lifting")
    field = pair.here.operator.attempt_field(pair.ann, "S", 1)
    await field.click()
    await field.press("Home")
    await field.press("ArrowRight")
    await pair.there.operator.type_attempt(pair.ann, "S", 1, "105")
    await shows(field, "105")
    assert await caret(field) == 1
    await field.blur()
    await pair.nothing_is_sent()


async def test_a_field_that_is_typed_into_keeps_text_and_caret_and_then_is_a_change_after_the_remote_one(
    pair: Pair,
) -> None:
    await pair.opens("lifting")
    field = pair.here.operator.attempt_field(pair.ann, "S", 1)
    await field.click()
    await field.press("End")
    await field.press("Backspace")
    await field.press_sequentially("7")
    await field.press("ArrowLeft")
    before = await pair.there.operator.entry(pair.bob)
    await pair.there.operator.type_attempt(pair.ann, "S", 1, "105")
    await pair.there.operator.type_attempt(pair.bob, "S", 1, "125")
    await shows(pair.here.operator.attempt_field(pair.bob, "S", 1), "125")
    assert before is not None
    await shows(field, "107")
    assert await caret(field) == 2
    assert await sent_frames(pair.here) == []
    await field.press("Enter")
    await shows(pair.there.operator.attempt_field(pair.ann, "S", 1), "107")
    await agree(pair.here, pair.there)


async def test_a_typed_text_that_is_refused_gives_way_to_the_remote_value(pair: Pair) -> None:
    await pair.opens("lifting")
    field = pair.here.operator.attempt_field(pair.ann, "S", 1)
    await field.click()
    await field.press_sequentially("x")
    await pair.there.operator.type_attempt(pair.ann, "S", 1, "105")
    await agree(pair.here, pair.there)
    await field.press("Enter")
    await shows(field, "105")
    await pair.nothing_is_sent()


async def test_typed_text_whose_field_goes_away_is_told(pair: Pair) -> None:
    await pair.opens("lifting")
    field = pair.here.operator.attempt_field(pair.ann, "S", 1)
    await field.click()
    await field.fill("107")
    await pair.there.operator.mark(good=True)
    await field.wait_for(state="detached")
    await expect(pair.here.page.locator("#live-popups", has_text="You were typing 107")).to_be_visible()


async def test_weigh_ins_show_remote_values_and_visits_send_nothing(pair: Pair) -> None:
    await pair.opens("weigh-ins")
    texts = {"bodyweightKg": "75.5", "age": "31", "squatRackInfo": "12", "S": "102.5"}
    await pair.there.operator.weigh_in(pair.ann, **texts)
    for name, text in texts.items():
        field = await pair.here.operator.weigh_in_field(pair.ann, name)
        await shows(field, text)
        await pair.here.operator.visit(field)
    await pair.nothing_is_sent()


async def test_the_meet_s_name_and_its_numbers_show_remote_values(pair: Pair) -> None:
    await pair.opens("meet-setup")
    here = pair.here.operator
    await pair.there.operator.type_meet_field("Meet Name", "Another Cup")
    await pair.there.operator.type_meet_field("Days of Lifting", "3")
    for label, text in (("Meet Name", "Another Cup"), ("Days of Lifting", "3")):
        field = here.field(label, begins=True).locator("input")
        await shows(field, text)
        await here.visit(field)
    await pair.nothing_is_sent()


async def test_a_division_of_another_table_is_not_deleted_by_adding_one_here(pair: Pair) -> None:
    await pair.opens("meet-setup")
    await pair.there.operator.dispatch({"type": "SET_DIVISIONS", "divisions": ["Open", "Masters", "Juniors"]})
    await agree(pair.here, pair.there)
    divisions = ["Open", "Masters", "Juniors", "Teen"]
    await pair.here.operator.choose(pair.here.operator.field("Divisions", begins=True), divisions, typed=True)
    await agree(pair.here, pair.there)
    assert (await pair.there.operator.state())["meet"]["divisions"] == divisions


async def test_a_name_that_is_typed_keeps_text_and_caret_until_it_is_left(pair: Pair) -> None:
    await pair.opens("registration")
    field = await pair.here.operator.name_field(pair.ann)
    await field.click()
    await field.press("End")
    await field.press_sequentially("a")
    await agree(pair.here, pair.there)
    await field.press("Home")
    await field.press("ArrowRight")
    await pair.there.operator.type_name(pair.ann, "Anna Smith")
    await pair.there.operator.type_name(pair.bob, "Robert")
    await shows(await pair.here.operator.name_field(pair.bob), "Robert")
    await shows(field, "Anna")
    assert await caret(field) == 1
    await sent_frames(pair.here)
    await field.blur()
    await shows(field, "Anna Smith")
    await pair.nothing_is_sent()
