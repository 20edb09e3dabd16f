"""Which weight class a lifter is in, and what it is called."""

from __future__ import annotations

from appliance.powerlifting.model import Entry, Meet

_LBS_PER_KG = 2.20462262

# Rounded down, the 82.5 kg class would be one of 181; 183 is what the IPF's 83 kg class is called everywhere.
_CALLED_OTHERWISE = {182: 183}


def weight_class(entry: Entry, meet: Meet) -> str:
    """The upper limit of a lifter's class in kg as text, with a ``+`` where there is none above; "" if not known."""
    limits = meet.classes_kg.get(entry.sex, ())
    if entry.bodyweight_kg == 0 or not limits:
        return ""
    limit = next((limit for limit in limits if entry.bodyweight_kg <= limit), None)
    return _text(limits[-1]) + "+" if limit is None else _text(limit)


def in_pounds(weight_class_kg: str) -> str:
    """What a class is called in a pound meet: its limit in whole pounds."""
    limit = weight_class_kg.rstrip("+")
    if not limit:
        return ""
    pounds = int(float(limit) * _LBS_PER_KG)
    return f"{_CALLED_OTHERWISE.get(pounds, pounds)}{weight_class_kg[len(limit) :]}"


def _text(limit: float) -> str:
    return str(int(limit)) if limit.is_integer() else repr(limit)
