"""Bytes to messages and back. Whatever comes in becomes a typed message or a typed refusal, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

import msgspec

from appliance.protocol.messages import (
    IN_WORDS,
    FromClient,
    FromServer,
    MalformedMessage,
    Relayed,
    UnknownMessageType,
)
from appliance.protocol.words import MAX_COMPARED_BYTES, MAX_DOUBLE, MAX_FRAME_BYTES

Refusal = MalformedMessage | UnknownMessageType

_CLIENT_TYPES = frozenset(kind.__struct_config__.tag for kind in get_args(FromClient))
_from_client: Callable[[bytes | str], FromClient] = msgspec.json.Decoder(FromClient).decode
_from_server: Callable[[bytes | str], FromServer] = msgspec.json.Decoder(FromServer).decode
_encoder = msgspec.json.Encoder()
_ECHOED_CHARACTERS = 100
_NUMBER_BEGINS = b"-0123456789"
_NUMBER = _NUMBER_BEGINS[0]


class NotFromServer(Exception):
    """A frame that no server of this protocol sends."""


def decode_from_client(frame: bytes) -> FromClient | Refusal:
    """Read a client's text frame; what does not fit is answered with the refusal, which names the field by its path."""
    if len(frame) > MAX_FRAME_BYTES:
        return MalformedMessage(err_msg=f"The frame has {len(frame)} bytes, at most {MAX_FRAME_BYTES} are allowed")
    try:
        return _from_client(frame)
    except RecursionError:
        return MalformedMessage(err_msg="The JSON is nested too deeply")
    except UnicodeDecodeError:
        return MalformedMessage(err_msg="The frame is not valid UTF-8")
    except (msgspec.DecodeError, ValueError) as error:
        unknown = _unknown_type(frame)
        return unknown or MalformedMessage(err_msg=_in_words(str(error)))


def _in_words(message: str) -> str:
    for pattern, words in IN_WORDS.items():
        message = message.replace(f"`str` matching regex {pattern!r}", words)
    return message


def _unknown_type(frame: bytes) -> UnknownMessageType | None:
    try:
        envelope = msgspec.json.decode(frame)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    said = envelope.get("msgType") if isinstance(envelope, dict) else None
    if isinstance(said, str) and said not in _CLIENT_TYPES:
        return UnknownMessageType(unknown_type=said[:_ECHOED_CHARACTERS])
    return None


def decode_from_server(frame: bytes | str) -> FromServer:
    """Read a server's text frame.

    Raises:
        NotFromServer: it is not a message that a server sends.
    """
    try:
        return _from_server(frame)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise NotFromServer(str(error)) from error


def encode(message: FromClient | FromServer) -> bytes:
    """A message as compact JSON, ready for a text frame."""
    return _encoder.encode(message)


def encode_value(value: Any) -> bytes:
    """An update's value as compact JSON."""
    return _encoder.encode(value)


def decode_value(value: bytes) -> Any:
    """An update's value, from the JSON that `encode_value` made."""
    return msgspec.json.decode(value)


def same_value(one: bytes, other: bytes) -> bool:
    """Whether two encoded values are the same JSON value: 1 and 1.0 are, 1 and true are not.

    Values above `MAX_COMPARED_BYTES` are the same only byte for byte: to read them would take a client that makes many
    such changes as long as it likes, on everybody's time. All that OpenLifter has is far smaller.
    """
    if one == other:
        return True
    if _kind(one) != _kind(other) or max(len(one), len(other)) > MAX_COMPARED_BYTES:
        return False
    return _equal(decode_value(one), decode_value(other))


def _kind(value: bytes) -> int:
    """Tells values apart that cannot be the same by their first byte; all numbers are of one kind."""
    first = value[0]
    return _NUMBER if first in _NUMBER_BEGINS else first


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)


def depth(value: Any) -> int:
    """How many objects and arrays lie inside each other."""
    levels = 0
    layer = [value]
    while layer := [container for container in layer if isinstance(container, dict | list)]:
        levels += 1
        layer = [
            child for container in layer for child in (container.values() if isinstance(container, dict) else container)
        ]
    return levels


def beyond_double(value: Any) -> bool:
    """Whether it holds a whole number so large that JavaScript would read it as infinity. Not for deep values."""
    if isinstance(value, dict):
        return any(map(beyond_double, value.values()))
    if isinstance(value, list):
        return any(map(beyond_double, value))
    return isinstance(value, int) and abs(value) > MAX_DOUBLE


# ---------------------------------------------------------------- frames of many, put together from encoded parts


def encode_relayed(items: list[Relayed]) -> bytes:
    """Some items of ``updatesRelayed``, encoded once for everyone who gets them: a part for `relay_frames`.

    Values that are encoded already come as `msgspec.Raw`.
    """
    return _encoder.encode(items)[1:-1]


def relay_frames(epoch: str, parts: Iterable[bytes], frame_bytes: int) -> Iterator[bytes]:
    """Pack encoded parts into ``UPDATE_RELAY`` frames of about ``frame_bytes`` bytes; none for no parts."""
    head = b'{"msgType":"UPDATE_RELAY","epoch":"%b","updatesRelayed":[' % epoch.encode()
    packed: list[bytes] = []
    size = 0
    for part in parts:
        packed.append(part)
        size += len(part) + 1
        if size >= frame_bytes:
            yield head + b",".join(packed) + b"]}"
            packed = []
            size = 0
    if packed:
        yield head + b",".join(packed) + b"]}"
