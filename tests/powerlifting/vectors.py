"""OpenLifter's own answers, recorded: one question and its answer a line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

RECORDINGS = Path(os.environ.get("TESTS_RECORDINGS") or Path(__file__).parents[3] / "shared" / "openlifter" / "public")
"""Where the recordings are, beside the checkout; they are no part of it. The variable names another set of them."""

Vector = dict[str, Any]


def vectors(pattern: str) -> list[Vector]:
    """All lines of the recorded files of this name, as `ages.jsonl` or `*.barload.jsonl`; skips if there are none."""
    files = sorted(RECORDINGS.glob(pattern))
    if not files:
        pytest.skip(f"no {pattern} in {RECORDINGS}")
    return [msgspec.json.decode(line, type=Vector) for file in files for line in file.read_bytes().splitlines()]
