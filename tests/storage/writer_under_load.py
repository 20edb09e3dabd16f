"""A program to be killed: appends updates as fast as it can, and says each number that was acknowledged."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from appliance.storage.journal import Journal
from appliance.storage.loading import load_meets
from tests.storage.records import NATIONALS, append

IN_FLIGHT = 8


async def main(path: Path) -> None:
    journal = Journal(path)
    await journal.start()
    meets = await journal.read(load_meets)
    if not meets:
        await journal.submit(NATIONALS)
    last = meets[0].last_server_seq if meets else 0
    in_flight: list[tuple[int, asyncio.Future[None]]] = []
    while True:
        in_flight.append((last + 7, journal.submit(append(last + 1, last + 7))))
        last += 7
        if len(in_flight) == IN_FLIGHT:
            number, answer = in_flight.pop(0)
            await answer
            os.write(sys.stdout.fileno(), f"{number}\n".encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
