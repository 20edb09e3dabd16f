"""How values are read, where the table of settings does not show it already (tests/service/test_settings.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.service import setting_values


def test_a_url_loses_the_slash_at_its_end_and_may_be_nothing_where_that_is_allowed() -> None:
    parse = setting_values.url("https", may_be_empty=True)
    assert parse("https://git.club.example:8443/lab/") == "https://git.club.example:8443/lab"
    assert parse("") == ""
    with pytest.raises(ValueError, match=r"^$"):
        setting_values.url("https")("")


def test_a_file_need_not_exist_but_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert setting_values.file("~/mail.password") == tmp_path / "mail.password"
    with pytest.raises(ValueError, match=r"^$"):
        setting_values.file(str(tmp_path))


def test_a_star_is_all_interfaces_of_ours_and_nobody_elses() -> None:
    assert setting_values.host("*") is None
    with pytest.raises(ValueError, match=r"^$"):
        setting_values.server("*")
