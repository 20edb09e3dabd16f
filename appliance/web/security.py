"""Whether a request comes from a page of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import hdrs, web


def same_origin(request: web.BaseRequest) -> bool:
    """Whether a browser says that the request was made by a page of this very address.

    Every browser sends ``Origin`` with a POST. A request without it comes from a program, or from a page that hides
    where it is from; neither is taken.
    """
    origin = request.headers.get(hdrs.ORIGIN, "")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc != "" and parts.netloc.lower() == request.host.lower()
