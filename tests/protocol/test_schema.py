"""The JSON Schema in the docs is that of the types, and says the same as they do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from appliance.protocol.schema import schema, schema_text
from tests.protocol.test_messages import EXAMPLES

DOCS = Path(__file__).parents[2] / "docs" / "protocol.schema.json"


def test_the_docs_are_current() -> None:
    assert DOCS.read_text() == schema_text(), "run `make docs`"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.get("names", example["message"]["msgType"]))
def test_it_takes_and_refuses_what_the_types_do(example: dict[str, Any]) -> None:
    # A location that is declared but not this one is beyond what a schema can say.
    one_side = {**schema(), "anyOf": [{"$ref": f"#/$defs/from{example['from'].title()}"}]}
    assert jsonschema.Draft202012Validator(one_side).is_valid(example["message"]) is example["valid"]


def test_patterns_are_valid_in_javascript_too() -> None:
    patterns = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema_text())
    assert patterns
    for pattern in map(json.loads, patterns):
        assert not re.search(r"\\[AZz]|\(\?P|\(\?[aiLmsux]", pattern)
