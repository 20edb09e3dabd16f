"""Lives of the reference client, written down: ``tests/data/client-scenarios.json`` holds the browser's client to them.

    python -m tests.client.scenarios        writes the file anew

Beside the lives stand the words of the protocol, keys with their paths, and logs with the meets that they make.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from appliance.client import core as client_core
from appliance.client import pending as client_pending
from appliance.client.changes import parsed_key
from appliance.client.events import End, Status
from appliance.meet.records import Accepted
from appliance.meet.state import State
from appliance.protocol import keys, words
from appliance.protocol.codec import encode_value
from tests.client.chance import KEYS, Chance
from tests.client.life import Life
from tests.protocol.test_keys import MALFORMED, WELL_FORMED

FILE = Path(__file__).parents[1] / "data" / "client-scenarios.json"

# Some as they come, and some that were looked for until everything happened: test_scenarios.py says what has to.
LIVES = (*range(8), 29, 43, 44, 87, 141, 171, 175, 185, 284, 369, 386, 403)
STEPS = 60
STATES = range(40)
LONGEST_LOG = 12


def the_words() -> dict[str, Any]:
    """The numbers and words that both ends have to know."""
    of_words = ["SILENCE_S", "MAX_KEY_BYTES", "MAX_LOCATION_NAME", "MAX_VALUE_BYTES", "MAX_VALUE_DEPTH", "ATTEMPTS"]
    return {
        **{name: getattr(words, name) for name in [*of_words, "MAX_INTEGER"]},
        **{name: getattr(client_pending, name) for name in ("ANSWER_S", "GAP_S")},
        **{name: getattr(client_core, name) for name in ("FIRST_DELAY_S", "LONGEST_DELAY_S", "PENANCE_S")},
        "CloseCode": {code.name: code.value for code in words.CloseCode},
        "Status": {status.name: status.value for status in Status},
        "End": {end.name: end.value for end in End},
    }


def the_keys() -> list[dict[str, Any]]:
    """Keys with their paths, or with what is wrong with them."""
    at_the_limits = ["x." + "é" * 99, "x." + "é" * 100, f"lifting[{'😀' * 40}].day", f"lifting[{'😀' * 41}].day"]
    written: list[dict[str, Any]] = []
    for key in [*WELL_FORMED, *MALFORMED, *KEYS, *at_the_limits]:
        path = keys.parse(key)
        found = {"reason": path.reason} if isinstance(path, keys.MalformedKey) else {"path": path}
        written.append({"key": key, **found})
    return written


def a_state(seed: int) -> dict[str, Any]:
    """A log in some order of arrival, and the meet that it makes."""
    chance = Chance(seed)
    log = [(number, *chance.change()) for number in range(1, 2 + chance.below(LONGEST_LOG))]
    if chance.likely(0.5):
        log.sort(key=lambda _: chance.random())
    state = State()
    changed = [
        state.apply(Accepted(number, key, encode_value(value), "", 0, ""), parsed_key(key)) is not None
        for number, key, value in log
    ]
    looked_at = chance.pick(KEYS)
    return {
        "log": log,
        "changed": changed,
        "standing": [each.server_seq for each in state.since(0)],
        "overlapping": [looked_at, sorted(each.server_seq for each in state.overlapping(parsed_key(looked_at)))],
        "digest": state.digest,
        "meet": state.materialise(),
    }


def a_life(seed: int) -> dict[str, Any]:
    """One life."""
    life = Life(seed)
    life.live(STEPS)
    return life.written_down()


def scenarios_text() -> str:
    """The file, one thing a line."""
    lists = {
        "keys": the_keys(),
        "states": [a_state(seed) for seed in STATES],
        "lives": [a_life(seed) for seed in LIVES],
    }
    parts = [f'"words":{_line(the_words())}']
    for name, items in lists.items():
        parts.append(f'"{name}":[\n' + ",\n".join(map(_line, items)) + "\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text(scenarios_text())
