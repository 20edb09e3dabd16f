"""The catalogue of warnings, and the board."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from appliance.service import warnings
from appliance.service.warnings import CATALOGUE, WarningBoard, as_markdown

ROOT = Path(__file__).parents[2]


def test_every_warning_says_what_it_means_and_what_to_do() -> None:
    assert len({each.name for each in CATALOGUE}) == len(CATALOGUE)
    assert all(each.meaning.endswith(".") and each.remedy.endswith(".") for each in CATALOGUE)


def test_the_board_shows_what_holds_now_in_order_of_weight() -> None:
    board = WarningBoard()
    board.put_up(warnings.MIRROR_FULL, "the stick")
    board.put_up(warnings.SELF_CHECK_FAILED, "a gap")
    assert [(each.name, each.detail) for each in board.active] == [
        ("self_check_failed", "a gap"),
        ("mirror_full", "the stick"),
    ]
    board.take_down(warnings.SELF_CHECK_FAILED, warnings.SNAPSHOT_FAILED)
    assert [each.name for each in board.active] == ["mirror_full"]
    assert board.active[0].remedy == warnings.MIRROR_FULL.remedy


def test_news_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    board = WarningBoard()
    with caplog.at_level(logging.INFO, "appliance"):
        for detail in ("one", "one", "another"):
            board.put_up(warnings.MIRROR_FULL, detail)
        for _ in range(2):
            board.take_down(warnings.MIRROR_FULL)
    assert [record.message for record in caplog.records] == ["warning", "warning", "warning_over"]


def test_the_docs_are_current() -> None:
    assert (ROOT / "docs" / "warnings.md").read_text() == as_markdown()
