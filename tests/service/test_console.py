"""The screen on a box's HDMI."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from appliance.service import warnings
from appliance.service.console import PATIENCE_S, About, Meet, Seen, look, screen, show
from tests.world import World

ABOUT = About(
    "OpenLifter", "1.0", ("openlifter.local",), ("10.77.0.10:80", "[fe80::1]:80"), (Meet("123456789", "Cup"),)
)


def test_it_shows_where_to_go_by_name_and_by_address() -> None:
    shown = screen(Seen(ABOUT, ready=True))
    assert "http://openlifter.local/" in shown
    assert "http://10.77.0.10/" in shown
    assert "fe80" not in shown
    assert "Ready for a meet." in shown
    assert "Cup  (123 456 789)" in shown


def test_the_qr_code_fits_an_old_television() -> None:
    lines = screen(Seen(ABOUT, ready=True, warnings=(warnings.SETTINGS_WRONG.name,))).splitlines()
    assert any("▄" in line or "▀" in line or "█" in line for line in lines)
    assert len(lines) <= 30


def test_a_warning_says_what_to_do() -> None:
    shown = screen(Seen(ABOUT, ready=True, warnings=("no_network", "of_a_newer_version")), columns=400)
    assert warnings.NO_NETWORK.meaning in shown
    assert warnings.NO_NETWORK.remedy in shown
    assert "of_a_newer_version" in shown


def test_while_it_starts_it_says_so_and_later_what_to_do() -> None:
    assert "Starting" in screen(Seen(None, waited_s=PATIENCE_S - 1))
    assert "does not start" in screen(Seen(None, waited_s=PATIENCE_S + 1))


def test_without_a_network_and_without_its_card_it_says_so() -> None:
    assert "no network" in screen(Seen(About("OpenLifter")))
    assert "another card" in screen(Seen(None, card_is_missing=True))


async def test_it_asks_a_running_appliance(venue: World) -> None:
    import asyncio

    seen = await asyncio.to_thread(look, venue.url, 0.0)
    assert seen.about is not None
    assert seen.ready


def test_nobody_answers_and_the_data_partition_is_not_there(tmp_path: Path) -> None:
    seen = look("http://127.0.0.1:1", 10.0, tmp_path / "data")
    assert seen == Seen(None, waited_s=10.0, card_is_missing=True)


def test_it_writes_only_what_is_new() -> None:
    out = io.StringIO()
    rounds = iter(range(3))

    def wait(_: float) -> None:
        if next(rounds, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        show("http://127.0.0.1:1", None, out, wait, lambda: 0.0)
    assert out.getvalue().count("Starting") == 1
