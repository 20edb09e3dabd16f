"""Wilks, Wilks 2020 and Dots: a number of points divided by a polynomial of the bodyweight.

The terms are added in the order in which OpenLifter adds them, so that every last bit is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from appliance.powerlifting.javascript import added_in_turn
from appliance.powerlifting.words import Sex


@dataclass(frozen=True, slots=True)
class _Curve:
    """A polynomial of the bodyweight in kg, held at its ends outside the range that it was fitted to."""

    terms: tuple[float, ...]
    """Constant term first."""
    lightest_kg: float
    heaviest_kg: float

    def rising(self, bodyweight_kg: float) -> float:
        """The value, added up from the constant term."""
        return added_in_turn(self._values(bodyweight_kg))

    def falling(self, bodyweight_kg: float) -> float:
        """The value, added up from the highest power."""
        return added_in_turn(reversed(self._values(bodyweight_kg)))

    def _values(self, bodyweight_kg: float) -> list[float]:
        kg = min(max(bodyweight_kg, self.lightest_kg), self.heaviest_kg)
        power, values = 1.0, []
        for term in self.terms:
            values.append(term * power)
            power *= kg
        return values


_WILKS_MEN: Final = _Curve(
    (-216.0475144, 16.2606339, -0.002388645, -0.00113732, 7.01863e-06, -1.291e-08),
    lightest_kg=40.0,
    heaviest_kg=201.9,
)
_WILKS_WOMEN: Final = _Curve(
    (594.31747775582, -27.23842536447, 0.82112226871, -0.00930733913, 0.00004731582, -0.00000009054),
    lightest_kg=26.51,
    heaviest_kg=154.53,
)
_WILKS2020_MEN: Final = _Curve(
    (
        47.4617885411949,
        8.47206137941125,
        0.073694103462609,
        -0.00139583381094385,
        0.00000707665973070743,
        -0.0000000120804336482315,
    ),
    lightest_kg=40.0,
    heaviest_kg=200.95,
)
_WILKS2020_WOMEN: Final = _Curve(
    (
        -125.425539779509,
        13.7121941940668,
        -0.0330725063103405,
        -0.0010504000506583,
        0.00000938773881462799,
        -0.000000023334613884954,
    ),
    lightest_kg=40.0,
    heaviest_kg=150.95,
)
_DOTS_MEN: Final = _Curve(
    (-307.75076, 24.0900756, -0.1918759221, 0.0007391293, -0.000001093),
    lightest_kg=40.0,
    heaviest_kg=210.0,
)
_DOTS_WOMEN: Final = _Curve(
    (-57.96288, 13.6175032, -0.1126655495, 0.0005158568, -0.0000010706),
    lightest_kg=40.0,
    heaviest_kg=150.0,
)


def wilks_coefficient(sex: Sex, bodyweight_kg: float) -> float:
    """Points per kg of the total, after Robert Wilks (IPF until 2018). A bodyweight of 0 counts as the least."""
    curve = _WILKS_WOMEN if sex is Sex.F else _WILKS_MEN
    return 500 / curve.rising(bodyweight_kg)


def wilks(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Wilks points of a total."""
    return wilks_coefficient(sex, bodyweight_kg) * total_kg


def wilks2020(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Points by the formula as Robert Wilks revised it in 2020. A bodyweight of 0 counts as the least."""
    curve = _WILKS2020_WOMEN if sex is Sex.F else _WILKS2020_MEN
    return 600 / curve.rising(bodyweight_kg) * total_kg


def dots(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Points by the formula of Tim Konertz (BVDK, 2019); 0 without bodyweight or total."""
    if bodyweight_kg == 0 or total_kg == 0:
        return 0.0
    curve = _DOTS_WOMEN if sex is Sex.F else _DOTS_MEN
    return 500 / curve.falling(bodyweight_kg) * total_kg
