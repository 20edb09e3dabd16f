"""What a person sees of "Live (Advanced)" in every state, with a table that does as it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from appliance.web.qr import qr_svg
from appliance.web.static_files import StaticFiles
from tests.browser.table import HOST

FAKE = Path(__file__).parents[1] / "web" / "ui"


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """A server of the user interface alone, in a frame like OpenLifter's."""

    async def frame(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(FAKE / "openlifter.html")

    app = web.Application()
    app.router.add_get("/openlifter/{path:.*}", frame)
    app.router.add_get("/api/v1/qr.svg", qr_svg)
    app.router.add_get("/static/{path:.+}", StaticFiles().serve)
    app.router.add_static("/test", FAKE)
    async with TestServer(app) as server:
        yield f"http://{HOST}:{server.port}"


@pytest.fixture
async def page(chromium: Browser, origin: str) -> AsyncIterator[Page]:
    """The Live page, nobody in a meet."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=origin)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto("/openlifter/live")
    await page.locator("html[data-ready]").wait_for()
    yield page
    assert problems == []
    await context.close()


async def put(page: Page, state: str) -> None:
    """Let the table be in a state."""
    await page.evaluate("(state) => window.table.put(window.states[state])", state)


async def calls(page: Page) -> list[list[Any]]:
    """What the user interface asked of the table."""
    asked: list[list[Any]] = await page.evaluate("window.table.calls")
    return asked


STATES = {
    "starting": "",
    "alone": "only in this browser",
    "lost": "Weigh-in 1",
    "joining": "",
    "catching up": "Catching up",
    "live": "123 456 789",
    "offline": "3 changes",
    "offline_in_memory": "1 change",
    "notices": "Anna Smith",
    "not_let_in": "did not let this table in",
    "session_invalid": "Password",
    "superseded": "",
    "lost_updates": "12 changes",
    "left": "",
    "blocked": "version 1",
}


@pytest.mark.parametrize("width", [320, 1280, 3840])
async def test_each_state_says_what_is_so_and_fits(page: Page, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 900})
    for state, said in STATES.items():
        await put(page, state)
        await expect(page.locator("#live-page h1")).not_to_be_empty()
        assert said.lower() in (await page.locator("#live-page").inner_text()).lower(), state
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} is too wide"


async def test_the_badge_is_never_only_a_colour(page: Page) -> None:
    for state, said in (
        ("live", "Live"),
        ("catching up", "Catching up"),
        ("offline", "Offline"),
        ("alone", "Not live"),
    ):
        await put(page, state)
        await expect(page.locator(".live-badge")).to_contain_text(said)
    await put(page, "offline")
    await expect(page.locator(".live-badge")).to_contain_text("3 changes not yet sent")


async def test_a_wrong_form_names_what_is_wrong_and_asks_for_nothing(page: Page) -> None:
    await page.get_by_text("Make this meet live").click()
    form = page.locator("form:visible")
    await form.locator("#live-new-password").fill("too short")
    await form.locator("button[type=submit]").click()
    await expect(form).to_contain_text("at least 10 characters")
    assert await calls(page) == []


async def test_joining_goes_from_the_meet_to_its_places(page: Page) -> None:
    await page.goto("/openlifter/live?meet=123-456-789")
    form = page.locator("form:visible")
    await expect(form.locator("#live-meet-id")).to_have_value("123 456 789")
    await form.locator("#live-join-password").fill("correct horse")
    await form.locator("button[type=submit]").click()
    await form.get_by_text("Platform 2", exact=True).click()
    await form.locator("button[type=submit]").click()
    await expect(page.locator(".live-badge")).to_contain_text("Platform 2")
    wish = {"meetId": "123456789", "password": "correct horse", "locationName": "Platform 2"}
    assert await calls(page) == [["locations", "123456789", "correct horse"], ["join", wish]]


async def test_a_refusal_is_shown_and_what_was_typed_stays(page: Page) -> None:
    await page.get_by_text("Join a live meet").click()
    form = page.locator("form:visible")
    await form.locator("#live-meet-id").fill("123456789")
    await form.locator("#live-join-password").fill("wrong horse")
    await page.evaluate("() => { window.table.refusal = { reason: 'the password is not right', retryInS: 5 }; }")
    await form.locator("button[type=submit]").click()
    await expect(form).to_contain_text("the password is not right")
    await expect(form.locator("#live-meet-id")).to_have_value("123 456 789")


async def test_a_sweeping_change_is_a_question_that_holds_the_focus_and_undoes_by_default(page: Page) -> None:
    await put(page, "held")
    dialog = page.get_by_role("alertdialog")
    await expect(dialog).to_contain_text("delete 3 lifters")
    await expect(dialog.get_by_role("button", name="Undo it here")).to_be_focused()
    for _ in range(3):
        await page.keyboard.press("Tab")
        assert await dialog.evaluate("(dialog) => dialog.contains(document.activeElement)")
    await page.keyboard.press("Escape")
    assert await calls(page) == [["revertHeld"]]


async def test_going_offline_pops_up_without_taking_the_focus(page: Page) -> None:
    await put(page, "live")
    await page.goto("/openlifter/lifting?state=live")
    await page.locator("#attempt").click()
    await put(page, "offline")
    popup = page.locator(".live-popup-connection")
    await expect(popup).to_contain_text("3 changes wait here")
    await expect(page.locator("#attempt")).to_be_focused()
    await popup.get_by_role("button", name="Make small").click()
    await expect(popup).to_contain_text("not yet sent")
    await put(page, "catching up")
    await expect(popup).to_be_visible()
    await put(page, "live")
    await expect(popup).to_be_hidden()


async def test_in_full_screen_pop_ups_and_questions_are_inside_of_what_is_shown(page: Page) -> None:
    await page.goto("/openlifter/lifting?state=offline")
    await page.locator("#attempt").click()
    await page.evaluate("document.getElementById('liftingView').requestFullscreen()")
    await expect(page.locator("#liftingView > #live-popups")).to_contain_text("3 changes wait here")
    await put(page, "held")
    await expect(page.locator("#liftingView [role=alertdialog]")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.evaluate("document.exitFullscreen()")
    await expect(page.locator("body > #live-popups")).to_be_attached()
    assert await calls(page) == [["revertHeld"]]


async def test_another_language_keeps_the_tab_and_speaks_it(page: Page) -> None:
    await put(page, "offline")
    await page.evaluate("window.setLanguage('de')")
    await expect(page.locator(".live-badge")).to_contain_text("Offline")
    await expect(page.locator("#live-page")).to_contain_text("Änderungen")
    await expect(page.locator("#root a.nav-link", has_text="Live")).to_be_visible()


async def test_a_meet_is_made_live_with_the_keyboard_alone(page: Page) -> None:
    await page.locator("#live-way-create").focus()
    await page.keyboard.press("Space")
    for text in ("Club Cup", "correct horse"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    for _ in range(2):  # over "Show" to the first location
        await page.keyboard.press("Tab")
    await expect(page.get_by_label("Name of location 1")).to_be_focused()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_label("Name of location 2")).to_be_focused()
    await page.get_by_label("This table is at").focus()
    await page.keyboard.type("Weigh")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Make it live").press("Enter")
    await expect(page.locator(".live-badge")).to_contain_text("Live")
    [[name, wish]] = await calls(page)
    assert (name, wish["meetName"], wish["password"], wish["locationName"]) == (
        "create",
        "Club Cup",
        "correct horse",
        "Weigh-in",
    )
    assert [endpoint["locationName"] for endpoint in wish["endpoints"]] == ["Weigh-in", "Platform 1", "Registration"]
    priorities = [endpoint["priority"] for endpoint in wish["endpoints"]]
    assert priorities == sorted(priorities, reverse=True)


async def test_a_list_of_places_that_cannot_be_is_refused_where_it_is_wrong(page: Page) -> None:
    await page.get_by_text("Make this meet live").click()
    form = page.locator("form:visible")
    await page.get_by_label("Name of location 2").fill("Platform 1")
    await page.get_by_label("Name of location 3").fill("a[b]")
    await page.get_by_label("Priority of location 1").fill("high")
    await form.locator("button[type=submit]").click()
    problems = form.get_by_role("alert")
    await expect(problems).to_be_focused()
    for problem in ("two locations “Platform 1”", "no [ or ]", "whole number", "where this table is"):
        await expect(problems).to_contain_text(problem)
    await problems.get_by_role("button", name="no [ or ]").click()
    await expect(page.get_by_label("Name of location 3")).to_be_focused()
    await page.get_by_role("button", name="Remove a[b]").click()
    await expect(page.get_by_role("button", name="Remove Platform 1").last).to_be_focused()
    await page.get_by_role("button", name="Add a location").click()
    await expect(page.get_by_label("Name of location 3")).to_be_focused()
    assert await calls(page) == []


async def test_a_meet_number_is_grouped_as_it_is_typed_and_the_caret_stays(page: Page) -> None:
    await page.get_by_text("Join a live meet").click()
    number = page.locator("#live-meet-id")
    await number.press_sequentially("1234x567")
    await expect(number).to_have_value("123 456 7")
    await number.evaluate("(input) => input.setSelectionRange(2, 2)")
    await page.keyboard.type("9")
    await expect(number).to_have_value("129 345 67")
    assert await number.evaluate("(input) => input.selectionStart") == 3
    await number.fill("http://box/openlifter/live?meet=987654321")
    await expect(number).to_have_value("987 654 321")


async def test_joining_says_what_is_replaced_and_offers_a_copy_first(page: Page) -> None:
    await page.get_by_text("Join a live meet").click()
    await expect(page.locator("form:visible")).to_contain_text("“Spring Open 2026” with 24 lifters")
    await page.get_by_role("button", name="Save a copy first").click()
    assert await calls(page) == [["saveCopy"]]


async def test_who_is_not_let_in_again_keeps_what_was_typed_and_is_told_why(page: Page) -> None:
    await put(page, "not_let_in")
    password = page.locator("#live-rejoin-password")
    await password.fill("wrong horse")
    await page.evaluate("() => { window.table.refusal = { reason: 'no', retryInS: null }; window.table.hold(); }")
    await page.get_by_role("button", name="Join again").click()
    await expect(page.locator("h1")).to_contain_text("Joining")
    await expect(password).to_be_visible()
    await page.evaluate("window.table.proceed()")
    await expect(page.locator(".live-ended").get_by_role("alert")).to_be_focused()
    await expect(password).to_have_value("wrong horse")
    await page.evaluate("() => { window.table.refusal = null; }")
    await page.get_by_role("button", name="Join again").click()
    await expect(password).to_be_hidden()


async def test_leaving_asks_once_more_and_says_what_becomes_of_unsent_changes(page: Page) -> None:
    await put(page, "offline")
    leave = page.get_by_role("button", name="Leave the meet")
    await leave.click()
    await expect(page.get_by_role("alertdialog")).to_contain_text("3 changes have not been sent")
    await page.keyboard.press("Escape")
    await expect(leave).to_be_focused()
    assert await calls(page) == []
    await leave.click()
    await page.get_by_role("button", name="Leave without sending").click()
    assert await calls(page) == [["leave"]]


async def test_changes_of_a_closed_tab_are_discarded_only_after_a_question(page: Page) -> None:
    await put(page, "lost")
    discard = page.get_by_role("button", name="Discard").first
    await discard.click()
    await page.keyboard.press("Enter")
    assert await calls(page) == []
    await discard.click()
    await page.get_by_role("button", name="Discard for ever").click()
    assert await calls(page) == [["discardLost", "c1"]]
    await expect(page.locator("#live-page")).not_to_contain_text("Weigh-in 1")


async def test_notices_show_both_values_and_many_collapse(page: Page) -> None:
    await page.goto("/openlifter/lifting?state=notices")
    popup = page.locator(".live-popup-notices")
    await expect(popup).to_contain_text("You entered 105 kg. Platform 1 entered 110 kg, and that stands.")
    await expect(popup.get_by_role("article")).to_have_count(1)
    await popup.get_by_role("button", name="Show all 8").click()
    await expect(popup.get_by_role("article")).to_have_count(8)
    await popup.get_by_role("button", name="Understood: Squat 2 of Anna Smith").click()
    await popup.get_by_role("button", name="All understood").click()
    await expect(popup).to_be_hidden()
    assert await calls(page) == [["dismiss", 1], ["dismissAll"]]


async def test_the_same_sweeping_change_is_asked_about_again(page: Page) -> None:
    await page.evaluate("""() => {
        const held = window.states.held;
        window.table.revertHeld = () => { window.table.calls.push(["revertHeld"]); window.table.status.held = null; };
        window.table.put(held);
    }""")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alertdialog")).to_be_hidden()
    await put(page, "held")
    await expect(page.get_by_role("alertdialog")).to_be_visible()
