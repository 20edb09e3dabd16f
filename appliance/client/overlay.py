"""What the user sees: the canonical state with the pending changes laid over it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from appliance.client.pending import Pending
from appliance.meet.records import Accepted
from appliance.meet.state import DELETED, State
from appliance.protocol import keys


def view(state: State, pending: Iterable[Pending]) -> dict[str, Any]:
    """The meet in the shape of `State.materialise`."""
    updates = list(pending)
    return (_laid_over(state.since(0), updates) if updates else state).materialise()


def value_at(state: State, pending: Iterable[Pending], path: keys.Path) -> Any:
    """What the view shows at one path, None for nothing."""
    # An entry is put together from its parts, and that there are parts shows in the others: attempts not taken are 0.
    around = path[:3] if path[0] == "registration" else path
    relevant = [update for update in pending if keys.overlap(update.path, around)]
    value: Any = _laid_over(state.overlapping(around), relevant).materialise()
    if path[0] == "registration":
        entries = value.get("registration", {}).get("entries", [])
        if not entries:
            return None
        value, path = entries[0], path[3:]
    elif path[0] == "lifting":
        path = (path[0], path[1][1:-1], path[2])
    for segment in path:
        value = _inside(value, segment)
    return value


def _laid_over(standing: Iterable[Accepted], pending: Iterable[Pending]) -> State:
    state = State()
    for accepted in standing:
        state.apply(accepted, _parsed(accepted.key))
    for update in pending:
        if not _is_of_a_missing_entry(state, update.path):
            state.apply(_on_top(update, state), update.path)
    return state


def _is_of_a_missing_entry(state: State, path: keys.Path) -> bool:
    """Laid over nothing, a property would show an entry without a name; the server is going to refuse it anyway."""
    if path[0] != "registration" or len(path) == 3:
        return False
    entry = state.at(path[:3])
    return entry is None or entry.value == DELETED


def _on_top(update: Pending, state: State) -> Accepted:
    return Accepted(state.last_server_seq + 1, update.key, update.value, "", update.local_seq, "")


def _parsed(key: str) -> keys.Path:
    path = keys.parse(key)
    if isinstance(path, keys.MalformedKey):
        raise AssertionError(f"{key!r} stands: {path.reason}")
    return path


def _inside(value: Any, segment: str) -> Any:
    if isinstance(value, list):
        index = segment[1:-1]
        return value[int(index)] if index.isdecimal() and int(index) < len(value) else None
    return value.get(segment) if isinstance(value, dict) else None
