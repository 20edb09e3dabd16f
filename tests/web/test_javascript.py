"""The browser's modules: their types, and their tests, which node runs (`node --test` says the same, in more words)."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.npm import CannotFetch, fetched, missing

WEB = Path(__file__).parent
SUITES = ("client", "displays", "openlifter")


def node() -> str:
    """Where node is."""
    found = shutil.which("node")
    if found is None:
        missing("node is not installed")
    return str(found)


@pytest.mark.parametrize("suite", SUITES)
def test_the_modules_pass_their_tests(suite: str) -> None:
    files = sorted((WEB / suite).glob("*.test.js"))
    assert files
    # Our own modules say nothing of their kind to node: there is no package.json among the files that are served.
    command = [node(), "--experimental-default-type=module", "--test", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]


@pytest.mark.timeout(180)
def test_the_modules_hold_their_types(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    cache = getattr(request.config, "cache", None)
    try:
        modules = fetched(WEB / "package.json", cache.mkdir("typescript") if cache is not None else tmp_path)
    except CannotFetch as error:
        missing(f"TypeScript cannot be had: {error}")
        raise
    command = [node(), str(modules / "typescript" / "bin" / "tsc"), "--project", str(WEB / "tsconfig.json")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
