"""OpenLifter on the box: an unchanged build under `/openlifter/`, our script before its own.

The build is read into memory, so what is served is what was checked: no URL is ever joined to a path. When another
one is installed, the next page that is opened is of that one; the appliance need not be restarted.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from aiohttp import hdrs, web

from appliance.service.logging import get_logger
from appliance.web import notice
from appliance.web.openlifter_build import BASE, Build, NotABuild, build_of

# A Host header goes into the policy below, so it must be nothing but a host.
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")

_log = get_logger(__name__)


class _Identity(NamedTuple):
    """What changes when another build is put in place."""

    inode: int
    modified_ns: int
    size: int


class OpenLifter:
    """The build in a folder or zip, as web handlers."""

    def __init__(self, place: Path, elsewhere: Callable[[], list[str]] = list) -> None:
        """Make it.

        Args:
            place: where the build is, or will be: it need not exist yet.
            elsewhere: the other ``host:port`` of this appliance, which a table may have to go on at.
        """
        self._place = place
        self._elsewhere = elsewhere
        self._build: Build | None = None
        self._identity: _Identity | None = None
        self._loading = asyncio.Lock()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """``GET /openlifter/…``: a file of the build, or, for every address of its router, the index page."""
        path = request.match_info["path"]
        if path.split("/")[-1] == "index.html":
            raise web.HTTPTemporaryRedirect(BASE + path.removesuffix("index.html").strip("/"))
        return await (self._page(request) if _is_page(path) else self._file(request, path))

    async def _file(self, request: web.Request, path: str) -> web.StreamResponse:
        try:
            build = self._build or await self._current()
        except NotABuild:
            build = None
        if build is None or path not in build.assets:
            raise web.HTTPNotFound(text="OpenLifter has no such file.\n")
        return build.assets[path].answer(request)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        try:
            build = await self._current()
        except NotABuild as error:
            return notice.page(503, "OpenLifter cannot be shown", _BROKEN, problem=str(error))
        if build is None:
            return notice.page(404, "OpenLifter is not installed yet", _MISSING)
        headers = {
            hdrs.CACHE_CONTROL: "no-store",
            hdrs.CONTENT_SECURITY_POLICY: policy(build.script_hashes, request.host, self._elsewhere()),
            hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
            hdrs.REFERRER_POLICY: "same-origin",
        }
        return web.Response(body=build.index, content_type="text/html", charset="utf-8", headers=headers)

    async def _current(self) -> Build | None:
        """The build that is in place now, None if there is none; raises `NotABuild`."""
        async with self._loading:
            identity = await asyncio.to_thread(_identity, self._place)
            if identity is None:
                self._build = self._identity = None
            elif identity != self._identity:
                self._build = self._identity = None
                try:
                    self._build = await asyncio.to_thread(build_of, self._place)
                except (NotABuild, OSError) as error:
                    _log.warning("openlifter_unusable", place=str(self._place), reason=str(error))
                    raise NotABuild(str(error)) from error
                self._identity = identity
                files = len(self._build.assets)
                _log.info("openlifter_loaded", place=str(self._place), files=files, made_for=self._build.made_for)
            return self._build


async def redirect(_: web.Request) -> web.StreamResponse:
    """``GET /openlifter``: the last slash matters, addresses in the page count from it."""
    raise web.HTTPTemporaryRedirect(BASE)


def policy(script_hashes: tuple[str, ...], host: str, elsewhere: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of the index page: nothing but this appliance, at whatever address.

    Args:
        script_hashes: the build's inline scripts, `sha256-…`; no other inline script runs.
        host: the Host header of the request.
        elsewhere: other ``host:port`` of this appliance; IPv6 addresses cannot be named in a policy.
    """
    # Browsers disagree on whether 'self' covers a WebSocket.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    for other in elsewhere:
        if other != host and _HOST.fullmatch(other) and not other.startswith("["):
            sockets += f" http://{other} ws://{other}"
    scripts = "".join(f" '{script}'" for script in script_hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{scripts}",
            # React and its select boxes write styles.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "manifest-src 'self'",
            # A service worker would go on showing an old page without our script.
            "worker-src 'none'",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'self'",
            "base-uri 'self'",
            "form-action 'self'",
        )
    )


def _is_page(path: str) -> bool:
    """Whether an address is one of OpenLifter's router, not a file: `lifting`, but not `favicon.ico`."""
    parts = path.split("/")
    return parts[0] != "static" and "." not in parts[-1] and ".." not in parts


def _identity(place: Path) -> _Identity | None:
    for path in (place / "index.html", place / "build" / "index.html", place):
        try:
            found = os.stat(path)
        except OSError:
            continue
        return _Identity(found.st_ino, found.st_mtime_ns, found.st_size)
    return None


_COMMAND = "openlifter-appliance install-openlifter PATH"

_MISSING = (
    "This box lets several tables share one meet. The program they work with, OpenLifter, has yet to be put on it.",
    "Get a build of OpenLifter: the folder named “build” that its own “npm run build” makes, or that folder as a zip. "
    "Copy it to this box, for instance from a USB stick.",
    ("Then run on this box, with the place of that folder or zip for PATH:", _COMMAND),
    "Open this page again afterwards. The box need not be restarted, and a meet that is running is not touched.",
)

_BROKEN = (
    "There is something where OpenLifter should be, but it cannot be used:",
    ("To put a good build in its place, run on this box:", _COMMAND),
    "Open this page again afterwards. The meets on this box are safe; tables that have OpenLifter open go on working.",
)
