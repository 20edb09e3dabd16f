"""The landing page and the network doctor, as a phone and a laptop show them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from msgspec import structs
from playwright.async_api import Browser, Page, Route, expect

from appliance.service import warnings
from appliance.upkeep.doctor import Reached, Warned, examine
from tests.upkeep.test_doctor import WELL
from tests.world import World

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}

SITUATIONS = {
    "well": (WELL, "Everything is well."),
    "no meet": (structs.replace(WELL, meets=0, snapshots=0, snapshot_age_s=None), "Everything is well."),
    "no network": (structs.replace(WELL, reached=(), heard=None), "Something is wrong."),
    "avahi": (
        structs.replace(
            WELL,
            responders=("avahi",),
            warnings=(Warned("avahi", warnings.SECOND_RESPONDER.meaning, warnings.SECOND_RESPONDER.remedy),),
        ),
        "worth a look",
    ),
    "disk nearly full": (structs.replace(WELL, disk_free=90_000_000), "Something is wrong."),
    "1970": (structs.replace(WELL, wall_s=0.0), "worth a look"),
    "clients apart": (structs.replace(WELL, heard=()), "worth a look"),
    "long": (
        structs.replace(
            WELL,
            name="Ελληνική Ομοσπονδία Άρσης Βαρών " * 2,
            reached=(Reached("[fd12:3456:789a:bcde:f012:3456:789a:bcde]:8080", "nothing came within 2 s"),),
        ),
        "Something is wrong.",
    ),
}


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
async def page(request: pytest.FixtureRequest, chromium: Browser, venue: World) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=request.param, base_url=venue.url)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    assert problems == []
    await context.close()


async def fits(page: Page) -> bool:
    """Nothing is wider than the window."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_meets_and_warnings_come_without_a_reload(page: Page, venue: World, tmp_path: Path) -> None:
    await page.goto("/")
    await expect(page.locator("main")).to_contain_text("No meet yet")
    await expect(page.locator("img.qr")).to_be_visible()
    await page.screenshot(path=tmp_path / "landing-none.png", full_page=True)
    tables = [await venue.table() for _ in range(3)]
    for table, name in zip(
        tables, ("Spring Cup", "Πανελλήνιο Πρωτάθλημα Δυναμικού Τριάθλου " * 3, "青年杯"), strict=True
    ):
        created = await table.create({"Platform 1": 2, "Desk": 1}, "Desk", meetName=name.strip())
    digests = {"clientDigest": "0" * 16, "stateDigest": "f" * 16}
    said = {"msgType": "STATE_DIVERGED", "sessionToken": table.token, "epoch": created.epoch, "serverSeq": 0}
    await table.say({**said, **digests})
    await expect(page.locator("main .list li")).to_have_count(3, timeout=15_000)
    await expect(page.locator(".verdict")).to_contain_text("One thing needs a look", timeout=15_000)
    assert await fits(page)
    await page.screenshot(path=tmp_path / "landing-three.png", full_page=True)
    await page.get_by_role("link", name="Spring Cup").focus()
    await page.get_by_role("link", name="Network doctor").click()
    await expect(page).to_have_url(f"{venue.url}/doctor")


async def test_a_page_of_an_appliance_that_is_gone_says_so_until_it_is_back(page: Page, venue: World) -> None:
    await page.goto("/")
    await venue.stop()
    await expect(page.locator("#stale")).to_be_visible(timeout=15_000)
    await venue.start()
    await expect(page.locator("#stale")).to_be_hidden(timeout=15_000)


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_the_doctor_is_right(page: Page, situation: str, tmp_path: Path) -> None:
    readings, verdict = SITUATIONS[situation]

    async def answer(route: Route) -> None:
        await route.fulfill(body=msgspec.json.encode(examine(readings)), content_type="application/json")

    await page.route("**/api/v1/doctor", answer)
    await page.goto("/doctor")
    await expect(page.locator("#verdict")).to_contain_text(verdict)
    expected = [finding.found for finding in examine(readings)]
    assert await page.locator("#findings .found").all_text_contents() == expected
    assert await fits(page)
    await page.screenshot(path=tmp_path / f"doctor-{situation}.png", full_page=True)


async def test_the_doctor_examines_a_real_appliance(page: Page) -> None:
    await page.goto("/doctor")
    await expect(page.locator("#findings .finding").first).to_contain_text("runs as", timeout=15_000)
