"""The catalogue of errors is whole, and the docs show it."""

from __future__ import annotations

from pathlib import Path

from appliance.protocol.errors import CLOSE_CODES, MESSAGES, as_markdown
from appliance.protocol.words import CloseCode

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"
SECTION_10 = {"MALFORMED_MESSAGE", "UNKNOWN_MESSAGE_TYPE", "INVALID_SESSION", "RATE_LIMITED", "SERVER_BUSY"}


def test_every_error_message_is_explained() -> None:
    assert SECTION_10 | {"JOIN_REJECTED", "UPDATE_REJECTED"} == {entry.code for entry in MESSAGES}


def test_every_close_code_is_explained() -> None:
    assert {int(entry.code) for entry in CLOSE_CODES.values()} == {int(code) for code in CloseCode}


def test_each_says_what_it_means_and_what_to_do() -> None:
    assert all(entry.meaning and entry.remedy for entry in (*MESSAGES, *CLOSE_CODES.values()))


def test_the_docs_are_current() -> None:
    assert DOCS.read_text() == as_markdown(), "run `make docs`"
