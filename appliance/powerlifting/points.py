"""The points by which lifters of different bodyweight are compared: the twelve formulas of OpenLifter.

Nothing is rounded here; `units.display_points` shows two places.
"""

from __future__ import annotations

import math

from appliance.powerlifting.ages import age_coefficient
from appliance.powerlifting.points_ipf import ipf_gl_points, ipf_points
from appliance.powerlifting.points_polynomial import dots, wilks, wilks2020
from appliance.powerlifting.points_reshel import reshel
from appliance.powerlifting.points_schwartz_malone import glossbrenner, schwartz_malone
from appliance.powerlifting.units import kg_to_lbs
from appliance.powerlifting.words import AgeCoefficients, Equipment, Event, Formula, Sex


def points(
    formula: Formula,
    sex: Sex,
    equipment: Equipment,
    event: Event,
    bodyweight_kg: float,
    total_kg: float,
    *,
    in_kg: bool,
) -> float:
    """A total's points.

    A bodyweight of 0 is one that nobody has weighed: Dots, NASA, both IPF formulas and the bodyweight multiple give
    no points for it, the other formulas count it as the lightest that they know, as OpenLifter does.

    Args:
        formula: The meet's.
        sex: Mx is scored as men, except by Schwartz/Malone, which gives 0.
        equipment: Matters to the IPF formulas only.
        event: The event of the total; matters to the IPF formulas only.
        bodyweight_kg: As weighed, in kg.
        total_kg: Of the event's best lifts, in kg; 0 if there is none.
        in_kg: Whether the meet counts in kg; matters to `Formula.TOTAL` only, whose points are the total in its unit.
    """
    match formula:
        case Formula.AH:
            return ah(sex, bodyweight_kg, total_kg)
        case Formula.BODYWEIGHT_MULTIPLE:
            return bodyweight_multiple(bodyweight_kg, total_kg)
        case Formula.DOTS:
            return dots(sex, bodyweight_kg, total_kg)
        case Formula.GLOSSBRENNER:
            return glossbrenner(sex, bodyweight_kg, total_kg)
        case Formula.IPF_GL_POINTS:
            return ipf_gl_points(sex, equipment, event, bodyweight_kg, total_kg)
        case Formula.IPF_POINTS:
            return ipf_points(sex, equipment, event, bodyweight_kg, total_kg)
        case Formula.NASA_POINTS:
            return nasa(bodyweight_kg, total_kg)
        case Formula.RESHEL:
            return reshel(sex, bodyweight_kg, total_kg)
        case Formula.SCHWARTZ_MALONE:
            return schwartz_malone(sex, bodyweight_kg, total_kg)
        case Formula.TOTAL:
            return total_kg if in_kg else kg_to_lbs(total_kg)
        case Formula.WILKS:
            return wilks(sex, bodyweight_kg, total_kg)
        case Formula.WILKS2020:
            return wilks2020(sex, bodyweight_kg, total_kg)


def age_adjusted(unadjusted: float, coefficients: AgeCoefficients, age: float) -> float:
    """Points as the rankings of juniors and masters count them: times the coefficient of the lifter's age in years.

    NaN where OpenLifter's coefficient is (`ages.age_coefficient`).
    """
    return unadjusted * age_coefficient(coefficients, age)


def ah(sex: Sex, bodyweight_kg: float, total_kg: float) -> float:
    """Points by Haleczko's formula (ParaPL), men from 32 to 157 kg, women from 28 to 112 kg, outside as at these."""
    if sex is Sex.F:
        return total_kg * (2.7566 / math.pow(math.log10(min(max(bodyweight_kg, 28.0), 112.0)), 1.8))
    return total_kg * (3.2695 / math.pow(math.log10(min(max(bodyweight_kg, 32.0), 157.0)), 1.95))


def nasa(bodyweight_kg: float, total_kg: float) -> float:
    """Points of the federation NASA, by OpenPowerlifting's fit to its table; 0 below 30 kg bodyweight."""
    if bodyweight_kg < 30:
        return 0.0
    return total_kg / bodyweight_kg * (0.00620912 * bodyweight_kg + 0.565697)


def bodyweight_multiple(bodyweight_kg: float, total_kg: float) -> float:
    """How many times their own weight a lifter has lifted; 0 without bodyweight or total."""
    if bodyweight_kg <= 0 or total_kg <= 0:
        return 0.0
    return total_kg / bodyweight_kg
