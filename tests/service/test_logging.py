"""Events with fields: readable on a terminal, JSON under systemd, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service import logging as service_logging
from appliance.service.logging import configure, get_logger, is_journal
from appliance.service.settings import LogFormat, Settings


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """`configure` is for the process; pytest's own handlers come back after each test."""
    root, own = logging.getLogger(), logging.getLogger("appliance")
    handlers, levels = root.handlers[:], (root.level, own.level)
    root.handlers[:] = []
    yield
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def configured(log_format: LogFormat = "text", **settings: object) -> io.StringIO:
    stream = io.StringIO()
    configure(msgspec.structs.replace(Settings(log_format=log_format), **settings), stream=stream, env={})
    return stream


class TestOnATerminal:
    def test_an_event_is_one_line_with_time_level_name_and_fields(self) -> None:
        stream = configured()
        get_logger("appliance.live.hub").info("meet_created", meet_id="123456789", location="Platform 1")
        line = r'\d\d:\d\d:\d\d info     meet_created meet_id=123456789 location="Platform 1"\n'
        assert re.fullmatch(line, stream.getvalue())

    def test_a_name_cannot_forge_a_line_or_steer_the_terminal(self) -> None:
        stream = configured()
        get_logger("appliance").info("joined", location="A\n00:00:00 error \x1b[31m\x9b1mB\udc80")
        assert stream.getvalue().count("\n") == 1
        assert '"A\\n00:00:00 error \\u001b[31m\\x9b1mB\\udc80"' in stream.getvalue()

    def test_names_in_any_script_stay_readable(self) -> None:
        stream = configured()
        get_logger("appliance").info("joined", location="Подиум 1")
        assert 'location="Подиум 1"' in stream.getvalue()

    def test_a_cause_is_written_with_its_traceback(self) -> None:
        stream = configured()
        get_logger("appliance").error("commit_failed", cause=OSError("disk full"), meet_id="1")
        first, *_, last = stream.getvalue().splitlines()
        assert first.endswith("error    commit_failed meet_id=1")
        assert last == "OSError: disk full"


class TestAsJson:
    def test_an_event_is_one_object(self) -> None:
        stream = configured("json")
        get_logger("appliance.live.hub").warning("slow_reader", queued=3, peers=["a", "b"])
        line = json.loads(stream.getvalue())
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
        assert line == {
            "level": "warning",
            "logger": "appliance.live.hub",
            "event": "slow_reader",
            "queued": 3,
            "peers": ["a", "b"],
        }

    def test_a_field_cannot_take_the_place_of_the_level(self) -> None:
        stream = configured("json")
        get_logger("appliance").info("odd", level="admin")
        line = json.loads(stream.getvalue())
        assert (line["level"], line["field_level"]) == ("info", "admin")

    @given(st.text(st.characters(exclude_categories=[])))
    def test_any_text_survives_on_one_line(self, text: str) -> None:
        stream = configured("json")
        get_logger("appliance").info("joined", location=text)
        assert stream.getvalue().count("\n") == 1
        assert json.loads(stream.getvalue())["location"] == text

    def test_a_cause_stays_in_the_object(self) -> None:
        stream = configured("json")
        get_logger("appliance").error("commit_failed", cause=OSError("disk full"))
        assert json.loads(stream.getvalue())["traceback"].endswith("OSError: disk full")


class Join(msgspec.Struct, rename="camel"):
    location_name: str
    password: str


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    "name",
    ["password", "token", "session_token", "sessionToken", "key", "signing_key", "recovery_key", "pin"],
)
def test_a_secret_is_never_written(log_format: LogFormat, name: str) -> None:
    stream = configured(log_format)
    log = get_logger("appliance", **{name: "hunter2"}).bind(**{name: "hunter3"})
    log.info("a", **{name: "hunter4"})
    log.info("b", inside={name: "hunter5", "list": [{name: "hunter6"}]})
    log.info("c", message=Join("Platform 1", "hunter7"))
    assert "hunter" not in stream.getvalue()
    assert "***" in stream.getvalue()
    assert "Platform 1" in stream.getvalue()


def test_an_update_key_is_no_secret() -> None:
    stream = configured()
    get_logger("appliance").info("overruled", update_key="meet.name")
    assert "update_key=meet.name" in stream.getvalue()


def test_bound_fields_are_on_each_event_and_can_be_overruled_there() -> None:
    stream = configured()
    log = get_logger("appliance", meet_id="1").bind(peer="a")
    log.info("x", peer="b")
    assert stream.getvalue().endswith(" x meet_id=1 peer=b\n")


def test_events_below_the_level_are_left_out() -> None:
    stream = configured(log_level="warning")
    log = get_logger("appliance.live")
    log.debug("a")
    log.info("b")
    log.warning("c")
    log.error("d")
    assert [line.split()[-1] for line in stream.getvalue().splitlines()] == ["c", "d"]


def test_other_libraries_are_heard_from_warnings_on_and_access_is_not_logged() -> None:
    stream = configured(log_level="debug")
    logging.getLogger("aiohttp.access").info("GET / 200")
    logging.getLogger("aiohttp.server").error("Error handling %s\n", "request")
    assert stream.getvalue().endswith("error    Error handling request\\n\n")
    assert "GET" not in stream.getvalue()


def test_configuring_again_replaces_and_does_not_double() -> None:
    first, second = configured(), configured()
    get_logger("appliance").info("x")
    assert first.getvalue() == ""
    assert second.getvalue().count("x") == 1


class TestTheJournal:
    def test_is_known_by_device_and_inode_of_the_stream(self, tmp_path: Path) -> None:
        with (tmp_path / "journal").open("w") as stream:
            status = os.fstat(stream.fileno())
            assert is_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})

    @pytest.mark.parametrize("env", [{}, {"JOURNAL_STREAM": ""}, {"JOURNAL_STREAM": "1:2"}])
    def test_is_not_a_terminal_that_inherited_the_variable(self, env: dict[str, str], tmp_path: Path) -> None:
        with (tmp_path / "terminal").open("w") as stream:
            assert not is_journal(stream, env)

    def test_is_no_stream_without_a_file(self) -> None:
        assert not is_journal(io.StringIO(), {"JOURNAL_STREAM": "1:2"})

    def test_gets_json_without_being_told(self, tmp_path: Path) -> None:
        path = tmp_path / "journal"
        with path.open("w") as stream:
            status = os.fstat(stream.fileno())
            env = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
            configure(Settings(), stream=stream, env=env)
            get_logger("appliance").info("started")
        assert json.loads(path.read_text())["event"] == "started"


def test_the_module_does_not_need_aiohttp() -> None:
    assert "aiohttp" not in vars(service_logging)
