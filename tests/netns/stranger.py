"""A device that is no appliance and is called openlifter.local."""

from __future__ import annotations

import asyncio
import json

from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf


async def stand() -> None:
    async with AsyncZeroconf() as network:
        info = ServiceInfo(
            "_http._tcp.local.",
            "Printer._http._tcp.local.",
            port=80,
            server="openlifter.local.",
            parsed_addresses=["10.9.0.2"],
        )
        await (await network.async_register_service(info))
        print(json.dumps({"event": "announced"}), flush=True)  # noqa: T201
        await asyncio.Event().wait()


asyncio.run(stand())
