"""A computer in the hall: says, as one JSON object a line, which appliances and which of their host names it finds."""

from __future__ import annotations

import asyncio
import json

from zeroconf import AddressResolver
from zeroconf.asyncio import AsyncZeroconf

from appliance.discovery.browser import Browser
from appliance.discovery.interfaces import real_interfaces, to_zeroconf

ASK_MS = 100
NAMES = ("openlifter.local.", "openlifter-2.local.")


async def find() -> None:
    async with AsyncZeroconf(interfaces=to_zeroconf(real_interfaces())) as network:
        browser = Browser()
        browser.attach(network)
        said = ""
        while True:
            hosts = {}
            for name in NAMES:
                resolver = AddressResolver(name)
                found = await resolver.async_request(network.zeroconf, ASK_MS)
                hosts[name.removesuffix(".")] = sorted(resolver.parsed_addresses()) if found else []
            seen = [{"name": each.name, "host": each.host, "addresses": each.reachable} for each in browser.seen]
            line = json.dumps({"seen": seen, "hosts": hosts})
            if line != said:
                print(line, flush=True)  # noqa: T201
                said = line
            await asyncio.sleep(ASK_MS / 1000)


if __name__ == "__main__":
    asyncio.run(find())
