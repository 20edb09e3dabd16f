"""A client gone wild, in a process of its own, so that it slows nobody down but the server."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from appliance.client.bench.participants import BenchMeet, Table

MODULE = "appliance.client.bench.flood"


class Flooded(Struct):
    """What the flood came to."""

    sent: int
    acked: int


async def flood(port: int, meet_id: str, password: str, location: str, per_frame: int, seconds: float) -> Flooded:
    """Join a meet and send to it as fast as the socket takes it. Raises `BenchmarkFailed` if it is cut off."""
    async with BenchMeet(port, tables=0) as meet:
        meet.meet_id, meet.password = meet_id, password
        table = Table(meet)
        await table.join(location)
        await table.register()
        await meet.outcome(table.flood(per_frame, seconds))
        return Flooded(table.sent, table.acked)


def main(arguments: Sequence[str] | None = None) -> None:
    """Flood, and print `Flooded` as JSON."""
    parser = argparse.ArgumentParser(prog=f"python -m {MODULE}", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--meet", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--location", required=True)
    parser.add_argument("--per-frame", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parsed = parser.parse_args(arguments)
    flooded = asyncio.run(
        flood(parsed.port, parsed.meet, parsed.password, parsed.location, parsed.per_frame, parsed.seconds)
    )
    sys.stdout.write(msgspec.json.encode(flooded).decode() + "\n")


if __name__ == "__main__":
    main()
