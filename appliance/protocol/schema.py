"""The JSON Schema of every message, generated from the types: ``python -m appliance.protocol.schema``."""

from __future__ import annotations

import sys
from typing import Any, get_args

import msgspec

from appliance.protocol.messages import FromClient, FromServer
from appliance.protocol.words import PROTOCOL_VERSION


def schema() -> dict[str, Any]:
    """One schema with ``fromClient`` and ``fromServer`` as definitions, and each message beside them."""
    kinds = [*get_args(FromClient), *get_args(FromServer)]
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    by_kind = dict(zip(kinds, references, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"OpenLifter live meet protocol, version {PROTOCOL_VERSION}",
        "anyOf": [{"$ref": "#/$defs/fromClient"}, {"$ref": "#/$defs/fromServer"}],
        "$defs": {
            "fromClient": {"anyOf": [by_kind[kind] for kind in get_args(FromClient)]},
            "fromServer": {"anyOf": [by_kind[kind] for kind in get_args(FromServer)]},
            **dict(sorted(definitions.items())),
        },
    }


def schema_text() -> str:
    """The schema as it stands in the docs."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
