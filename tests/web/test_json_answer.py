"""Answers in JSON."""

from __future__ import annotations

from appliance.web.json_answer import json_answer, json_error

HEADERS = {"Cache-Control": "no-store"}


def test_a_value_is_told_with_the_pages_headers() -> None:
    answer = json_answer({"name": "x"}, HEADERS)
    assert (answer.status, answer.text) == (200, '{"name":"x"}')
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("application/json", "no-store")


def test_what_is_wrong_is_told_in_words() -> None:
    answer = json_error(404, "there is no such screen", HEADERS)
    assert (answer.status, answer.text) == (404, '{"error":"there is no such screen"}')
    assert answer.headers["Cache-Control"] == "no-store"
