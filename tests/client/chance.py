"""What happens by chance in the lives that are written down, the same in every version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

ENTRY = "registration.entries[7]"
ODD_NAMES = ["__proto__", "constructor", "😀"]
KEYS = [
    "meet.name",
    "meet.__proto__",
    ENTRY,
    ENTRY,
    f"{ENTRY}.name",
    f"{ENTRY}.constructor",
    f"{ENTRY}.__proto__",
    f"{ENTRY}.squatKg",
    f"{ENTRY}.squatKg[0]",
    f"{ENTRY}.squatKg[4]",
    "registration.entries[10]",
    "registration.entries[10].benchStatus[2]",
    "lifting[Platform 1].flight",
    "lifting[__proto__].day",
    "x",
    "x.foo",
    "x.foo[bar]",
    "x.foo[bar].baz",
    "x.foo.__proto__.😀",
    "__proto__.foo",
]

Item = TypeVar("Item")


class Chance(Random):
    """Chooses by `Random.random` alone, because only its numbers are the same in every version of Python.

    It remembers what was drawn from it for the jitter of reconnecting.
    """

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.draws: list[float] = []

    def below(self, bound: int) -> int:
        """A whole number from 0."""
        return int(self.random() * bound)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of some."""
        return items[self.below(len(items))]

    def likely(self, probability: float) -> bool:
        """Whether something happens."""
        return self.random() < probability

    def uniform(self, a: float, b: float) -> float:
        """A coarse one, because it is written down."""
        self.draws.append(self.below(8) / 8)
        return a + (b - a) * self.draws[-1]

    # -------------------------------------------------------- of a meet

    def change(self) -> tuple[str, Any]:
        """A key and a value for it."""
        key = self.pick(KEYS)
        if key.startswith("registration") and key.count("[") == 1 and key.endswith("]"):
            return key, None if self.likely(0.2) else self.entry(int(key.split("[")[1][:-1]))
        if key.endswith("squatKg"):
            return key, self.pick([None, [100, 0, 0, 0, 0], [1, 2, 3], "none"])
        return key, self.plain() if self.likely(0.7) else self.container()

    def entry(self, entry_id: int) -> dict[str, Any]:
        """A whole entry."""
        entry: dict[str, Any] = {"id": entry_id}
        if self.likely(0.4):
            entry["squatKg"] = [90, 92.5, 0, 0, 0]
        if self.likely(0.3):
            entry[self.pick(ODD_NAMES)] = self.plain()
        return entry

    def plain(self) -> Any:
        """A value without parts."""
        return self.pick([None, None, 0, 1, 1.0, True, False, -2.5, "", "Ana", "😀\u2028é"])

    def container(self) -> Any:
        """A value with parts."""
        return self.pick(
            [[], {}, [1, {"bar": 2}], {"foo": {"[bar]": {"baz": 1}}}, {"[bar]": 3, "__proto__": {"a": 1}}],
        )
