"""The displays in a real browser: what each shows, and that nothing makes one go blank."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from appliance.client.server_process import appliance_process
from appliance.displays.showing import DisplayKind, Options, Showing, address
from tests.browser.display_meets import GOOD, meet_in
from tests.displays.venue import key_of
from tests.world import Table, World

PHONE, HALL, WALL = {"width": 390, "height": 844}, {"width": 1920, "height": 1080}, {"width": 3840, "height": 2160}
BACK_S = 3.0
DISPLAYS = 20


async def meet(venue: World, situation: str = "mid-meet") -> Table:
    table, _ = await meet_in(venue, situation)
    return table


@asynccontextmanager
async def display(
    chromium: Browser, url: str, size: dict[str, int] = HALL, *, still: bool = False
) -> AsyncIterator[Page]:
    """A display, which must not throw anything; without animations if it is to hold still."""
    motion: Literal["reduce", "no-preference"] = "reduce" if still else "no-preference"
    context = await chromium.new_context(viewport=size, reduced_motion=motion)  # type: ignore[arg-type]
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Error" in message.text else None)
    await page.goto(url)
    yield page
    assert problems == []
    await context.close()


def url_of(venue: World, table: Table, kind: DisplayKind, **more: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return venue.url + address(Showing(kind, table.meet_id), key_of(venue, table.meet_id)) + query


@pytest.mark.parametrize("size", [PHONE, HALL, WALL], ids=["phone", "hall", "wall"])
async def test_each_kind_shows_the_meet_and_fits(chromium: Browser, venue: World, size: dict[str, int]) -> None:
    table = await meet(venue)
    says = dict.fromkeys(DisplayKind, "Beatriz Gómez")
    says |= {
        DisplayKind.NEXT_UP: "Ζωή",
        DisplayKind.LEADERBOARD: "Marta Silva",
        DisplayKind.RESULTS: "no results yet",
    }
    for kind, text in says.items():
        async with display(chromium, url_of(venue, table, kind), size) as page:
            await expect(page.locator(".stage")).to_contain_text(text)
            stage = "document.querySelector('.stage').scrollWidth"
            assert await page.evaluate(f"Math.max(document.documentElement.scrollWidth, {stage}) <= innerWidth"), kind


@pytest.mark.parametrize("situation", ["end-of-flight", "no-lifters", "long-names", "pounds"])
async def test_no_situation_breaks_a_display(chromium: Browser, venue: World, situation: str) -> None:
    table = await meet(venue, situation)
    for kind in DisplayKind:
        async with display(chromium, url_of(venue, table, kind, lang="de", units="both"), PHONE) as page:
            await page.locator(".stage[data-state=live]").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), kind


CUT_OFF = """[...document.querySelectorAll(".pages, .card, .body, .strip .name")].filter(
    (each) => each.scrollWidth > each.clientWidth + 3 || each.scrollHeight > each.clientHeight + 3)
    .map((each) => each.className)"""


@pytest.mark.parametrize("size", [PHONE, HALL], ids=["phone", "hall"])
async def test_long_names_push_nobody_off_the_picture(chromium: Browser, venue: World, size: dict[str, int]) -> None:
    table = await meet(venue, "long-names")
    for kind in (
        DisplayKind.LEADERBOARD,
        DisplayKind.ANNOUNCER,
        DisplayKind.ATTEMPT_BOARD,
        DisplayKind.ATTEMPT_BAR,
    ):
        async with display(chromium, url_of(venue, table, kind, seconds="3"), size) as page:
            await page.locator(".stage[data-state=live]").wait_for()
            assert await page.evaluate(CUT_OFF) == [], kind


HARD_TO_READ = """() => {
    const channels = (text) => text.match(/[\\d.]+/g).map(Number);
    const over = ([r, g, b, a = 1], below) => [r, g, b].map((each, i) => each * a + below[i] * (1 - a));
    const behind = (element) => {
        if (!element) return [16, 20, 26];
        return over(channels(getComputedStyle(element).backgroundColor), behind(element.parentElement));
    };
    const seen = (element) => (element ? Number(getComputedStyle(element).opacity) * seen(element.parentElement) : 1);
    const light = (rgb) => rgb.map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
    const poor = new Set();
    for (const element of document.querySelectorAll(".stage *")) {
        const own = [...element.childNodes].filter((node) => node.nodeType === 3);
        const text = own.map((node) => node.data).join("").trim();
        if (!text || !element.checkVisibility() || element.closest(".plate")) continue;
        const style = getComputedStyle(element);
        const ground = behind(element);
        const [r, g, b, a = 1] = channels(style.color);
        const [one, other] = [light(over([r, g, b, a * seen(element)], ground)), light(ground)];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        if (contrast < (large ? 3 : 4.5)) poor.add(`.${element.className} ${contrast.toFixed(2)}: ${text}`);
    }
    return [...poor];
}"""
"""Texts with less contrast than WCAG 2.2 AA asks for. Plates are left out: their numbers have an outline."""


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
async def test_everything_can_be_read_in_each_theme(chromium: Browser, venue: World, theme: str) -> None:
    """On a phone, whose smaller letters need the most contrast."""
    table = await meet(venue)
    hard = {}
    async with AsyncExitStack() as screens:
        pages = {}
        for kind in DisplayKind:
            url = url_of(venue, table, kind, theme=theme, units="both")
            pages[kind] = await screens.enter_async_context(display(chromium, url, PHONE, still=True))
            await pages[kind].locator(".stage[data-state=live]").wait_for()
            hard[kind] = await pages[kind].evaluate(HARD_TO_READ)
        _, stands = await table.pull()
        await table.change(GOOD, after=stands.last_server_seq)
        for kind in (DisplayKind.ATTEMPT_BOARD, DisplayKind.LOWER_THIRD, DisplayKind.ATTEMPT_BAR):
            await pages[kind].locator(".decision").wait_for()
            hard[kind] += await pages[kind].evaluate(HARD_TO_READ)
    assert {kind: each for kind, each in hard.items() if each} == {}


async def test_a_picture_that_cannot_be_drawn_leaves_the_old_one_and_does_not_look_live(
    chromium: Browser, venue: World
) -> None:
    table = await meet(venue)
    context = await chromium.new_context(viewport=HALL)  # type: ignore[arg-type]
    page = await context.new_page()
    fed: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        fed.append(socket)
        socket.connect_to_server()

    await page.route_web_socket("**/boards/**", through)
    await page.goto(url_of(venue, table, DisplayKind.ATTEMPT_BOARD))
    await page.locator(".stage[data-state=live]").wait_for()
    fed[0].send('{"epoch": "x", "n": 99, "board": {"meet": null}}')
    await page.locator(".stage[data-state=stale] .sign").wait_for()
    await expect(page.locator(".stage")).to_contain_text("Beatriz Gómez")
    _, stands = await table.pull()
    await table.change(("meet.name", "Cork Cup"), after=stands.last_server_seq)
    await page.locator(".stage[data-state=live]").wait_for()
    await expect(page.locator(".sign")).to_have_count(0)
    await context.close()


async def test_a_decision_is_shown_at_once_in_words_and_colour(chromium: Browser, venue: World) -> None:
    table = await meet(venue)
    async with display(chromium, url_of(venue, table, DisplayKind.ATTEMPT_BOARD)) as page:
        await page.locator(".body").wait_for()
        newest = (await table.pull())[1].last_server_seq
        await table.change(GOOD, after=newest)
        await expect(page.locator(".decision.good")).to_contain_text("Good lift")
        await expect(page.locator(".decision")).to_contain_text("Beatriz Gómez")
        await expect(page.locator(".body h2")).to_contain_text("Ζωή", timeout=15_000)


async def test_a_key_that_is_not_good_and_a_meet_that_is_away_are_said_in_words(
    chromium: Browser, venue: World
) -> None:
    table = await meet(venue)
    scoreboard = Showing(DisplayKind.SCOREBOARD, table.meet_id)
    async with display(chromium, venue.url + address(scoreboard, "old1.x.y")) as page:
        await expect(page.locator(".notice")).to_contain_text("not good any more")
    away = Showing(DisplayKind.SCOREBOARD, "111111111")
    async with display(chromium, venue.url + address(away, "old1.x.y") + "&lang=de") as page:
        await expect(page.locator(".notice")).to_contain_text("gerade nicht auf dem Gerät")


async def test_a_screen_is_told_from_the_page_of_displays_what_to_show(chromium: Browser, venue: World) -> None:
    await meet(venue)
    async with display(chromium, f"{venue.url}/display") as screen, display(chromium, f"{venue.url}/displays") as desk:
        await expect(screen.locator(".number")).to_have_text("101")
        await desk.get_by_label("Operator PIN").fill(venue.operator_pin)
        await desk.get_by_role("button", name="Sign in").click()
        row = desk.locator(".screen.here")
        await expect(row).to_contain_text("Shows its number")
        await row.get_by_label("Name of screen").fill("Warm-up left")
        await row.get_by_label("Name of screen").blur()
        await row.get_by_text("Choose what it shows").click()
        await row.get_by_label("Shows").select_option("lifting-order")
        await row.get_by_role("button", name="Show it", exact=True).click()
        await expect(screen.locator(".stage")).to_contain_text("Lifting order")
        await expect(screen.locator(".stage")).to_contain_text("Beatriz Gómez")
        assert "/display/lifting-order?" in screen.url
        await row.get_by_role("button", name="Identify").click()
        await expect(screen.locator(".identity")).to_contain_text("Warm-up left")
        await row.get_by_role("button", name="Show the number").click()
        await expect(screen.locator(".number")).to_have_text("101")


async def test_a_link_for_obs_is_made_and_taken_back(chromium: Browser, venue: World) -> None:
    await meet(venue)
    async with display(chromium, f"{venue.url}/displays", PHONE) as desk:
        await desk.get_by_label("Operator PIN").fill(venue.operator_pin)
        await desk.get_by_role("button", name="Sign in").click()
        await desk.get_by_label("Name", exact=True).fill("OBS")
        await desk.get_by_role("button", name="Make the link").click()
        link = await desk.locator("#link-said code").inner_text()
        assert await desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
        async with display(chromium, link) as overlay:
            await expect(overlay.locator(".panel")).to_contain_text("Beatriz Gómez")
            assert await overlay.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
        await desk.get_by_role("button", name="Take it back").click()
        await expect(desk.locator("#keys")).to_contain_text("No key has been given out")
        await expect(desk.locator("section", has=desk.locator("#keys"))).to_contain_text("The key of OBS is taken back")
        await expect(desk.locator("#look-said")).to_be_empty()


async def test_twenty_displays_outlive_a_server_that_is_killed(
    chromium: Browser, tmp_path: Path, standin: Path
) -> None:
    """None goes blank meanwhile, and all are live again within `BACK_S` of its being back."""
    server = appliance_process(tmp_path / "data", {"OPENLIFTER_OPENLIFTER_DIR": str(standin)})
    await server.start()
    venue = World(tmp_path / "data")
    venue.port = server.port
    try:
        table, key = await meet_in(venue, "mid-meet")
        kinds = [list(DisplayKind)[number % len(DisplayKind)] for number in range(DISPLAYS)]
        context = await chromium.new_context(viewport={"width": 640, "height": 360})
        pages = []
        for kind in kinds:
            page = await context.new_page()
            # Pages that stand so long that none is turned meanwhile.
            await page.goto(venue.url + address(Showing(kind, table.meet_id, options=Options(seconds=120)), key))
            await page.locator(".stage[data-state=live]").wait_for()
            pages.append(page)
        before = [await page.locator(".stage").inner_text() for page in pages]
        await server.kill()
        for page, text in zip(pages, before, strict=True):
            assert await page.locator(".stage").inner_text() == text
        await server.start()
        back_s = time.monotonic()
        again = await venue.table()
        joined = await again.join(table.meet_id, "Platform 1")
        await again.change(("meet.name", "Back again"), after=joined.last_server_seq)
        shows_name = [
            page
            for page, kind in zip(pages, kinds, strict=True)
            if kind not in (DisplayKind.LOWER_THIRD, DisplayKind.ATTEMPT_BAR)
        ]
        for page in shows_name:
            await expect(page.locator(".head")).to_contain_text("Back again", timeout=BACK_S * 1000)
        assert time.monotonic() - back_s <= BACK_S
        for page in pages:
            assert (await page.locator(".stage").inner_text()).strip() or page not in shows_name
        await context.close()
    finally:
        await venue.close()
        await server.stop()
