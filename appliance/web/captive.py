"""What a phone gets that asks, in the box's own network, whether there is internet: the way to the appliance's page.

Phones ask a page of their maker over plain HTTP and compare the answer; another one makes them show it to their owner.
In the box's own network every name leads to the box. Elsewhere nobody comes here: those names lead to their owners.
"""

from __future__ import annotations

from aiohttp import hdrs, web

# Android and ChromeOS; Apple; Windows; Firefox; GNOME and KDE.
PROBES = (
    "/generate_204",
    "/gen_204",
    "/hotspot-detect.html",
    "/library/test/success.html",
    "/connecttest.txt",
    "/ncsi.txt",
    "/redirect",
    "/canonical.html",
    "/success.txt",
    "/check_network_status.txt",
    "/nm-check.txt",
)


async def to_the_page(request: web.Request) -> web.Response:
    """``GET`` of one of `PROBES`: to the landing page, by address, since the window that opens may know no names."""
    transport = request.transport
    host, port = transport.get_extra_info("sockname")[:2] if transport is not None else (request.host, 80)
    address = f"[{host}]" if ":" in host else host
    place = f"http://{address}/" if port == 80 else f"http://{address}:{port}/"
    return web.Response(status=302, headers={hdrs.LOCATION: place, hdrs.CACHE_CONTROL: "no-store"})
