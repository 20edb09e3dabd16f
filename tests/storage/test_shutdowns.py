"""Whether the last run was stopped, or just ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.storage import shutdowns


def test_a_run_that_ended_in_order_is_not_counted_and_one_that_just_ended_is(tmp_path: Path) -> None:
    marker = tmp_path / "shutdowns.json"
    assert shutdowns.begin(marker) == 0
    shutdowns.end(marker, 0)
    assert shutdowns.begin(marker) == 0
    assert shutdowns.begin(marker) == 1
    assert shutdowns.begin(marker) == 2
    shutdowns.end(marker, 2)
    assert shutdowns.begin(marker) == 2


@pytest.mark.parametrize("content", [b"", b"not JSON", b'{"running": 1}', b"\xff"])
def test_a_marker_that_cannot_be_read_keeps_nobody_from_starting(tmp_path: Path, content: bytes) -> None:
    marker = tmp_path / "shutdowns.json"
    marker.write_bytes(content)
    assert shutdowns.begin(marker) == 0
    assert shutdowns.begin(marker) == 1


def test_a_disk_that_refuses_keeps_nobody_from_starting(tmp_path: Path) -> None:
    marker = tmp_path / "gone" / "shutdowns.json"
    assert shutdowns.begin(marker) == 0
    shutdowns.end(marker, 0)
