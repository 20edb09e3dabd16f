"""Pictures of all displays, to be looked at: ``python -m tests.browser.display_pictures FOLDER [--docs] [KIND …]``.

With ``--docs`` the few, small ones that the documentation shows; else also one sheet of each situation and size, with
all displays on it: those are kept as ``docs/pictures/displays/sheet.*.jpg``.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from appliance.displays.showing import DisplayKind, Showing, address
from tests.browser.display_meets import GOOD, NO_LIFT, SITUATIONS, meet_in
from tests.browser.table import CHROMIUM, CHROMIUM_FLAGS
from tests.world import World, world

SIZES = {"1080p": (1920, 1080, 1.0), "4k": (3840, 2160, 1.0), "phone": (390, 844, 1.0)}
FOR_DOCS = {"hall": (1920, 1080, 0.5)}
SHEET_PX = 1600
ON_AIR = (DisplayKind.LOWER_THIRD, DisplayKind.ATTEMPT_BAR)
DECIDED = (DisplayKind.ATTEMPT_BOARD, DisplayKind.LOWER_THIRD)


async def open_display(browser: Browser, url: str, size: tuple[int, int, float]) -> Page:
    """A display of this size, when its board is there."""
    width, height, scale = size
    context = await browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce"
    )
    page = await context.new_page()
    await page.goto(url)
    await page.locator(".stage[data-state=live]").wait_for()
    # What a camera would show behind an overlay.
    await page.evaluate("document.documentElement.style.background = 'linear-gradient(#5b6b57, #22301f)'")
    return page


async def decided(browser: Browser, venue: World, kinds: list[DisplayKind], folder: Path, *, docs: bool) -> None:
    """Pictures of the moment after a lift."""
    (name, size) = next(iter((FOR_DOCS if docs else SIZES).items()))
    for verdict, mark in (("good", GOOD), ("no-lift", NO_LIFT)):
        table, key = await meet_in(venue, "mid-meet")
        meet_id = table.meet_id
        pages = [
            (kind, await open_display(browser, venue.url + address(Showing(kind, meet_id), key), size))
            for kind in kinds
        ]
        referee = await venue.table()
        joined = await referee.join(meet_id, "Platform 1")
        await referee.change(mark, after=joined.last_server_seq)
        for kind, page in pages:
            if await page.locator(".decision").count() or kind in DECIDED:
                await page.locator(".decision").wait_for()
            await page.screenshot(path=folder / f"{kind}.{verdict}.{name}.png")
            await page.context.close()


async def stale(browser: Browser, kinds: list[DisplayKind], folder: Path) -> None:
    """Pictures of displays that have lost the appliance a while ago."""
    pages: dict[str, Page] = {}
    with tempfile.TemporaryDirectory() as data_dir:
        async with world(Path(data_dir)) as venue:
            table, key = await meet_in(venue, "mid-meet")
            for kind in kinds:
                url = venue.url + address(Showing(kind, table.meet_id), key)
                for name, size in SIZES.items():
                    pages[f"{kind}.stale.{name}.png"] = await open_display(browser, url, size)
    for name, page in pages.items():
        await page.locator(".stage[data-state=stale]").wait_for()
        await page.screenshot(path=folder / name)
        await page.context.close()


async def sheets(browser: Browser, folder: Path) -> None:
    """One picture with all displays on it for each situation and size."""
    page = await browser.new_page(viewport={"width": SHEET_PX, "height": 800})
    for situation in [*SITUATIONS, "good", "no-lift", "stale"]:
        for name, (width, height, _) in SIZES.items():
            taken = sorted(folder.glob(f"*.{situation}.{name}.png"))
            if not taken:
                continue
            columns = 3 if width > height else 6
            style = f"margin:0;background:#777;display:grid;gap:4px;grid-template-columns:repeat({columns},1fr)"
            pictures = "".join(f'<img src="{picture.name}" style="width:100%">' for picture in taken)
            sheet = folder / "sheet.html"
            sheet.write_text(f'<body style="{style};align-content:start">{pictures}')
            await page.goto(sheet.as_uri())
            to = folder / f"sheet.{situation}.{name}.jpg"
            await page.screenshot(path=to, full_page=True, type="jpeg", quality=60)
            sheet.unlink()
    await page.close()


async def main(folder: Path, kinds: list[DisplayKind], *, docs: bool) -> None:
    """Type each situation in and take all pictures."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir:
        async with world(Path(data_dir)) as venue, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
            for name in ["mid-meet"] if docs else SITUATIONS:
                table, key = await meet_in(venue, name)
                for kind in kinds:
                    for size_name, size in (FOR_DOCS if docs else SIZES).items():
                        url = venue.url + address(Showing(kind, table.meet_id), key)
                        page = await open_display(browser, url, size)
                        await page.screenshot(path=folder / f"{kind}.{name}.{size_name}.png")
                        await page.context.close()
            await decided(browser, venue, [kind for kind in kinds if not docs or kind in DECIDED], folder, docs=docs)
            if not docs:
                await stale(browser, kinds, folder)
                await sheets(browser, folder)
            await browser.close()


if __name__ == "__main__":
    asked = [each for each in sys.argv[2:] if each != "--docs"]
    chosen = [DisplayKind(name) for name in asked] or list(DisplayKind)
    asyncio.run(main(Path(sys.argv[1]), chosen, docs="--docs" in sys.argv))
