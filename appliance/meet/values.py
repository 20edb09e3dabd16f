"""What an update may set its key to: PROTOCOL.md section 3."""

from __future__ import annotations

import re
from typing import Any

from appliance.meet.state import DELETED
from appliance.protocol import keys
from appliance.protocol.codec import beyond_double, depth
from appliance.protocol.words import MAX_DOUBLE_DIGITS, MAX_VALUE_BYTES, MAX_VALUE_DEPTH

TOO_DEEP = f"updateValue is nested deeper than {MAX_VALUE_DEPTH} levels"

_MANY_DIGITS = re.compile(rb"[0-9]{%d}" % MAX_DOUBLE_DIGITS)


def wrong_value(path: keys.Path, value: Any, encoded: bytes) -> str | None:
    """What is wrong with setting a key to a value, None if nothing is. ``encoded`` is the value as compact JSON."""
    if len(encoded) > MAX_VALUE_BYTES:
        return f"updateValue has {len(encoded)} bytes, at most {MAX_VALUE_BYTES} are allowed"
    # Counting brackets is cheap and never too low, so that the levels of small values need not be counted.
    brackets = encoded.count(b"[") + encoded.count(b"{")
    if brackets > MAX_VALUE_DEPTH and depth(value) > MAX_VALUE_DEPTH:
        return TOO_DEEP
    if len(encoded) >= MAX_DOUBLE_DIGITS and _MANY_DIGITS.search(encoded) and beyond_double(value):
        return "updateValue has a number that is too large"
    if path[0] == "registration" and len(path) == 4 and path[3] == "id":
        # It could only be what it is already, and clients would find an entry whose id is not its key.
        return "an entry's id cannot be changed"
    if path[0] == "registration" and len(path) == 3 and encoded != DELETED:
        if not isinstance(value, dict):
            return "a whole entry is an object, or null to delete it"
        entry_id = int(path[2][1:-1])
        said = value.get("id", entry_id)
        if isinstance(said, bool) or said != entry_id:
            return "the entry's id is not the one in updateKey"
    return None
