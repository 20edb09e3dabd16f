"""Every URL of the appliance, in one table."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import hdrs, web

from appliance.live.connection import Connection
from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.protocol.words import CloseCode
from appliance.service.warnings import WarningBoard
from appliance.storage.errors import StorageError
from appliance.storage.journal import Journal
from appliance.web import openlifter
from appliance.web.doctor import Doctor
from appliance.web.landing import Landing
from appliance.web.operator import OperatorDesk
from appliance.web.qr import qr_svg
from appliance.web.static_files import StaticFiles
from appliance.web.well_known import WellKnown

# A disk that takes longer for one row cannot carry a meet.
PROBE_S = 5.0

MEETS = web.AppKey("MEETS", Meets)
JOURNAL = web.AppKey("JOURNAL", Journal)
DOORS = web.AppKey("DOORS", Doors)
BOARD = web.AppKey("BOARD", WarningBoard)


def make_web(
    meets: Meets,
    journal: Journal,
    doors: Doors,
    board: WarningBoard,
    desk: OperatorDesk,
    well_known: WellKnown,
    doctor: Doctor,
    landing: Landing,
    openlifter_place: Path,
) -> web.Application:
    """The web application: what each URL does, and what its handlers need.

    `openlifter_place` is the folder or zip with the build of OpenLifter, if there is one.
    """
    app = web.Application()
    app[MEETS] = meets
    app[JOURNAL] = journal
    app[DOORS] = doors
    app[BOARD] = board
    app.router.add_get("/ws", websocket)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/operator", desk.page)
    app.router.add_post("/operator/sign-in", desk.sign_in)
    app.router.add_post("/operator/sign-out", desk.sign_out)
    app.router.add_get("/operator/state", desk.state)
    app.router.add_post("/operator/snapshot", desk.snapshot)
    app.router.add_post("/operator/restore", desk.restore)
    app.router.add_get("/api/v1/meets", list_meets)
    app.router.add_get("/.well-known/openlifter", well_known.serve)
    app.router.add_get("/api/v1/doctor", doctor.findings)
    app.router.add_get("/doctor", doctor.page)
    app.router.add_get("/", landing.page)
    app.router.add_get("/openlifter", openlifter.redirect)
    app.router.add_get("/openlifter/{path:.*}", openlifter.OpenLifter(openlifter_place).serve)
    app.router.add_get("/api/v1/qr.svg", qr_svg)
    app.router.add_get("/static/{path:.+}", StaticFiles().serve)
    app.on_shutdown.append(_show_out)
    return app


async def websocket(request: web.Request) -> web.StreamResponse:
    """``GET /ws``: one client of the live protocol."""
    return await request.app[DOORS].serve(Connection(request, request.app[MEETS]))


async def healthz(request: web.Request) -> web.Response:
    """``GET /healthz``: 200 only when an update could be stored right now, else 503 with the reason.

    ``warnings`` are the names of what holds now; what exactly was seen is for the operator.
    """
    warnings = [warning.name for warning in request.app[BOARD].active]
    try:
        async with asyncio.timeout(PROBE_S):
            await request.app[JOURNAL].probe()
    except TimeoutError:
        return _failing("the disk does not answer", warnings)
    except StorageError as error:
        return _failing(str(error), warnings)
    return web.json_response({"status": "ok", "warnings": warnings})


def _failing(reason: str, warnings: list[str]) -> web.Response:
    return web.json_response({"status": "failing", "reason": reason, "warnings": warnings}, status=503)


async def _show_out(app: web.Application) -> None:
    app[DOORS].show_out(CloseCode.GOING_DOWN)


async def list_meets(request: web.Request) -> web.Response:
    """``GET /api/v1/meets``: the meets on this appliance, newest first, for a table that wants to join one.

    An id is no secret, the password is: whoever stands in the hall may know which meets there are.
    """
    names = request.app[MEETS].names
    meets = [{"meetId": meet_id, "meetName": name} for meet_id, name in reversed(names.items())]
    return web.json_response({"meets": meets}, headers={hdrs.CACHE_CONTROL: "no-store"})
