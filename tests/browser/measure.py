"""How fast tables are in a browser: `python -m tests.browser.measure [FOLDER]`, with a build of OpenLifter or the stand-in.

Prints the time from a change at one table to the store of another, and what one remote attempt costs the other's main
thread, ours and OpenLifter's own part apart. A command of its own: a timed test would fail on a busy day.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from appliance.client.server_process import appliance_process
from tests.browser.live import LiveTab, agree
from tests.browser.operator import STORE
from tests.browser.standin_build import assemble
from tests.browser.table import CHROMIUM, CHROMIUM_FLAGS, HOST, Table

CHANGES = 200
PAUSE_MS = 60

ARRIVALS = f"""() => {{
  {STORE}
  window.arrivals = [];
  let last = null;
  store().subscribe(() => {{
    const {{ notes }} = store().getState().registration.entries[3];
    if (notes !== last) window.arrivals.push([(last = notes), performance.timeOrigin + performance.now()]);
  }});
}}"""

CHANGE = f"""async ([changes, pause]) => {{
  {STORE}
  const {{ id }} = store().getState().registration.entries[3];
  const made = [];
  for (let n = 0; n < changes; n++) {{
    const notes = `change ${{n}}`;
    made.push([notes, performance.timeOrigin + performance.now()]);
    store().dispatch({{ type: "UPDATE_REGISTRATION", entryId: id, changes: {{ notes }} }});
    await new Promise((resolve) => setTimeout(resolve, pause));
  }}
  return made;
}}"""

COSTS = f"""() => {{
  {STORE}
  window.costs = [];
  const {{ prototype }} = WebSocket;
  const onmessage = Object.getOwnPropertyDescriptor(prototype, "onmessage");
  Object.defineProperty(prototype, "onmessage", {{
    ...onmessage,
    set(heard) {{
      onmessage.set.call(this, (frame) => {{
        const began = performance.now();
        heard.call(this, frame);
        if (String(frame.data).includes("UPDATE_RELAY")) window.costs.push(performance.now() - began);
      }});
    }},
  }});
}}"""


async def two_tables(browser: Browser, origin: str, lifters: int) -> tuple[Table, Table]:
    """Two tables of one meet."""
    here, there = [await Table.at(browser, name, origin) for name in ("here", "there")]
    for table in (here, there):
        await table.open()
    await here.operator.dispatch({"type": "SET_PLATFORM_COUNT", "day": 1, "count": 2})
    for number in range(lifters):
        place = {"platform": 1 + number % 2, "flight": "ABCDEFGHIJKLMNOP"[number // 28 % 16]}
        weights = [100 + number % 50, 0, 0, 0, 0]
        entry = {"name": f"Lifter {number}", "events": ["SBD"], "squatKg": weights, "bodyweightKg": 60 + number % 60}
        await here.operator.dispatch({"type": "NEW_REGISTRATION", "overwriteDefaults": {**entry, **place}})
    meet_id = await LiveTab(here).make_live("Platform 1", locations={"Platform 1": 2, "Desk": 1})
    await LiveTab(there).join(meet_id, "Desk")
    await agree(here, there)
    return here, there


async def latency(here: Table, there: Table) -> str:
    """From a dispatch here to the store there."""
    await there.page.evaluate(ARRIVALS)
    made = await here.page.evaluate(CHANGE, [CHANGES, PAUSE_MS])
    await agree(here, there)
    arrived = dict(await there.page.evaluate("window.arrivals"))
    times = sorted(arrived[notes] - at for notes, at in made if notes in arrived)
    return f"{len(times)} of {CHANGES} seen one by one, {_summary(times)}"


async def cost(here: Table, there: Table) -> str:
    """What one remote attempt costs the main thread, on the Lifting page."""
    await there.page.reload()
    await LiveTab(there).is_live()
    await there.page.evaluate(COSTS)
    # The socket that is open has its listener already.
    await there.offline()
    await LiveTab(there).is_offline()
    await there.offline(False)
    await LiveTab(there).is_live()
    await there.operator.open_page("lifting")
    await there.page.evaluate("() => { window.costs.length = 0; }")
    entries = (await here.operator.state())["registration"]["entries"]
    for number in range(60):
        action = {"entryId": entries[2 * (number % 10)]["id"], "lift": "S", "attemptOneIndexed": 1}
        await here.operator.dispatch({"type": "ENTER_ATTEMPT", **action, "weightKg": 150 + number})
        await here.page.wait_for_timeout(PAUSE_MS)
    await agree(here, there)
    return _summary(sorted(await there.page.evaluate("window.costs")))


def _summary(times: list[float]) -> str:
    p95 = times[int(len(times) * 0.95)]
    return f"p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, max {times[-1]:.1f} ms"


async def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as folder:
        build = Path(sys.argv[1]) if len(sys.argv) > 1 else assemble(Path(folder) / "build", Path(folder))
        server = appliance_process(Path(folder) / "data", {"OPENLIFTER_OPENLIFTER_DIR": str(build)})
        await server.start()
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
                origin = f"http://{HOST}:{server.port}"
                print(
                    "change → other table's store, 150 lifters:", await latency(*await two_tables(browser, origin, 150))
                )
                print(
                    "one remote attempt, 300 lifters, all of it:", await cost(*await two_tables(browser, origin, 300))
                )
                await browser.close()
        finally:
            await server.stop()


if __name__ == "__main__":
    asyncio.run(main())
