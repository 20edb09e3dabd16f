"""How soon displays show what a table has sent: ``python -m tests.live.measure_feed [VIEWERS]``.

A server in a process of its own, 300 viewers of one platform's board on loopback, and a table that changes a weight
five times a second; from the table's message to each viewer's frame. All viewers are read by this one process, so its
own time is in the figures. Beside it the control: the same with a single viewer.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import aiohttp
import msgspec

from appliance.client.server_process import appliance_process
from tests.browser.display_meets import meet_in
from tests.world import World

CHANGES, EVERY_S = 100, 0.2


async def main(viewers: int) -> None:
    """Print both."""
    for count in (1, viewers):
        times = sorted(await measure(count))
        p50, p99, most = (times[min(int(len(times) * share), len(times) - 1)] * 1000 for share in (0.5, 0.99, 1))
        print(f"{count:4} viewers, {len(times):6} frames: p50 {p50:6.1f} ms, p99 {p99:6.1f} ms, max {most:6.1f} ms")


async def measure(viewers: int) -> list[float]:
    """Seconds from the table's message to a viewer's frame, for each change and viewer."""
    with tempfile.TemporaryDirectory() as data_dir:
        server = appliance_process(Path(data_dir) / "data", {})
        await server.start()
        venue = World(Path(data_dir))
        venue.port = server.port
        try:
            return await _watched(venue, viewers)
        finally:
            await venue.close()
            await server.stop()


async def _watched(venue: World, viewers: int) -> list[float]:
    table, key = await meet_in(venue, "mid-meet")
    sent: dict[str, float] = {}
    times: list[float] = []

    async def look(http: aiohttp.ClientSession) -> None:
        url = f"{venue.url}/api/v1/meets/{table.meet_id}/boards/platform?key={key}"
        async with http.ws_connect(url) as socket:
            looking.release()
            async for frame in socket:
                now = perf_counter()
                message = msgspec.json.decode(frame.data)
                began = sent.get(message["board"]["meet"]["name"]) if "board" in message else None
                if began is not None:
                    times.append(now - began)

    looking = asyncio.Semaphore(0)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        tasks = [asyncio.create_task(look(http)) for _ in range(viewers)]
        for _ in tasks:
            await looking.acquire()
        for number in range(CHANGES):
            name = f"Meet {number}"
            sent[name] = perf_counter()
            await table.change(("meet.name", name))
            await asyncio.sleep(EVERY_S)
        async with asyncio.timeout(10):
            while len(times) < CHANGES * viewers:
                await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return times


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
