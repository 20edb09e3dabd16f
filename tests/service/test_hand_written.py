"""A config file by somebody who has never heard of TOML: what is right counts, what is wrong is told, no secret is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.hand_written import MOST_BYTES, MOST_WRONG_LINES, parse, read

NAME = "openlifter.toml"


def said(text: str) -> list[str]:
    return [str(problem) for problem in parse(text, NAME)[1]]


def test_a_file_without_mistakes_is_as_toml_has_it() -> None:
    assert parse('[server]\nname = "Hall 1"\n\n[snapshots]\nshare = 20\n', NAME) == (
        {"server": {"name": "Hall 1"}, "snapshots": {"share": 20}},
        [],
    )


def test_a_line_that_is_wrong_takes_no_other_with_it() -> None:
    values, problems = parse("[server]\nname = Hall 1\nport = 80\n\n[snapshots]\nshare = 20\n", NAME)
    assert values == {"server": {"port": 80}, "snapshots": {"share": 20}}
    assert [problem.source for problem in problems] == [f"{NAME}, line 2"]


def test_each_wrong_line_is_told_in_order_with_its_own_number() -> None:
    values, problems = parse('name = "x\n[server\nthis is my box\nport = 80', NAME)
    assert values == {"port": 80}
    assert [problem.source for problem in problems] == [f"{NAME}, line {number}" for number in (1, 2, 3)]


def test_what_stands_in_a_wrong_line_is_not_told() -> None:
    text = '[wifi]\npassword = hunter2\nhunter2\n"hunter2\n[hunter2\npassword = "hunter2" hunter2\n'
    assert said(text)
    assert not [line for line in said(text) if "hunter2" in line]


def test_a_setting_that_is_there_twice_counts_once() -> None:
    values, problems = parse("a = 1\na = 2\n", NAME)
    assert values == {"a": 1}
    assert len(problems) == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_editors_of_windows_may_write_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / NAME
    path.write_bytes('[server]\r\nname = "Köln"\r\n'.encode(encoding))
    assert read(path) == ({"server": {"name": "Köln"}}, [])


def test_no_file_is_an_empty_one_and_is_told(tmp_path: Path) -> None:
    values, problems = read(tmp_path / NAME)
    assert values == {}
    assert "is not there" in str(problems[0])


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in str(read(tmp_path)[1][0])


def test_a_file_that_is_something_else_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"a = 1\n" * MOST_BYTES)
    assert read(path)[0] == {}
    wrong, problems = parse("a = 1\n" + "no\n" * (MOST_WRONG_LINES + 1), NAME)
    assert wrong == {}
    assert len(problems) == 1


@given(st.text(max_size=200))
def test_whatever_stands_there_it_is_read_to_its_end(text: str) -> None:
    parse(text, NAME)


@given(st.lists(st.sampled_from(["[a]", "[a", "k = 1", "k = x", 'k = "', "'''", '"""', "k = [", "]", ""]), max_size=12))
def test_whatever_is_half_begun_there_it_is_read_to_its_end(lines: list[str]) -> None:
    parse("\n".join(lines), NAME)
