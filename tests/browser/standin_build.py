"""The stand-in OpenLifter as a build: our pages, and from the npm registry what OpenLifter is made with."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.npm import fetched

HERE = Path(__file__).parent
PAGES = HERE / "standin"
PACKAGE = HERE / "package.json"

VENDORED = (
    "react/umd/react.production.min.js",
    "react-dom/umd/react-dom.production.min.js",
    "redux/dist/redux.min.js",
    "react-redux/dist/react-redux.min.js",
    "redux-persist/dist/redux-persist.min.js",
    "redux-thunk/dist/redux-thunk.min.js",
)


def assemble(build: Path, cache: Path) -> Path:
    """Put the build together.

    Args:
        build: the folder to make.
        cache: where the libraries are kept between runs; several may run at once.

    Raises:
        CannotFetch: npm is missing, or the registry cannot be reached.
    """
    modules = fetched(PACKAGE, cache)
    shutil.copytree(PAGES, build)
    vendor = build / "static" / "js" / "vendor"
    vendor.mkdir()
    for name in VENDORED:
        shutil.copy(modules / name, vendor)
    return build
