"""Every URL of the appliance, in one table."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import hdrs, web

from appliance.live.connection import Connection
from appliance.live.meets import Meets
from appliance.protocol.words import CloseCode
from appliance.storage.errors import StorageError
from appliance.storage.journal import Journal
from appliance.web import openlifter
from appliance.web.qr import qr_svg
from appliance.web.static_files import StaticFiles

# A disk that takes longer for one row cannot carry a meet.
PROBE_S = 5.0

MEETS = web.AppKey("MEETS", Meets)
JOURNAL = web.AppKey("JOURNAL", Journal)
CONNECTIONS = web.AppKey("CONNECTIONS", set[Connection])


def make_web(meets: Meets, journal: Journal, openlifter_place: Path) -> web.Application:
    """The web application: what each URL does, and what its handlers need.

    `openlifter_place` is the folder or zip with the build of OpenLifter, if there is one.
    """
    app = web.Application()
    app[MEETS] = meets
    app[JOURNAL] = journal
    app[CONNECTIONS] = set()
    app.router.add_get("/ws", websocket)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/api/v1/meets", list_meets)
    # What a person who only knows the address wants to see.
    app.router.add_get("/", openlifter.redirect)
    app.router.add_get("/openlifter", openlifter.redirect)
    app.router.add_get("/openlifter/{path:.*}", openlifter.OpenLifter(openlifter_place).serve)
    app.router.add_get("/api/v1/qr.svg", qr_svg)
    app.router.add_get("/static/{path:.+}", StaticFiles().serve)
    app.on_shutdown.append(_close_connections)
    return app


async def websocket(request: web.Request) -> web.StreamResponse:
    """``GET /ws``: one client of the live protocol."""
    connection = Connection(request, request.app[MEETS])
    connections = request.app[CONNECTIONS]
    connections.add(connection)
    try:
        return await connection.serve()
    finally:
        connections.discard(connection)


async def healthz(request: web.Request) -> web.Response:
    """``GET /healthz``: 200 only when an update could be stored right now, else 503 with the reason."""
    try:
        async with asyncio.timeout(PROBE_S):
            await request.app[JOURNAL].probe()
    except TimeoutError:
        return web.json_response({"status": "failing", "reason": "the disk does not answer"}, status=503)
    except StorageError as error:
        return web.json_response({"status": "failing", "reason": str(error)}, status=503)
    return web.json_response({"status": "ok"})


async def list_meets(request: web.Request) -> web.Response:
    """``GET /api/v1/meets``: the meets on this appliance, newest first, for a table that wants to join one.

    An id is no secret, the password is: whoever stands in the hall may know which meets there are.
    """
    names = request.app[MEETS].names
    meets = [{"meetId": meet_id, "meetName": name} for meet_id, name in reversed(names.items())]
    return web.json_response({"meets": meets}, headers={hdrs.CACHE_CONTROL: "no-store"})


async def _close_connections(app: web.Application) -> None:
    connections = app[CONNECTIONS]
    for connection in tuple(connections):
        connection.close(CloseCode.GOING_DOWN)
