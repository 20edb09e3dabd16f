"""Kilograms and pounds, how weights and points are shown, and the names of weight classes.

All weights are kept in kg as unrounded doubles, in pound meets as well; pounds exist on the screen and in files only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from appliance.powerlifting.javascript import decimal_text, round_half_up
from appliance.powerlifting.words import Language

LBS_PER_KG: Final = 2.20462262
"""OpenLifter's factor; the exact one has more digits."""

_POINT: Final = frozenset({Language.EN, Language.ZH_HANS})
"""Languages with a decimal point; the others have a comma (Unicode CLDR)."""

_MINUS: Final = frozenset({Language.ET, Language.HR, Language.LT})
"""Languages with a minus sign of their own in place of the hyphen (Unicode CLDR)."""


def kg_to_lbs(kg: float) -> float:
    """Kilograms in pounds, unrounded."""
    return kg * LBS_PER_KG


def lbs_to_kg(lbs: float) -> float:
    """Pounds in kilograms, unrounded."""
    return lbs / LBS_PER_KG


def shown_weight(weight: float) -> float:
    """The number that `display_weight` writes: two places, and a last digit of 9 is taken for a lost conversion.

    So 182.49 counts as 182.5 and 99.99 as 100. Negative weights, which are failed attempts, keep their 9.
    """
    return _hundredths(weight) / 100


def display_weight(weight: float, language: Language = Language.EN) -> str:
    """A weight, in either unit, with at most two places: "182.5". No lift at a weight of -0 is "-0"."""
    return _in_language(decimal_text(shown_weight(weight), least_places=0, most_places=2), language)


def display_weight_one_place(weight: float, language: Language = Language.EN) -> str:
    """A weight, in either unit, with at most one place, the second one cut off: "699.9" for 699.97.

    This is how the card of the current lifter shows it.
    """
    tenths = _hundredths(weight) / 10
    if math.isfinite(tenths):
        tenths = math.copysign(math.trunc(tenths), tenths)
    return _in_language(decimal_text(tenths / 10, least_places=0, most_places=1), language)


def display_points(points: float, language: Language = Language.EN) -> str:
    """Points with two places: "285.70"."""
    return _in_language(decimal_text(points, least_places=2, most_places=2), language)


def weight_text(kg: float, *, in_kg: bool, alternate_units: bool) -> str:
    """A weight with its unit, the meet's first: "100kg / 220.46lb", "220.46lb / 100kg"; without alternate, one only.

    In English, as in OpenLifter's column of totals.
    """
    return _with_units(display_weight(kg), display_weight(kg_to_lbs(kg)), in_kg, alternate_units)


def weight_text_one_place(kg: float, *, in_kg: bool, alternate_units: bool) -> str:
    """As `weight_text`, with one place at most: "100kg / 220.4lb". OpenLifter's card of the current lifter."""
    return _with_units(display_weight_one_place(kg), display_weight_one_place(kg_to_lbs(kg)), in_kg, alternate_units)


def weight_class(limits_kg: Sequence[float], bodyweight_kg: float) -> str:
    """The name of a lifter's class in kg: "67.5", above the last limit "140+"; written as weights are.

    Empty for a bodyweight of 0, which nobody has weighed, and where there are no classes.

    Args:
        limits_kg: Ascending; a lifter on the limit is in the class.
        bodyweight_kg: As weighed, in kg.
    """
    if bodyweight_kg == 0 or not limits_kg:
        return ""
    for limit in limits_kg:
        if bodyweight_kg <= limit:
            return display_weight(limit)
    return f"{display_weight(limits_kg[-1])}+"


def weight_class_in_lbs(name: str) -> str:
    """The name of a class in whole pounds, cut off, of its name in kg: "181" for "82.5", "308+" for "140+".

    182 becomes 183: 83 kg are 182.98 lb, and the class is called so. "" gives "0", as in OpenLifter.

    Raises:
        ValueError: The name is not one of `weight_class`.
    """
    limit = name.removesuffix("+")
    lbs = math.floor(kg_to_lbs(float(limit or 0)))
    return f"{183 if lbs == 182 else lbs}{name[len(limit) :]}"


def _hundredths(weight: float) -> float:
    hundredths = round_half_up(weight * 100)
    return hundredths + 1 if hundredths > 0 and hundredths % 10 == 9 else hundredths


def _in_language(text: str, language: Language) -> str:
    if language not in _POINT:
        text = text.replace(".", ",")
    return text.replace("-", "\N{MINUS SIGN}") if language in _MINUS else text


def _with_units(kg: str, lbs: str, in_kg: bool, alternate_units: bool) -> str:
    in_order = [f"{kg}kg", f"{lbs}lb"] if in_kg else [f"{lbs}lb", f"{kg}kg"]
    return " / ".join(in_order if alternate_units else in_order[:1])
