"""The stand-in OpenLifter as a build: our pages, and from the npm registry what OpenLifter is made with."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
PAGES = HERE / "standin"
PACKAGE = HERE / "package.json"
INSTALL_S = 120.0

VENDORED = (
    "react/umd/react.production.min.js",
    "react-dom/umd/react-dom.production.min.js",
    "redux/dist/redux.min.js",
    "react-redux/dist/react-redux.min.js",
    "redux-persist/dist/redux-persist.min.js",
    "redux-thunk/dist/redux-thunk.min.js",
)


class CannotFetch(Exception):
    """The libraries are not there. The text says why."""


def assemble(build: Path, cache: Path) -> Path:
    """Put the build together.

    Args:
        build: the folder to make.
        cache: where the libraries are kept between runs; several may run at once.

    Raises:
        CannotFetch: npm is missing, or the registry cannot be reached.
    """
    modules = _fetched(cache)
    shutil.copytree(PAGES, build)
    vendor = build / "static" / "js" / "vendor"
    vendor.mkdir()
    for name in VENDORED:
        shutil.copy(modules / name, vendor)
    return build


def _fetched(cache: Path) -> Path:
    """The folder with the packages, all of the pinned versions."""
    modules = cache / sha256(PACKAGE.read_bytes()).hexdigest()[:16]
    if modules.is_dir():
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise CannotFetch("npm is not installed")
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        _install(npm, Path(folder))
        try:
            (Path(folder) / "node_modules").rename(modules)
        except OSError:
            # Somebody else was faster.
            if not modules.is_dir():
                raise
    return modules


def _install(npm: str, folder: Path) -> None:
    pinned = json.loads(PACKAGE.read_text())["dependencies"]
    wishes = [f"{name}@{version}" for name, version in pinned.items()]
    options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    try:
        run = subprocess.run(
            [npm, "install", *options, *wishes],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotFetch(f"npm took more than {INSTALL_S:.0f} s") from None
    if run.returncode != 0:
        raise CannotFetch(f"npm could not install {', '.join(wishes)}:\n{run.stderr[-800:]}")
