"""What commands leave for the appliance to do."""

from __future__ import annotations

from pathlib import Path

from appliance.publishing.requests import FOLDER, Request, Requests


def test_a_request_is_there_until_it_is_done(tmp_path: Path) -> None:
    requests = Requests(tmp_path)
    assert requests.read() == []
    asked = [Request("cancel", "0a"), Request("retry", "0b")]
    for each in asked:
        requests.ask(each)
        requests.ask(each)
    assert Requests(tmp_path).read() == asked
    requests.done(asked[0])
    requests.done(asked[0])
    assert requests.read() == asked[1:]


def test_other_files_are_not_heeded(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    for name in ("cancel-0a.part", "cancel-../x".replace("/", "_"), "delete-0a", "cancel-"):
        (tmp_path / FOLDER / name).touch()
    assert Requests(tmp_path).read() == []
