"""Pictures of all displays, to be looked at: ``python -m tests.browser.display_pictures FOLDER [KIND …]``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from appliance.displays.showing import DisplayKind, Showing, address
from tests.browser.display_meets import GOOD, NO_LIFT, SITUATIONS, typed_in
from tests.browser.table import CHROMIUM, CHROMIUM_FLAGS
from tests.displays.venue import key_of
from tests.world import Table, World, world

SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160), "phone": (390, 844)}


async def open_display(browser: Browser, venue: World, where: str, size: tuple[int, int]) -> Page:
    """A display of this size, when its board is there."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(venue.url + where)
    await page.locator(".stage[data-state=live]").wait_for()
    return page


async def take(browser: Browser, venue: World, meet_id: str, kinds: list[DisplayKind], name: str, folder: Path) -> None:
    """Pictures of all kinds in all sizes."""
    key = key_of(venue, meet_id)
    for kind in kinds:
        for size_name, size in SIZES.items():
            page = await open_display(browser, venue, address(Showing(kind, meet_id), key), size)
            if kind in (DisplayKind.LOWER_THIRD, DisplayKind.ATTEMPT_BAR):
                await page.evaluate("document.documentElement.style.background = 'linear-gradient(#5b6b57, #22301f)'")
            await page.screenshot(path=folder / f"{kind}.{name}.{size_name}.png")
            await page.context.close()


async def main(folder: Path, kinds: list[DisplayKind]) -> None:
    """Type each situation in and take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir:
        async with world(Path(data_dir)) as venue, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=[each for each in CHROMIUM_FLAGS if not each.startswith("--unsafely")]
            )
            for name, situation in SITUATIONS.items():
                table = await _meet(venue)
                await typed_in(table, situation)
                await take(browser, venue, table.meet_id, kinds, name, folder)
                if name == "mid-meet":
                    for marked, mark in (("good", GOOD), ("no-lift", NO_LIFT)):
                        for kind in kinds:
                            page = await open_display(
                                browser,
                                venue,
                                address(Showing(kind, table.meet_id), key_of(venue, table.meet_id)),
                                SIZES["1080p"],
                            )
                            await table.change((mark[0], 0))
                            await table.change(mark)
                            await page.wait_for_timeout(300)
                            await page.screenshot(path=folder / f"{kind}.{marked}.1080p.png")
                            await page.context.close()
            await browser.close()


async def _meet(venue: World) -> Table:
    table = await venue.table()
    await table.create({"Platform 1": 10}, "Platform 1")
    return table


if __name__ == "__main__":
    chosen = [DisplayKind(name) for name in sys.argv[2:]] or list(DisplayKind)
    asyncio.run(main(Path(sys.argv[1]), chosen))
