"""What goes on the bar: the plates of one side, from the inside out, in the colours of the meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from appliance.powerlifting.javascript import number_text
from appliance.powerlifting.units import kg_to_lbs, shown_weight

MISSING_COLOR: Final = "#FF0000"
"""Of the rest that no plates are left for."""

_FRACTIONS: Final = {1.25: "1¼", 0.75: "¾", 0.5: "½", 0.25: "¼"}


@dataclass(frozen=True, slots=True)
class PlateStock:
    """The plates of one kind that a platform has."""

    weight_kg: float
    """Of one plate."""
    pair_count: int
    color: str
    """As "#RRGGBB"."""


@dataclass(frozen=True, slots=True)
class LoadedPlate:
    """One plate on one side of the bar."""

    weight: float
    """In the meet's unit. Negative for what is missing: plates to this weight would be needed, and there are none."""
    color: str
    """As "#RRGGBB"."""
    already_loaded: bool = False
    """Whether it hangs there from the attempt before."""

    @property
    def text(self) -> str:
        """As written on the plate: "25", "2.5", "1¼"."""
        return _FRACTIONS.get(self.weight) or number_text(self.weight)


def load_bar(
    target_kg: float, bar_and_collars_kg: float, stock: Iterable[PlateStock], *, in_kg: bool
) -> tuple[LoadedPlate, ...]:
    """One side of the bar, heaviest plates first; nothing if the target is not above bar and collars.

    Takes the heaviest plate that still fits, again and again, so it may leave a rest that other plates would fill,
    as loaders do who load heavy to light. A rest is the last item, with a negative weight.

    In pound meets all weights are counted in the pounds that are shown (`units.shown_weight`): they were typed so.

    Args:
        target_kg: The attempt.
        bar_and_collars_kg: Of this lift.
        stock: The meet's plates.
        in_kg: Whether the meet counts in kg.
    """
    kinds = sorted(((_counted(kind.weight_kg, in_kg), kind) for kind in stock), key=lambda kind: -kind[0])
    rest = (_counted(target_kg, in_kg) - _counted(bar_and_collars_kg, in_kg)) / 2
    side: list[LoadedPlate] = []
    for weight, kind in kinds:
        pairs = kind.pair_count
        while pairs > 0 and weight <= rest:
            side.append(LoadedPlate(weight, kind.color))
            rest -= weight
            pairs -= 1
    if rest > 0:
        side.append(LoadedPlate(-rest, MISSING_COLOR))
    return tuple(side)


def load_next(
    next_kg: float, current_kg: float, bar_and_collars_kg: float, stock: Sequence[PlateStock], *, in_kg: bool
) -> tuple[LoadedPlate, ...]:
    """The next attempt's side, with the plates marked that already hang there from the current attempt.

    None is marked if the next attempt is the lighter one: the bar is stripped then. Other arguments as of `load_bar`.
    """
    following = load_bar(next_kg, bar_and_collars_kg, stock, in_kg=in_kg)
    if next_kg < current_kg:
        return following
    return mark_already_loaded(load_bar(current_kg, bar_and_collars_kg, stock, in_kg=in_kg), following)


def mark_already_loaded(current: Sequence[LoadedPlate], following: Sequence[LoadedPlate]) -> tuple[LoadedPlate, ...]:
    """The following side, with each plate marked that the current one has further out than the one marked before."""
    weights = [plate.weight for plate in current]
    finger = 0
    marked: list[LoadedPlate] = []
    for plate in following:
        already_loaded = plate.weight in weights[finger:]
        if already_loaded:
            finger = weights.index(plate.weight, finger) + 1
        marked.append(replace(plate, already_loaded=already_loaded))
    return tuple(marked)


def _counted(kg: float, in_kg: bool) -> float:
    return kg if in_kg else shown_weight(kg_to_lbs(kg))
