"""Recorded meets, and that replaying their changes in order gives what OpenLifter itself ended in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from appliance.client.recording import DEMO, NotARecording, Recording, find, laid_over, load
from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.codec import encode_value

SHARED = Path(__file__).parents[3] / "shared" / "openlifter" / "public"


def recordings() -> list[Any]:
    stems = find(DEMO) + (find(SHARED) if SHARED.is_dir() else [])
    missing = [] if SHARED.is_dir() else [pytest.param("", marks=pytest.mark.skip(reason=f"{SHARED} is not here"))]
    return [pytest.param(stem, id=Path(stem).name) for stem in stems] + missing


def replayed(recording: Recording) -> dict[str, Any]:
    state = State()
    number = 0
    for step in recording.steps:
        for change in step.changes:
            number += 1
            path = keys.parse(change.key)
            assert not isinstance(path, keys.MalformedKey)
            state.apply(Accepted(number, change.key, encode_value(change.value), "", 0, step.location), path)
    return laid_over(recording.initial, state.materialise(), recording.locations)


@pytest.mark.parametrize("stem", recordings())
class TestRecordedMeets:
    def test_the_changes_in_their_order_end_in_openlifters_own_state(self, stem: str) -> None:
        recording = load(stem)
        assert replayed(recording) == recording.expected

    def test_a_step_needs_only_earlier_steps_of_other_locations(self, stem: str) -> None:
        where = {step.number: step.location for step in load(stem).steps}
        for step in load(stem).steps:
            assert all(need < step.number and where[need] != step.location for need in step.needs)


def write(folder: Path, stem: str, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{stem}.{name.replace('_', '.')}").write_text(content)


def a_small_meet(folder: Path) -> None:
    lines = [
        {"n": 0, "location": "Desk", "changes": [{"key": "registration.entries[5000]", "value": {"id": 5000}}]},
        {"n": 1, "location": "Desk", "changes": []},
        {"n": 2, "location": "Scale", "changes": [{"key": "registration.entries[5000].bodyweightKg", "value": 80}]},
        {"n": 3, "location": "Desk", "changes": [{"key": "meet.name", "value": "Cup"}]},
    ]
    times = [{"t": 100 + 10 * line} for line in range(4)]
    write(
        folder,
        "small",
        changes_jsonl="\n".join(map(json.dumps, lines)),
        actions_jsonl="\n".join(map(json.dumps, times)),
        initial_json=json.dumps({"meet": {"name": "", "city": ""}, "lifting": {"day": 1}}),
        openlifter=json.dumps(
            {"meet": {"name": "Cup", "city": ""}, "registration": {"entries": [{"id": 5000, "bodyweightKg": 80}]}}
        ),
    )


class TestReading:
    def test_steps_are_what_changed_something_timed_from_the_first(self, tmp_path: Path) -> None:
        a_small_meet(tmp_path)
        recording = load(find(tmp_path)[0])
        assert [(step.number, step.at_s, step.location) for step in recording.steps] == [
            (0, 0, "Desk"),
            (2, 20, "Scale"),
            (3, 30, "Desk"),
        ]

    def test_a_weigh_in_needs_the_registration_of_its_lifter(self, tmp_path: Path) -> None:
        a_small_meet(tmp_path)
        assert [step.needs for step in load(find(tmp_path)[0]).steps] == [frozenset(), frozenset({0}), frozenset()]

    def test_any_file_of_a_recording_names_it(self, tmp_path: Path) -> None:
        a_small_meet(tmp_path)
        assert find(tmp_path / "small.openlifter") == find(tmp_path) == [str(tmp_path / "small")]

    def test_where_there_is_no_recording_it_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(NotARecording, match=r"NAME\.changes\.jsonl"):
            find(tmp_path)

    @pytest.mark.parametrize("file", ["actions.jsonl", "initial.json", "openlifter"])
    def test_a_missing_file_is_named(self, tmp_path: Path, file: str) -> None:
        a_small_meet(tmp_path)
        (tmp_path / f"small.{file}").unlink()
        with pytest.raises(NotARecording, match=file):
            load(find(tmp_path)[0])

    def test_files_that_do_not_belong_together_are_refused(self, tmp_path: Path) -> None:
        a_small_meet(tmp_path)
        (tmp_path / "small.actions.jsonl").write_text('{"t": 1}')
        with pytest.raises(NotARecording, match="4 lines of changes for 1 actions"):
            load(find(tmp_path)[0])
