"""What may be set at all."""

from __future__ import annotations

import pytest

from appliance.client.changes import CannotBeSet, encoded_value, parsed_key


def test_a_key_is_taken_apart() -> None:
    assert parsed_key("registration.entries[7].squatKg[0]") == ("registration", "entries", "[7]", "squatKg", "[0]")


@pytest.mark.parametrize(("key", "why"), [("registration.entries[x]", "non-negative"), ("", "not a path")])
def test_a_malformed_key_is_refused_with_the_reason(key: str, why: str) -> None:
    with pytest.raises(CannotBeSet, match=why):
        parsed_key(key)


def test_a_value_becomes_compact_json() -> None:
    assert encoded_value({"id": 7, "name": "Ana", "lot": None}) == b'{"id":7,"name":"Ana","lot":null}'


def test_a_value_that_nobody_could_read_is_refused_with_the_reason() -> None:
    deep: object = 1
    for _ in range(33):
        deep = [deep]
    for value, why in ((object(), "not JSON"), ("x" * 300_000, "at most 262144"), (deep, "deeper than 32")):
        with pytest.raises(CannotBeSet, match=why):
            encoded_value(value)
