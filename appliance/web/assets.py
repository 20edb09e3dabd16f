"""Files that are served from memory: compressed once, sent again only when they have changed."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from pathlib import PurePosixPath

import msgspec
from aiohttp import hdrs, web
from aiohttp.helpers import ETag

IMMUTABLE = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

# Below this a compressed answer is no faster: it is one packet either way.
COMPRESS_FROM_BYTES = 1024

# Python's own table, not this machine's: the box and the laptop shall send the same.
_TYPES = mimetypes.MimeTypes()
_TYPES_OF_OURS = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}


class Asset(msgspec.Struct, frozen=True):
    """One file in memory. Make one with `of`."""

    content: bytes
    compressed: bytes | None
    """The content as gzip, None where that would be no smaller."""
    content_type: str
    etag: str
    immutable: bool
    """Whether the name changes with the content, so that it may be kept for ever."""

    @classmethod
    def of(cls, name: str, content: bytes, *, immutable: bool) -> Asset:
        """Make a file ready to be served; takes some 50 ms for a megabyte of script."""
        content_type = content_type_of(name)
        compressed = None
        if _is_text(content_type) and len(content) >= COMPRESS_FROM_BYTES:
            packed = gzip.compress(content, mtime=0)
            compressed = packed if len(packed) < len(content) else None
        etag = hashlib.sha256(content).hexdigest()[:32]
        return cls(content, compressed, content_type, etag, immutable)

    def answer(self, request: web.Request) -> web.Response:
        """The answer to a GET or HEAD: 304 if the browser has it, compressed if it takes that."""
        etag = ETag(value=self.etag)
        headers = {
            hdrs.CACHE_CONTROL: IMMUTABLE if self.immutable else ASK_AGAIN,
            hdrs.ETAG: f'"{self.etag}"',
            hdrs.X_CONTENT_TYPE_OPTIONS: "nosniff",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        known = request.if_none_match or ()
        if any(tag.value in (etag.value, "*") for tag in known):
            return web.Response(status=304, headers=headers)
        headers[hdrs.CONTENT_TYPE] = self.content_type
        if self.compressed is not None and takes_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, "")):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            # One content, two encodings: the tag is weak for the one that is not byte for byte the same.
            headers[hdrs.ETAG] = f'W/"{self.etag}"'
            return web.Response(body=self.compressed, headers=headers)
        return web.Response(body=self.content, headers=headers)


def content_type_of(name: str) -> str:
    """The Content-Type for a file name, with the charset where it is text."""
    suffix = PurePosixPath(name).suffix.lower()
    content_type = _TYPES_OF_OURS.get(suffix) or _TYPES.guess_type(name)[0] or "application/octet-stream"
    return f"{content_type}; charset=utf-8" if content_type.startswith("text/") else content_type


def takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    for choice in accept_encoding.lower().split(","):
        coding, _, quality = choice.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _is_text(content_type: str) -> bool:
    return content_type.startswith("text/") or content_type in (
        "application/json",
        "application/manifest+json",
        "image/svg+xml",
        "image/x-icon",
        "application/wasm",
    )
