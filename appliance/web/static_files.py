"""Our own scripts, styles and pictures, from the package, under `/static/`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from aiohttp import hdrs, web

from appliance.web.assets import ASK_AGAIN, content_type_of

STATIC = Path(__file__).parent / "static"


class StaticFiles:
    """The files of one folder, as a web handler. The browser asks each time whether its copy is still the one."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """``GET /static/…``."""
        path = PurePosixPath(request.match_info["path"])
        # `/static//etc/passwd` is an absolute path here.
        if path.is_absolute() or "\0" in str(path) or any(part.startswith(".") for part in path.parts):
            raise web.HTTPNotFound
        headers = {
            hdrs.CACHE_CONTROL: ASK_AGAIN,
            hdrs.CONTENT_TYPE: content_type_of(path.name),
            hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
        }
        return web.FileResponse(self._folder / path, headers=headers)
