"""The tests of the browser's modules, which node runs: `node --test` says the same, in more words.

Without node they are skipped, unless `OPENLIFTER_REQUIRE_BROWSER=1` says that this is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parent
SUITES = ("client", "openlifter")


def node() -> str:
    """Where node is; skips the test if it is nowhere."""
    found = shutil.which("node")
    if found is None and os.environ.get("OPENLIFTER_REQUIRE_BROWSER") == "1":
        pytest.fail("node is not installed")
    return found or pytest.skip("node is not installed")


@pytest.mark.parametrize("suite", SUITES)
def test_the_modules_pass_their_tests(suite: str) -> None:
    files = sorted((WEB / suite).glob("*.test.js"))
    assert files
    # Our own modules say nothing of their kind to node: there is no package.json among the files that are served.
    command = [node(), "--experimental-default-type=module", "--test", *map(str, files)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
