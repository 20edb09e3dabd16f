"""Schwartz (men), Malone (women), and Glossbrenner, which lies half-way between these and Wilks."""

from __future__ import annotations

import math
from typing import Final

from appliance.powerlifting.javascript import added_in_turn
from appliance.powerlifting.points_polynomial import wilks_coefficient
from appliance.powerlifting.words import Sex

_SCHWARTZ_TERMS: Final = (
    6.31926,
    -0.262349,
    0.51155 * 1e-2,
    -0.519738e-4,
    0.267626 * 1e-6,
    -0.540132e-9,
    -0.728875e-13,
)
"""Of the polynomial up to 126 kg, constant term first; multiplied out where JavaScript gets another double so."""


def schwartz_coefficient(bodyweight_kg: float) -> float:
    """Points per kg of a man's total, from 40 to 166 kg, outside these as at these.

    From Powerlifting USA, August 1982, page 61; the last piece as in the tables, which the printed formula contradicts.
    """
    kg = min(max(bodyweight_kg, 40.0), 166.0)
    if kg <= 126:
        return added_in_turn(term * kg**power for power, term in enumerate(_SCHWARTZ_TERMS))
    if kg <= 136:
        return 0.521 - 0.0012 * (kg - 125)
    if kg <= 146:
        return 0.509 - 0.0011 * (kg - 135)
    if kg <= 156:
        return 0.498 - 0.001 * (kg - 145)
    return 0.4879 - 0.00088185 * (kg - 155)


def malone_coefficient(bodyweight_kg: float) -> float:
    """Points per kg of a woman's total: OpenPowerlifting's fit to the published table, from 29.24 kg up."""
    kg = max(bodyweight_kg, 29.24)
    return 106.011586323613 * math.pow(kg, -1.293027130579051) + 0.322935585328304


def schwartz_malone(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Schwartz points of a man, Malone points of a woman; none for Mx. A bodyweight of 0 counts as the least."""
    match sex:
        case Sex.M:
            return schwartz_coefficient(bodyweight_kg) * total_kg
        case Sex.F:
            return malone_coefficient(bodyweight_kg) * total_kg
        case Sex.MX:
            return 0.0


def glossbrenner(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Points by the formula of Herb Glossbrenner (GPC); Mx as men. A bodyweight of 0 counts as the least.

    The straight lines of the heavy end are OpenPowerlifting's fit to the published table.
    """
    if sex is Sex.F:
        older = malone_coefficient(bodyweight_kg)
        if bodyweight_kg < 106.3:
            twice = older + wilks_coefficient(sex, bodyweight_kg)
        else:
            twice = older + -0.000313738002024 * bodyweight_kg + 0.852664892884785
    else:
        older = schwartz_coefficient(bodyweight_kg)
        if bodyweight_kg < 153.05:
            twice = older + wilks_coefficient(sex, bodyweight_kg)
        else:
            twice = older + -0.000821668402557 * bodyweight_kg + 0.676940740094416
    return twice / 2 * total_kg
