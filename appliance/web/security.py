"""Whether a request comes from a page of ours, or of our network."""

from __future__ import annotations

import ipaddress
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


def lan_origin(request: web.BaseRequest) -> str | None:
    """The ``Origin`` of a request by a page that came from this network, None for any other page.

    What everybody in the hall may know is not for a page out of the internet, that happens to be open in the hall.
    """
    origin = request.headers.get(hdrs.ORIGIN, "")
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    try:
        return origin if ipaddress.ip_address(host).is_private else None
    except ValueError:
        return origin if host == "localhost" or host.endswith(".local") else None
