"""The two formulas of the IPF: IPF Points (2019) and IPF GL Points (since May 2020).

Both know classic and equipped lifters only: Bare and Wraps count as classic, Multi-ply and Unlimited as equipped.
"""

from __future__ import annotations

import math
from typing import Final

from appliance.powerlifting.words import Equipment, Event, Sex

_CLASSIC: Final = frozenset({Equipment.BARE, Equipment.SLEEVES, Equipment.WRAPS})

LEAST_BODYWEIGHT_KG: Final = 40.0
"""Below it, neither formula gives points."""

_GL: Final[dict[tuple[Sex, bool, Event], tuple[float, float, float]]] = {
    (Sex.M, True, Event.SBD): (1199.72839, 1025.18162, 0.00921),
    (Sex.M, True, Event.B): (320.98041, 281.40258, 0.01008),
    (Sex.M, False, Event.SBD): (1236.25115, 1449.21864, 0.01644),
    (Sex.M, False, Event.B): (381.22073, 733.79378, 0.02398),
    (Sex.F, True, Event.SBD): (610.32796, 1045.59282, 0.03048),
    (Sex.F, True, Event.B): (142.40398, 442.52671, 0.04724),
    (Sex.F, False, Event.SBD): (758.63878, 949.31382, 0.02435),
    (Sex.F, False, Event.B): (221.82209, 357.00377, 0.02937),
}
"""A, B and C by sex, whether classic, and event."""

_IPF: Final[dict[tuple[Sex, bool, Event], tuple[float, float, float, float]]] = {
    (Sex.M, True, Event.SBD): (310.67, 857.785, 53.216, 147.0835),
    (Sex.M, True, Event.S): (123.1, 363.085, 25.1667, 75.4311),
    (Sex.M, True, Event.B): (86.4745, 259.155, 17.57845, 53.122),
    (Sex.M, True, Event.D): (103.5355, 244.765, 15.3714, 31.5022),
    (Sex.M, False, Event.SBD): (387.265, 1121.28, 80.6324, 222.4896),
    (Sex.M, False, Event.S): (150.485, 446.445, 36.5155, 103.7061),
    (Sex.M, False, Event.B): (133.94, 441.465, 35.3938, 113.0057),
    (Sex.M, False, Event.D): (110.135, 263.66, 14.996, 23.011),
    (Sex.F, True, Event.SBD): (125.1435, 228.03, 34.5246, 86.8301),
    (Sex.F, True, Event.S): (50.479, 105.632, 19.1846, 56.2215),
    (Sex.F, True, Event.B): (25.0485, 43.848, 6.7172, 13.952),
    (Sex.F, True, Event.D): (47.136, 67.349, 9.1555, 13.67),
    (Sex.F, False, Event.SBD): (176.58, 373.315, 48.4534, 110.0103),
    (Sex.F, False, Event.S): (74.6855, 171.585, 21.9475, 52.2948),
    (Sex.F, False, Event.B): (49.106, 124.209, 23.199, 67.4926),
    (Sex.F, False, Event.D): (51.002, 69.8265, 8.5802, 5.7258),
}
"""C1 to C4 by sex, whether classic, and event: mean C1 ln b - C2 and deviation C3 ln b - C4 of the totals at b kg."""


def ipf_gl_points(sex: Sex, equipment: Equipment, event: Event, bodyweight_kg: float, total_kg: float) -> float:
    """Goodlift points of an SBD or bench total; 0 for other events, without total, or below 40 kg bodyweight."""
    constants = _GL.get(_scored_as(sex, equipment, event))
    if constants is None or total_kg == 0 or bodyweight_kg < LEAST_BODYWEIGHT_KG:
        return 0.0
    a, b, c = constants
    return 100 * total_kg / (a - b * math.exp(-c * bodyweight_kg))


def ipf_points(sex: Sex, equipment: Equipment, event: Event, bodyweight_kg: float, total_kg: float) -> float:
    """Points of 2019, 500 being the average lifter of that bodyweight, never below 0.

    0 for events that are neither SBD nor a single lift, without total, or below 40 kg bodyweight.
    """
    constants = _IPF.get(_scored_as(sex, equipment, event))
    if constants is None or total_kg == 0 or bodyweight_kg < LEAST_BODYWEIGHT_KG:
        return 0.0
    c1, c2, c3, c4 = constants
    log = math.log(bodyweight_kg)
    mean = c1 * log - c2
    deviation = c3 * log - c4
    return max(500 + 100 * (total_kg - mean) / deviation, 0.0)


def _scored_as(sex: Sex, equipment: Equipment, event: Event) -> tuple[Sex, bool, Event]:
    return Sex.F if sex is Sex.F else Sex.M, equipment in _CLASSIC, event
