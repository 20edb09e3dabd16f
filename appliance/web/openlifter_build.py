"""A build of OpenLifter: read from a folder or a zip, checked, and made ready to be served under `/openlifter/`.

A build is what OpenLifter's own ``npm run build`` leaves behind. It is not changed on disk. In memory its index page
gets our script, and a build that was made for another address (every official release is: `/releases/1.3/`) is told
the one that it has here.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from appliance.web.assets import Asset

BASE = "/openlifter/"
HOOK = '<script src="/static/openlifter/hook.js"></script>'

# A build has some thirty files and 4 MiB; its source maps, which are not read, have 10 MiB more.
MAX_FILES = 2_000
MAX_FILE_BYTES = 16 * 2**20
MAX_BYTES = 64 * 2**20

_HASHED = re.compile(r"static/.*[.-][0-9a-f]{8,}\.")
_SERVICE_WORKER = re.compile(r"(^|/)(service-worker|sw|precache-manifest|workbox-)[^/]*\.js$")
_NO_INDEX = "{} has no index.html: name the folder that OpenLifter’s “npm run build” made, or its zip"
_BASENAME = re.compile(rb'\bbasename:"([^"\\]*)"')


class NotABuild(Exception):
    """What was given cannot be served as OpenLifter. Its text says why, in a sentence for the operator."""


class Build(msgspec.Struct, frozen=True):
    """A build, ready to be served."""

    index: bytes
    """The index page, our script in it."""
    script_hashes: tuple[str, ...]
    """The inline scripts of the index page, as a Content-Security-Policy names them: `sha256-…`."""
    assets: Mapping[str, Asset]
    """Everything else that is served, by its path below `/openlifter/`."""
    made_for: str
    """The address that the build was made for; if it is not `/openlifter/`, its addresses were rewritten."""


def build_of(place: Path) -> Build:
    """Read and check the build in a folder or zip.

    Raises:
        NotABuild: it is none, or it is not safe to serve.
        FileNotFoundError: there is nothing at `place`.
        OSError: it cannot be read.
    """
    return prepare(files_of(place))


def files_of(place: Path) -> dict[str, bytes]:
    """The files of the build in a folder or zip, unchanged, by path; without source maps.

    The build may lie one or two folders deep, as `build/` or `openlifter-1.4/build/`: paths start at its index page.

    Raises: as `build_of`. Whether the files make a build is for `prepare` to say.
    """
    files: dict[str, bytes] = {}
    total = 0
    for name, content in _from_folder(_build_folder(place)) if place.is_dir() else _from_zip(place):
        total += len(content)
        if len(files) >= MAX_FILES:
            raise NotABuild(f"{place} holds more than {MAX_FILES} files: that is no OpenLifter build")
        if total > MAX_BYTES:
            raise NotABuild(f"{place} holds more than {MAX_BYTES >> 20} MiB: that is no OpenLifter build")
        files[name] = content
    top = _top(files)
    if top is None:
        raise NotABuild(_NO_INDEX.format(place))
    return {name.removeprefix(top): content for name, content in files.items() if name.startswith(top)}


def prepare(files: Mapping[str, bytes]) -> Build:
    """Check the files of a build and make them ready.

    Raises:
        NotABuild: there is no index page with a root element and a bundle.
    """
    try:
        text = files["index.html"].decode()
    except UnicodeDecodeError as error:
        raise NotABuild("its index.html is not UTF-8") from error
    page = _Page(text)
    if "%PUBLIC_URL%" in text:
        raise NotABuild("it is OpenLifter's source, not a build: run “npm run build” there and name its folder “build”")
    head = page.head
    if head is None:
        raise NotABuild("its index.html has no <head>, so our script cannot be put before OpenLifter's")
    if not page.has_root:
        raise NotABuild('its index.html has no <div id="root">: it is not an OpenLifter build')
    made_for = page.made_for()
    _check_bundle(page, made_for, files)
    index = _relocated(page.with_hook(head, made_for), made_for)
    served = {name: content for name, content in files.items() if _is_served(name)}
    return Build(
        index=index,
        script_hashes=tuple(_csp_hash(script) for script in _Page(index.decode()).inline_scripts),
        assets={name: _asset(name, content, made_for) for name, content in served.items()},
        made_for=made_for,
    )


def _build_folder(folder: Path) -> Path:
    """`folder`, or the build in it: somebody may well name the folder that OpenLifter was built in."""
    for candidates in ([folder], [folder / "build"], [*folder.glob("*/"), *folder.glob("*/build/")]):
        builds = [each for each in candidates if (each / "index.html").is_file() and (each / "static").is_dir()]
        if len(builds) > 1:
            raise NotABuild(f"{folder} holds several builds, name one of them: {', '.join(sorted(map(str, builds)))}")
        if builds:
            return builds[0]
    # Any folder can be named by mistake, `/` too: without an index page it is not even searched.
    if not (folder / "index.html").is_file():
        raise NotABuild(_NO_INDEX.format(folder))
    return folder


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    # Links are refused, not followed: a build has none, and one could show any file of this machine.
    for path in sorted(folder.rglob("*")):
        kind = path.lstat()
        name = path.relative_to(folder).as_posix()
        if stat.S_ISDIR(kind.st_mode) or name.endswith(".map"):
            continue
        if not stat.S_ISREG(kind.st_mode):
            raise NotABuild(f"{path} is a link or a special file: a build has only plain files")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            yield name, _limited(name, file.read(MAX_FILE_BYTES + 1))


def _from_zip(place: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(place) as archive:
            seen = set()
            for info in archive.infolist():
                name = info.filename
                if info.is_dir() or name.endswith(".map"):
                    continue
                # Names are only ever looked up, never joined to a path: but a zip with such names means mischief.
                # An empty part counts, too: without the folder "a/" before it, "a//etc/x" begins at the root.
                strange = {"", ".", ".."}.intersection(name.split("/"))
                if strange or "\\" in name or ":" in name or name in seen:
                    raise NotABuild(f"{place} has an entry named {name!r}: that zip is not safe")
                if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                    raise NotABuild(f"{place}: {name} is a link or a special file: a build has only plain files")
                seen.add(name)
                # What the zip says of its sizes need not be true: read no more than is allowed.
                with archive.open(info) as file:
                    yield name, _limited(name, file.read(MAX_FILE_BYTES + 1))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise NotABuild(f"{place} is not a folder, and not a zip that can be read: {error}") from error


def _limited(name: str, content: bytes) -> bytes:
    if len(content) > MAX_FILE_BYTES:
        raise NotABuild(f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB: that is no OpenLifter build")
    return content


def _top(files: Mapping[str, bytes]) -> str | None:
    """The folder of the build, `""` or with a slash at its end; OpenLifter has further index pages below its own."""
    tops = [name.removesuffix("index.html") for name in files if PurePosixPath(name).name == "index.html"]
    shallow = sorted((top for top in tops if top.count("/") <= 2), key=lambda top: (top.count("/"), top))
    builds = [top for top in shallow if any(name.startswith(f"{top}static/") for name in files)]
    return next(iter([*builds, *shallow]), None)


class _Tag(NamedTuple):
    start: int
    text: str
    attributes: dict[str, str]


class _Page(HTMLParser):
    """The places in an index page that matter here."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        # A browser hashes an inline script as it parses it: with \n only.
        self.text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        self.head: _Tag | None = None
        self.base: _Tag | None = None
        self.linked: list[_Tag] = []
        self.inline_scripts: list[str] = []
        self.has_root = False
        self._in_inline_script = False
        self._lines = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        found = _Tag(
            self._lines[line - 1] + column,
            self.get_starttag_text() or "",
            {name: value or "" for name, value in reversed(attrs)},
        )
        if tag == "head":
            self.head = self.head or found
        elif tag == "base":
            self.base = self.base or found
        elif tag == "div" and found.attributes.get("id") == "root":
            self.has_root = True
        elif "src" in found.attributes or (tag == "link" and "href" in found.attributes):
            self.linked.append(found)
        elif tag == "script":
            self._in_inline_script = True
            self.inline_scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._in_inline_script:
            self.inline_scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_inline_script = False

    @property
    def links(self) -> list[str]:
        return [tag.attributes.get("src") or tag.attributes.get("href", "") for tag in self.linked]

    def made_for(self) -> str:
        """The path that the build expects to lie at: that of its base, else what stands before `static/` in its links.

        A build with relative links, made for `./`, is at home anywhere.
        """
        if self.base is not None:
            path = urlsplit(self.base.attributes.get("href", "")).path
        else:
            path = next((link.split("static/")[0] for link in self.links if "static/" in link), "")
        return path.rstrip("/") + "/" if path.startswith("/") else BASE

    def with_hook(self, head: _Tag, made_for: str) -> bytes:
        """The page with our script as the first thing in its head, and every link leading below `/openlifter/`."""
        edits = []
        if self.base is not None:
            edits.append((self.base.start, self.base.text, ""))
        for tag, link in zip(self.linked, self.links, strict=True):
            if link.startswith(made_for):
                edits.append((tag.start, tag.text, tag.text.replace(link, BASE + link[len(made_for) :], 1)))
        edits.append((head.start, head.text, f'{head.text}<base href="{BASE}">{HOOK}'))
        text = self.text
        for start, old, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[start + len(old) :]
        return text.encode()


def _check_bundle(page: _Page, made_for: str, files: Mapping[str, bytes]) -> None:
    bundle = False
    for tag, link in zip(page.linked, page.links, strict=True):
        if urlsplit(link).netloc and tag.text.lower().startswith("<script"):
            raise NotABuild(f"its index.html loads {link} from another host; nothing may leave this network")
        name = link.removeprefix(made_for).removeprefix("./")
        if "static/" in name and not urlsplit(link).netloc and name not in files:
            raise NotABuild(f"its index.html names {link}, which is missing: the build is not complete")
        bundle = bundle or (name.endswith(".js") and name in files)
    if not bundle:
        raise NotABuild("its index.html loads no script of its own: it is not an OpenLifter build")


def _is_served(name: str) -> bool:
    """Whether a file is served: not a service worker, which would go on showing pages without our script, and none of
    the pages that forward to the index for servers without deep links."""
    return not _SERVICE_WORKER.search(name) and PurePosixPath(name).name != "index.html"


def _asset(name: str, content: bytes, made_for: str) -> Asset:
    relocated = _relocated(content, made_for) if name.endswith((".js", ".css")) else content
    # The hash in the name vouches for the content as it was built, not as we rewrite it.
    return Asset.of(name, relocated, immutable=relocated == content and bool(_HASHED.match(name)))


def _relocated(content: bytes, made_for: str) -> bytes:
    """Tell a script or style where the build lies: OpenLifter's router has its path compiled in, webpack too."""
    content = _BASENAME.sub(b'basename:"%s"' % BASE.rstrip("/").encode(), content)
    if made_for == BASE:
        return content
    old = re.escape(made_for.encode())
    content = re.sub(rb'(\.p=")' + old + rb'(?=")', rb"\g<1>" + BASE.encode(), content)
    return re.sub(rb"(url\(['\"]?)" + old + rb"(?=static/)", rb"\g<1>" + BASE.encode(), content)


def _csp_hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
