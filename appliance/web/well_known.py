"""What an appliance says of itself and of the others it sees, to whoever found it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import msgspec
from aiohttp import hdrs, web
from msgspec import UNSET, Struct, UnsetType

from appliance.discovery.advertiser import Advertiser
from appliance.discovery.browser import Browser
from appliance.discovery.names import Announcement
from appliance.live.meets import Meets
from appliance.web.security import lan_origin


class MeetThere(Struct, frozen=True, rename="camel", omit_defaults=True):
    """A meet, as in ``GET /api/v1/meets``; of another appliance's meets the names are not known here."""

    meet_id: str
    meet_name: str | UnsetType = UNSET


class ApplianceView(Struct, frozen=True, rename="camel"):
    """An appliance. ``addresses`` are ``host:port`` as they stand in a URL, best first, and so are its host names."""

    id: str
    name: str
    version: str
    proto: int
    path: str
    openlifter: str
    tls: bool
    hostnames: Sequence[str]
    port: int
    addresses: Sequence[str]
    meets: Sequence[MeetThere]


class Found(ApplianceView, frozen=True, rename="camel", kw_only=True):
    """``GET /.well-known/openlifter``: this appliance, and all others that it sees."""

    others: Sequence[ApplianceView]


class WellKnown:
    """The handler."""

    def __init__(self, advertiser: Advertiser, browser: Browser, meets: Meets) -> None:
        self._advertiser = advertiser
        self._browser = browser
        self._meets = meets

    async def serve(self, request: web.Request) -> web.Response:
        """``GET /.well-known/openlifter``: a `Found`, for pages of other appliances on this network too."""
        headers = {hdrs.CACHE_CONTROL: "no-store", hdrs.VARY: hdrs.ORIGIN}
        origin = lan_origin(request)
        if origin is not None:
            headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
        return web.Response(body=msgspec.json.encode(self._found()), content_type="application/json", headers=headers)

    def _found(self) -> Found:
        own = self._advertiser
        others = [
            ApplianceView(
                **_said(each.announcement),
                name=each.name,
                hostnames=[each.host],
                port=each.port,
                addresses=each.reachable,
                meets=[MeetThere(meet_id) for meet_id in each.announcement.meets],
            )
            for each in self._browser.seen
        ]
        return Found(
            **_said(own.announcement),
            name=own.name,
            hostnames=[own.hostname] if own.hostname else [],
            port=own.port,
            addresses=own.addresses,
            meets=[MeetThere(meet_id, name) for meet_id, name in reversed(self._meets.names.items())],
            others=others,
        )


class _Said(TypedDict):
    id: str
    version: str
    proto: int
    path: str
    openlifter: str
    tls: bool


def _said(announcement: Announcement) -> _Said:
    return {
        "id": announcement.claimant.id,
        "version": announcement.version,
        "proto": announcement.proto,
        "path": announcement.path,
        "openlifter": announcement.openlifter,
        "tls": announcement.tls,
    }
