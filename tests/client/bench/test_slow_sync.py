"""The shim that makes a fast disk as slow as a memory card."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.client.bench import slow_sync

SYNC_TWICE = """
import os, sys, time
file = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
begun = time.perf_counter()
os.fsync(file)
os.fdatasync(file)
print(time.perf_counter() - begun)
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
async def test_each_sync_takes_longer_by_what_was_asked_for(tmp_path: Path) -> None:
    library = await slow_sync.build(tmp_path)
    done = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", SYNC_TWICE, str(tmp_path / "file")],
        env={**os.environ, **slow_sync.environment(library, 40)},
        capture_output=True,
        check=True,
    )
    assert float(done.stdout) >= 0.08


async def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(slow_sync.NoSlowSync, match="no C compiler"):
        await slow_sync.build(tmp_path)
