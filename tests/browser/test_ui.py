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
    await expect(page.locator("#live-popups")).to_contain_text("3")
    await expect(page.locator("#attempt")).to_be_focused()
    await put(page, "live")
    await expect(page.locator("#live-popups")).not_to_contain_text("not yet sent")


async def test_another_language_keeps_the_tab_and_speaks_it(page: Page) -> None:
    await put(page, "offline")
    await page.evaluate("window.setLanguage('de')")
    await expect(page.locator(".live-badge")).to_contain_text("Offline")
    await expect(page.locator("#live-page")).to_contain_text("Änderungen")
    await expect(page.locator("#root a.nav-link", has_text="Live")).to_be_visible()
