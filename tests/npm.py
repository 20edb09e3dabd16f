"""Packages from the npm registry, for tests only: fetched when they run, pinned, never part of the repo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest

INSTALL_S = 120.0

REQUIRED = os.environ.get("OPENLIFTER_REQUIRE_BROWSER") == "1"
"""Whether a browser, node and npm have to be there: in CI, where a skipped test would be a hole."""


class CannotFetch(Exception):
    """The libraries are not there. The text says why."""


def missing(reason: str) -> None:
    """Skip the test for want of something, or fail it where that has to be there."""
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


def fetched(package: Path, cache: Path) -> Path:
    """The folder with the packages that a package.json names.

    Args:
        package: the package.json, with exact versions.
        cache: where packages are kept between runs; several may run at once.

    Raises:
        CannotFetch: npm is missing, or the registry cannot be reached.
    """
    modules = cache / sha256(package.read_bytes()).hexdigest()[:16]
    if modules.is_dir():
        return modules
    npm = shutil.which("npm")
    if npm is None:
        raise CannotFetch("npm is not installed")
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        _install(npm, package, Path(folder))
        try:
            (Path(folder) / "node_modules").rename(modules)
        except OSError:
            # Somebody else was faster.
            if not modules.is_dir():
                raise
    return modules


def _install(npm: str, package: Path, folder: Path) -> None:
    pinned = json.loads(package.read_text())["dependencies"]
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
