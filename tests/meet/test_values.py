"""What an update may set its key to; how the log refuses the rest is in test_log."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.meet.values import wrong_value
from appliance.protocol import keys
from appliance.protocol.codec import encode_value
from appliance.protocol.words import MAX_VALUE_BYTES

ENTRY = "registration.entries[5003]"


def wrong(key: str, value: Any) -> str | None:
    path = keys.parse(key)
    assert not isinstance(path, keys.MalformedKey)
    return wrong_value(path, value, encode_value(value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("meet.name", "Cup"),
        (ENTRY, {"id": 5003}),
        (ENTRY, {"name": "A"}),
        (ENTRY, None),
        (f"{ENTRY}.name", "A"),
        ("x.a", [[[]]] * 30),
        ("x.a", 2**53),
    ],
)
def test_right(key: str, value: Any) -> None:
    assert wrong(key, value) is None


def deep(levels: int) -> Any:
    return [] if levels == 1 else [deep(levels - 1)]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (ENTRY, 1, "object"),
        (ENTRY, {"id": 5004}, "id"),
        (ENTRY, {"id": True}, "id"),
        (f"{ENTRY}.id", 5003, "id"),
        ("x.a", deep(33), "nested"),
        ("x.a", "y" * MAX_VALUE_BYTES, "bytes"),
    ],
)
def test_wrong(key: str, value: Any, said: str) -> None:
    assert said in (wrong(key, value) or "")
