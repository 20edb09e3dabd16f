"""A change before it is made: no server would take what does not get through here. Pure."""

from __future__ import annotations

from typing import Any

from appliance.protocol import keys
from appliance.protocol.codec import depth, encode_value
from appliance.protocol.words import MAX_VALUE_BYTES, MAX_VALUE_DEPTH


class CannotBeSet(ValueError):
    """No server takes this key with this value; the message says what is wrong."""


def parsed_key(key: str) -> keys.Path:
    """The path of a key.

    Raises:
        CannotBeSet: it is malformed.
    """
    path = keys.parse(key)
    if isinstance(path, keys.MalformedKey):
        raise CannotBeSet(f"{key!r}: {path.reason}")
    return path


def encoded_value(value: Any) -> bytes:
    """A value as compact JSON.

    Raises:
        CannotBeSet: it is too large, too deep, or no JSON value.
    """
    try:
        encoded = encode_value(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise CannotBeSet(f"the value is not JSON: {error}") from error
    if len(encoded) > MAX_VALUE_BYTES:
        raise CannotBeSet(f"the value has {len(encoded)} bytes, at most {MAX_VALUE_BYTES} are allowed")
    if depth(value) > MAX_VALUE_DEPTH:
        raise CannotBeSet(f"the value is nested deeper than {MAX_VALUE_DEPTH} levels")
    return encoded
