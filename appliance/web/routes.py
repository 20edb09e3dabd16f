"""Every URL of the appliance, in one table."""

from __future__ import annotations

from pathlib import Path

from aiohttp import hdrs, web

from appliance.live.connection import Connection
from appliance.live.doors import Doors
from appliance.live.meets import Meets
from appliance.protocol.words import CloseCode
from appliance.web import openlifter
from appliance.web.health import Health
from appliance.web.metrics import MetricsPage
from appliance.web.operator import OperatorDesk
from appliance.web.qr import qr_svg
from appliance.web.static_files import StaticFiles

MEETS = web.AppKey("MEETS", Meets)
DOORS = web.AppKey("DOORS", Doors)


def make_web(
    meets: Meets, doors: Doors, desk: OperatorDesk, health: Health, metrics: MetricsPage, openlifter_place: Path
) -> web.Application:
    """The web application: what each URL does, and what its handlers need.

    `openlifter_place` is the folder or zip with the build of OpenLifter, if there is one.
    """
    app = web.Application()
    app[MEETS] = meets
    app[DOORS] = doors
    app.router.add_get("/ws", websocket)
    app.router.add_get("/healthz", health.healthz)
    app.router.add_get("/readyz", health.readyz)
    app.router.add_get("/metrics", metrics.serve)
    app.router.add_get("/operator", desk.page)
    app.router.add_post("/operator/sign-in", desk.sign_in)
    app.router.add_post("/operator/sign-out", desk.sign_out)
    app.router.add_get("/operator/state", desk.state)
    app.router.add_post("/operator/snapshot", desk.snapshot)
    app.router.add_post("/operator/restore", desk.restore)
    app.router.add_get("/api/v1/meets", list_meets)
    # What a person who only knows the address wants to see.
    app.router.add_get("/", openlifter.redirect)
    app.router.add_get("/openlifter", openlifter.redirect)
    app.router.add_get("/openlifter/{path:.*}", openlifter.OpenLifter(openlifter_place).serve)
    app.router.add_get("/api/v1/qr.svg", qr_svg)
    app.router.add_get("/static/{path:.+}", StaticFiles().serve)
    app.on_shutdown.append(_show_out)
    return app


async def websocket(request: web.Request) -> web.StreamResponse:
    """``GET /ws``: one client of the live protocol."""
    return await request.app[DOORS].serve(Connection(request, request.app[MEETS]))


async def _show_out(app: web.Application) -> None:
    app[DOORS].show_out(CloseCode.GOING_DOWN)


async def list_meets(request: web.Request) -> web.Response:
    """``GET /api/v1/meets``: the meets on this appliance, newest first, for a table that wants to join one.

    An id is no secret, the password is: whoever stands in the hall may know which meets there are.
    """
    names = request.app[MEETS].names
    meets = [{"meetId": meet_id, "meetName": name} for meet_id, name in reversed(names.items())]
    return web.json_response({"meets": meets}, headers={hdrs.CACHE_CONTROL: "no-store"})
