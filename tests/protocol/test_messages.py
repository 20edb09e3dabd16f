"""Every message, by examples that the browser's client is tested with, too."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from appliance.protocol.codec import decode_from_client, decode_from_server, encode
from appliance.protocol.messages import FromClient, FromServer, MalformedMessage

EXAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "messages.json").read_text())
VALID = [example for example in EXAMPLES if example["valid"]]
INVALID = [example for example in EXAMPLES if not example["valid"]]


def without_unknown_field(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "unknownField"}


@pytest.mark.parametrize("example", VALID, ids=lambda example: example["message"]["msgType"])
def test_a_message_survives_decoding_and_encoding(example: dict[str, Any]) -> None:
    frame = json.dumps(example["message"]).encode()
    decoded = decode_from_client(frame) if example["from"] == "client" else decode_from_server(frame)
    assert json.loads(encode(decoded)) == without_unknown_field(example["message"])


@pytest.mark.parametrize("example", INVALID, ids=lambda example: example["names"])
def test_what_does_not_fit_is_named_by_its_path(example: dict[str, Any]) -> None:
    refusal = decode_from_client(json.dumps(example["message"]).encode())
    assert isinstance(refusal, MalformedMessage)
    assert f"`{example['names']}`" in refusal.err_msg


def required_fields() -> list[Any]:
    return [
        pytest.param(example["message"], field.encode_name, id=f"{kind.__name__}.{field.encode_name}")
        for kind in get_args(FromClient)
        for example in [next(each for each in VALID if each["message"]["msgType"] == kind.__struct_config__.tag)]
        for field in msgspec.structs.fields(kind)
        if field.required
    ]


@pytest.mark.parametrize(("message", "field"), required_fields())
def test_each_field_that_must_be_there_is_missed(message: dict[str, Any], field: str) -> None:
    refusal = decode_from_client(json.dumps({k: v for k, v in message.items() if k != field}).encode())
    assert isinstance(refusal, MalformedMessage)
    assert field in refusal.err_msg


@pytest.mark.parametrize(("message", "field"), required_fields())
def test_each_field_of_another_type_is_refused_by_its_path(message: dict[str, Any], field: str) -> None:
    refusal = decode_from_client(json.dumps({**message, field: {"not": "this"}}).encode())
    assert isinstance(refusal, MalformedMessage)
    assert f"$.{field}" in refusal.err_msg


def inner_fields(value: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any], str]]:
    """Every field of the objects inside a message: the path of its object, the object, its name."""
    for at, item in (
        ((f"{path}.{name}", each) for name, each in value.items() if name not in ("updateValue", "unknownField"))
        if isinstance(value, dict)
        else ((f"{path}[{index}]", each) for index, each in enumerate(value))
    ):
        if isinstance(item, dict):
            yield from ((at, item, name) for name in item)
        if isinstance(item, dict | list):
            yield from inner_fields(item, at)


INNER_FIELDS = [
    pytest.param(index, place, id=f"{example['message']['msgType']}{path[1:]}.{name}")
    for index, example in enumerate(VALID)
    if example["from"] == "client"
    for place, (path, _, name) in enumerate(inner_fields(example["message"]))
]


def with_an_inner_field(index: int, place: int) -> tuple[dict[str, Any], str, dict[str, Any], str]:
    message = copy.deepcopy(VALID[index]["message"])
    path, inside, name = list(inner_fields(message))[place]
    return message, path, inside, name


@pytest.mark.parametrize(("index", "place"), INNER_FIELDS)
def test_each_field_of_an_inner_object_is_missed_by_its_path(index: int, place: int) -> None:
    message, path, inside, name = with_an_inner_field(index, place)
    del inside[name]
    refusal = decode_from_client(json.dumps(message).encode())
    assert isinstance(refusal, MalformedMessage)
    assert name in refusal.err_msg
    assert f"`{path}`" in refusal.err_msg


@pytest.mark.parametrize(
    ("index", "place"), [each for each in INNER_FIELDS if not str(each.id).endswith("updateValue")]
)
def test_each_field_of_an_inner_object_has_its_type(index: int, place: int) -> None:
    message, path, inside, name = with_an_inner_field(index, place)
    inside[name] = {"not": "this"}
    refusal = decode_from_client(json.dumps(message).encode())
    assert isinstance(refusal, MalformedMessage)
    assert f"`{path}.{name}`" in refusal.err_msg


def test_the_examples_show_every_message() -> None:
    shown = {example["message"]["msgType"] for example in VALID}
    assert shown == {kind.__struct_config__.tag for kind in (*get_args(FromClient), *get_args(FromServer))}


def test_a_location_cannot_be_declared_twice() -> None:
    message = dict(VALID[0]["message"], endpoints=[{"locationName": "Platform 1", "priority": p} for p in (1, 2)])
    refusal = decode_from_client(json.dumps(message).encode())
    assert isinstance(refusal, MalformedMessage)
    assert "$.endpoints[1].locationName" in refusal.err_msg
