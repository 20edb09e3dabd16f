"""What stands: a tree of the updates that no later one has replaced, PROTOCOL.md sections 3 and 8.

An update stands until a later one to the same key, or to a prefix of it, replaces it. The tree is addressed by path,
so finding what overlaps a key costs its depth plus what lies below it, however large the meet is.

Both ends use it: the server applies updates as it numbers them, a client as they arrive. `State.apply` gives the same
result in whatever order updates come in, since only their numbers count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from appliance.meet.records import Accepted
from appliance.protocol import keys
from appliance.protocol.codec import decode_value
from appliance.protocol.digest import Digest
from appliance.protocol.words import ATTEMPTS

DELETED = b"null"


class _Node(Struct, gc=False):
    """A place in the tree. ``gc=False``: there are no cycles, and 100,000 nodes must not slow the collector down."""

    standing: Accepted | None = None
    children: dict[str, _Node] | None = None


class Undo(Struct, frozen=True):
    """How to take one applied update back, as long as it is the newest."""

    node: _Node
    replaced: tuple[Accepted, ...]
    standing: Accepted | None
    children: dict[str, _Node] | None


class State:
    """The standing updates of one meet.

    Attributes:
        last_server_seq: the highest number ever applied.
    """

    def __init__(self) -> None:
        self._root = _Node()
        self._by_number: dict[int, Accepted] = {}
        self._in_order = True
        self._digest = Digest()
        self.last_server_seq = 0

    def __len__(self) -> int:
        """How many updates stand."""
        return len(self._by_number)

    @property
    def digest(self) -> str:
        """The checksum of what stands, section 8."""
        return str(self._digest)

    # ------------------------------------------------------------ changing

    def apply(self, update: Accepted, path: keys.Path) -> Undo | None:
        """Let an update stand, and what it replaces stand no longer; None if a later one has already replaced it.

        ``path`` is the parsed ``update.key``.
        """
        number = update.server_seq
        node = self._root
        for segment in path:
            if node.standing is not None and node.standing.server_seq > number:
                return None
            node = _child(node, segment)
        if node.standing is not None and node.standing.server_seq >= number:
            return None
        undo = Undo(node, tuple(_standing_in(node, below=number)), node.standing, node.children)
        node.standing = update
        node.children = _later_children(node, number)
        for replaced in undo.replaced:
            del self._by_number[replaced.server_seq]
            self._digest.subtract(replaced.key, replaced.server_seq)
        self._by_number[number] = update
        self._digest.add(update.key, number)
        if number > self.last_server_seq:
            self.last_server_seq = number
        else:
            self._in_order = False
        return undo

    def take_back(self, undo: Undo) -> None:
        """Undo an `apply`. Only the newest one that has not been undone yet may be taken back."""
        update = undo.node.standing
        if update is None or update.server_seq != self.last_server_seq:
            raise ValueError("only the newest update can be taken back")
        undo.node.standing = undo.standing
        undo.node.children = undo.children
        del self._by_number[update.server_seq]
        self._digest.subtract(update.key, update.server_seq)
        for replaced in undo.replaced:
            self._by_number[replaced.server_seq] = replaced
            self._digest.add(replaced.key, replaced.server_seq)
            self._in_order = False
        self.last_server_seq = update.server_seq - 1

    # ------------------------------------------------------------ reading

    def overlapping(self, path: keys.Path) -> Iterator[Accepted]:
        """Every standing update whose key is equal to the path, a prefix of it, or below it."""
        node: _Node | None = self._root
        for segment in path:
            if node is None:
                return
            if node.standing is not None:
                yield node.standing
            node = node.children.get(segment) if node.children else None
        if node is not None:
            yield from _standing_in(node)

    def at(self, path: keys.Path) -> Accepted | None:
        """The update that stands at exactly this path."""
        node = self._node(path)
        return node.standing if node is not None else None

    def _node(self, path: keys.Path) -> _Node | None:
        node: _Node | None = self._root
        for segment in path:
            node = node.children.get(segment) if node is not None and node.children else None
        return node

    def since(self, server_seq: int) -> list[Accepted]:
        """The standing updates above a number, in number order."""
        if not self._in_order:
            self._by_number = dict(sorted(self._by_number.items()))
            self._in_order = True
        if server_seq == 0:
            return list(self._by_number.values())
        newest: list[Accepted] = []
        for number in reversed(self._by_number):
            if number <= server_seq:
                break
            newest.append(self._by_number[number])
        newest.reverse()
        return newest

    def entry(self, entry_id: int) -> Any:
        """One entry as in `materialise`; None if there is none with this id."""
        node = self._node(("registration", "entries", f"[{entry_id}]"))
        return None if node is None else _entry(node)

    def entry_ids(self) -> list[int]:
        """The ids of all entries that stand, and of some that were deleted, in order."""
        node = self._node(("registration", "entries"))
        return sorted(int(segment[1:-1]) for segment in (node.children or {} if node is not None else {}))

    def section(self, name: str) -> Any:
        """What stands under one top-level name other than ``registration`` and ``lifting``; None for nothing."""
        node = self._node((name,))
        return None if node is None else _value_of(node)

    def shown_at(self, location_name: str) -> tuple[Any, int]:
        """A location's ``lifting``, and the number of its newest update; None and 0 for nothing."""
        node = self._node(("lifting", f"[{location_name}]"))
        if node is None:
            return None, 0
        newest = max((standing.server_seq for standing in _standing_in(node)), default=0)
        return _value_of(node), newest

    def materialise(self) -> dict[str, Any]:
        """The meet as one JSON value: ``{"meet": {…}, "registration": {"entries": […]}, "lifting": {…}, …}``.

        Entries are a list in the order of their ids, whatever the order of registration, so that every place shows
        them alike. ``lifting`` is by location name. Deleted entries and properties are absent; a deleted attempt is 0.
        Elsewhere a selector is a property that keeps its brackets. All values are fresh copies.
        """
        meet: dict[str, Any] = {}
        for name, node in _bearing(self._root):
            if name == "registration":
                meet[name] = {"entries": _entries(node)}
            elif name == "lifting":
                tables = ((segment[1:-1], _value_of(location)) for segment, location in _bearing(node))
                meet[name] = {location: table for location, table in tables if table is not None}
            elif (value := _value_of(node)) is not None:
                meet[name] = value
        return meet


def _child(node: _Node, segment: str) -> _Node:
    if node.children is None:
        node.children = {}
    child = node.children.get(segment)
    if child is None:
        child = node.children[segment] = _Node()
    return child


def _standing_in(node: _Node, below: int | None = None) -> Iterator[Accepted]:
    """What stands at a node and under it, all of it or only the numbers below one."""
    if node.standing is not None and (below is None or node.standing.server_seq < below):
        yield node.standing
    if node.children:
        for child in node.children.values():
            yield from _standing_in(child, below)


def _later_children(node: _Node, number: int) -> dict[str, _Node] | None:
    """The children of a node in which something newer than ``number`` stands: none where numbers come in order."""
    if not node.children:
        return None
    kept: dict[str, _Node] = {}
    for segment, child in node.children.items():
        standing = child.standing if child.standing and child.standing.server_seq > number else None
        children = _later_children(child, number)
        if standing or children:
            kept[segment] = _Node(standing, children)
    return kept or None


def _bearing(node: _Node) -> Iterator[tuple[str, _Node]]:
    """The children in or under which something stands: what was taken back leaves empty ones behind."""
    for segment, child in (node.children or {}).items():
        if next(_standing_in(child), None) is not None:
            yield segment, child


def _value_of(node: _Node, beneath: Any = None) -> Any:
    """What is at a node, ``beneath`` being what the value above it has there."""
    value = _own(node, beneath)
    for segment, child in _bearing(node):
        value = _with(value, segment, _value_of(child, _inside(value, segment)))
    return value


def _entry(node: _Node) -> Any:
    value = _own(node)
    for name, child in _bearing(node):
        part = _attempts if any(_bearing(child)) else _value_of
        value = _with(value, name, part(child, _inside(value, name)))
    return value


def _own(node: _Node, beneath: Any = None) -> Any:
    return decode_value(node.standing.value) if node.standing is not None else beneath


def _inside(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _with(value: Any, name: str, below: Any) -> Any:
    """An object with one property set, or removed by None; what is no object has to make way for one."""
    if not isinstance(value, dict):
        return value if below is None else {name: below}
    if below is None:
        value.pop(name, None)
    else:
        value[name] = below
    return value


def _entries(registration: _Node) -> list[Any]:
    entries = (registration.children or {})["entries"].children or {}
    in_order = sorted(entries.items(), key=lambda item: int(item[0][1:-1]))
    return [entry for _, node in in_order if (entry := _entry(node)) is not None]


def _attempts(node: _Node, beneath: Any) -> Any:
    """One of an entry's five-element arrays: its elements laid over the whole, or over no attempts at all."""
    whole = _own(node, beneath)
    attempts = whole if isinstance(whole, list) else [0] * ATTEMPTS
    for segment, child in _bearing(node):
        index = int(segment[1:-1])
        attempts.extend([0] * (index + 1 - len(attempts)))
        attempts[index] = _value_of(child) or 0
    return attempts
