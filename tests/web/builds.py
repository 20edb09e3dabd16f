"""Builds of OpenLifter, as `npm run build` leaves them behind but with next to nothing in them."""

from __future__ import annotations

import zipfile
from pathlib import Path

RUNTIME = '!function(e){l.p="/openlifter/"}([])'
STYLE = "static/css/main.3377cbe7.css"
SCRIPT = "static/js/main.2f72e0c3.js"
ROUTER = 'jsx(BrowserRouter,{basename:"/openlifter",children:[]})'

INDEX = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><base href="/openlifter/">
<!-- <head> is a word of this comment --><link rel="shortcut icon" href="/openlifter/favicon.ico">
<title>OpenLifter</title><link href="/openlifter/{STYLE}" rel="stylesheet"></head>
<body><div id="root"></div><script>{RUNTIME}</script><script src="/openlifter/{SCRIPT}"></script></body></html>"""

FILES = {
    "index.html": INDEX,
    "favicon.ico": "icon",
    "manifest.json": "{}",
    "lifting/index.html": "<body onload=\"window.location = '../?lifting'\"></body>",
    "service-worker.js": "self.addEventListener('fetch', stale)",
    "precache-manifest.30f590127cddb33f142dcd5195ba4d19.js": "self.__precacheManifest = []",
    STYLE: ".flag{background:url(/openlifter/static/media/flag.svg)}",
    SCRIPT: ROUTER + ";" * 5000,
    SCRIPT + ".map": "{}",
}


def made_for(address: str) -> dict[str, str]:
    """The files of a build for another address, such as `/releases/1.3/`."""
    basename = f'basename:"{address}"'
    return {
        name: text.replace('basename:"/openlifter"', basename).replace("/openlifter/", address)
        for name, text in FILES.items()
    }


def put(folder: Path, files: dict[str, str] | None = None, *, index: str = INDEX) -> Path:
    """Write a build to a folder."""
    for name, text in (files or {**FILES, "index.html": index}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def packed(path: Path, files: dict[str, str] | None = None, top: str = "") -> Path:
    """Write a build to a zip, in the folder `top` of it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (files or FILES).items():
            archive.writestr(top + name, text)
    return path
