"""Recorded meets, performed by hand: each action by clicks and typing where the page has a field for it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.operator import BAR_NAMES, CLASSES_LABELS, Operator, typed_weight

RECORDINGS = Path(os.environ.get("TESTS_RECORDINGS") or Path(__file__).parents[3] / "shared" / "openlifter" / "public")
"""Where the recorded meets are, beside the checkout; they are no part of it. The variable names another set of them."""

Action: TypeAlias = Mapping[str, Any]

LIFT_NAMES = {"S": "squat", "B": "bench", "D": "deadlift"}

REGISTRATION_TEXTS = {
    "memberId": "Member ID",
    "team": "Team",
    "instagram": "Instagram",
    "notes": "Notes (for your personal use)",
    "lot": "Lot #",
}
REGISTRATION_COPIES = {"birthDate": "Date of Birth", "age": "Age", "country": "Country", "state": "State"}
REGISTRATION_SELECTS = {
    "day": "Day",
    "platform": "Platform",
    "flight": "Flight",
    "sex": "Sex",
    "equipment": "Equipment",
    "guest": "Guest",
}
REGISTRATION_LISTS = {"divisions": "Divisions", "events": "Events"}
WEIGH_IN_TEXTS = ("squatRackInfo", "benchRackInfo")

MEET_TEXTS = {
    "name": "Meet Name",
    "federation": "Federation",
    "country": "Country",
    "state": "State/Province",
    "city": "City/Town",
}
MEET_SELECTS = {
    "formula": "Best Lifter Formula",
    "ageCoefficients": "Age Coefficients for Best Juniors/Masters Lifter",
}
MEET_QUESTIONS = {
    "combineSleevesAndWraps": "Should Sleeves and Wraps be combined for placing?",
    "combineSingleAndMulti": "Should Single-ply and Multi-ply be combined for placing?",
    "allow4thAttempts": "Can lifters take 4th attempts for records?",
    "showAlternateUnits": "Also show attempts in",
    "roundTotalsDown": "Remove fractional weights from totals?",
}
UNITS = "In what units are attempts and bodyweights?"


class Way(Enum):
    """How an action was performed."""

    BY_HAND = "by hand"
    DISPATCHED = "dispatched"


class _NoField(Exception):
    """No page has a field that would do this."""


class Recorded(msgspec.Struct, frozen=True):
    """One line of `*.actions.jsonl`."""

    t: float
    """Seconds since 06:00 of the first day."""
    location: str
    action: dict[str, Any]


def actions_of(meet: str) -> list[Recorded]:
    """What was done at a recorded meet, in order."""
    lines = (RECORDINGS / f"{meet}.actions.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Recorded) for line in lines]


def state_of(name: str) -> dict[str, Any]:
    """A recorded state: `club-kg.initial.json`, `club-kg.openlifter`."""
    return msgspec.json.decode((RECORDINGS / name).read_bytes(), type=dict[str, Any])


async def perform(operator: Operator, action: Action) -> Way:
    """Do what an action records: by hand if that gives the very same, else through the store's door."""
    by_hand = _BY_HAND.get(action["type"])
    if by_hand is not None:
        try:
            await by_hand(operator, action)
        except (_NoField, PlaywrightTimeout):
            pass
        else:
            if await _has_happened(operator, action):
                return Way.BY_HAND
    await operator.dispatch(action)
    return Way.DISPATCHED


async def _has_happened(operator: Operator, action: Action) -> bool:
    """Whether the state is as the action leaves it; what makes or removes entries is not looked at again."""
    kind = action["type"]
    if kind in ("UPDATE_REGISTRATION", "ENTER_ATTEMPT", "MARK_LIFT"):
        entry = await operator.entry(action["entryId"])
        return entry is not None and all(entry.get(key) == value for key, value in _entry_after(entry, action).items())
    if kind in ("SET_LIFTING_GROUP", "OVERRIDE_ATTEMPT", "OVERRIDE_ENTRY_ID", "SET_TABLE_INFO"):
        return _holds(await operator.slice("lifting"), _lifting_after(action))
    if kind in _MEET_AFTER:
        return _holds(await operator.slice("meet"), _MEET_AFTER[kind](action))
    return True


def _holds(part: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return all(part[key] == value for key, value in expected.items())


def _entry_after(entry: Mapping[str, Any], action: Action) -> Mapping[str, Any]:
    if action["type"] == "UPDATE_REGISTRATION":
        return cast(Mapping[str, Any], action["changes"])
    entered = action["type"] == "ENTER_ATTEMPT"
    key = LIFT_NAMES[action["lift"]] + ("Kg" if entered else "Status")
    values = list(entry[key])
    values[action["attemptOneIndexed"] - 1] = action["weightKg"] if entered else (1 if action["success"] else -1)
    return {key: values}


def _lifting_after(action: Action) -> Mapping[str, Any]:
    match action["type"]:
        case "OVERRIDE_ATTEMPT":
            return {"overrideAttempt": action["attempt"]}
        case "OVERRIDE_ENTRY_ID":
            return {"overrideEntryId": action["entryId"]}
        case "SET_TABLE_INFO":
            return cast(Mapping[str, Any], action["changes"])
    group = {key: action[key] for key in ("day", "platform", "flight", "lift")}
    return {**group, "overrideAttempt": None, "overrideEntryId": None}


_MEET_AFTER: dict[str, Callable[[Action], Mapping[str, Any]]] = {
    "SET_MEET_NAME": lambda action: {"name": action["name"]},
    "SET_FEDERATION": lambda action: {"federation": action["federation"]},
    "SET_FORMULA": lambda action: {"formula": action["formula"]},
    "SET_DIVISIONS": lambda action: {"divisions": action["divisions"]},
    "SET_MEET_DATE": lambda action: {"date": action["date"]},
    "SET_LENGTH_DAYS": lambda action: {"lengthDays": action["length"]},
    "SET_IN_KG": lambda action: {"inKg": action["inKg"]},
    "SET_BAR_AND_COLLARS_WEIGHT_KG": lambda action: {
        f"{LIFT_NAMES[action['lift']]}BarAndCollarsWeightKg": action["weightKg"]
    },
    "UPDATE_MEET": lambda action: action["changes"],
}


# ------------------------------------------------------------------------------------------- home, meet setup


async def _overwrite_store(operator: Operator, action: Action) -> None:
    async with operator.until_other_lifters():
        await operator.load(action["store"])


async def _change_language(operator: Operator, action: Action) -> None:
    await operator.open_page("")
    if not await operator.offers(operator.page.locator("#root select.custom-select").first, action["language"]):
        raise _NoField
    await operator.choose_language(action["language"])


async def _update_meet(operator: Operator, action: Action) -> None:
    changes = action["changes"]
    if len(changes) != 1:
        raise _NoField
    [(key, value)] = changes.items()
    await _set_meet_field(operator, key, value)


async def _set_meet_field(operator: Operator, key: str, value: object) -> None:
    if key in MEET_TEXTS:
        await operator.type_meet_field(MEET_TEXTS[key], str(value))
    elif key in MEET_SELECTS:
        await operator.open_page("meet-setup")
        await operator.field(MEET_SELECTS[key]).locator("select").select_option(str(value))
    elif key in MEET_QUESTIONS:
        await operator.press_meet_button(MEET_QUESTIONS[key], "Yes" if value else "No")
    else:
        raise _NoField


async def _set_meet_name(operator: Operator, action: Action) -> None:
    await _set_meet_field(operator, "name", action["name"])


async def _set_federation(operator: Operator, action: Action) -> None:
    await _set_meet_field(operator, "federation", action["federation"])


async def _set_formula(operator: Operator, action: Action) -> None:
    await _set_meet_field(operator, "formula", action["formula"])


async def _set_divisions(operator: Operator, action: Action) -> None:
    await operator.open_page("meet-setup")
    await operator.choose(operator.field("Divisions", begins=True), action["divisions"], typed=True)


async def _set_weight_classes(operator: Operator, action: Action) -> None:
    await operator.open_page("meet-setup")
    field = operator.field(f"{CLASSES_LABELS[action['sex']]} Weight Classes", begins=True)
    await operator.choose(field, [typed_weight(limit, in_kg=True) for limit in action["classesKg"]], typed=True)


async def _set_meet_date(operator: Operator, action: Action) -> None:
    await operator.choose_date(action["date"])


async def _set_length_days(operator: Operator, action: Action) -> None:
    await operator.type_meet_field("Days of Lifting", str(action["length"]))


async def _set_platform_count(operator: Operator, action: Action) -> None:
    if action["day"] > (await operator.slice("meet"))["lengthDays"]:
        raise _NoField
    await operator.type_meet_field(f"Platforms on Day {action['day']}", str(action["count"]))


async def _set_in_kg(operator: Operator, action: Action) -> None:
    await operator.press_meet_button(UNITS, "Kilograms" if action["inKg"] else "Pounds")


async def _set_bar(operator: Operator, action: Action) -> None:
    in_kg = (await operator.slice("meet"))["inKg"]
    label = f"{BAR_NAMES[action['lift']]} Bar + Collars"
    await operator.type_meet_field(label, typed_weight(action["weightKg"], in_kg))


async def _set_plate(operator: Operator, action: Action) -> None:
    plates = (await operator.slice("meet"))["plates"]
    same = [
        index
        for index, plate in enumerate(plates)
        if (plate["weightKg"], plate["color"]) == (action["weightKg"], action["color"])
    ]
    if not same:
        raise _NoField
    await operator.open_page("meet-setup")
    await operator.type_and_leave(operator.plate_pairs(same[0]), str(action["pairCount"]))


# ------------------------------------------------------------------------------------ registration, weigh-ins


async def _new_registration(operator: Operator, action: Action) -> None:
    if action["overwriteDefaults"]:
        raise _NoField
    await operator.add_lifter()


async def _delete_registration(operator: Operator, action: Action) -> None:
    if await operator.entry(action["entryId"]) is None:
        raise _NoField
    await operator.delete_lifter(action["entryId"])


async def _assign_lots(operator: Operator, action: Action) -> None:
    lots = action["lotNumbers"]
    if lots == list(range(1, len(lots) + 1)):
        await operator.assign_lots("Assign Sequentially")
    elif not any(lots):
        await operator.assign_lots("Remove Lot Numbers")
    else:
        raise _NoField


async def _update_registration(operator: Operator, action: Action) -> None:
    if await operator.entry(action["entryId"]) is None:
        raise _NoField
    for key, value in action["changes"].items():
        await _set_entry_field(operator, action["entryId"], key, value)


async def _set_entry_field(operator: Operator, entry_id: int, key: str, value: object) -> None:
    if key == "bodyweightKg":
        in_kg = (await operator.slice("meet"))["inKg"]
        await operator.weigh_in(entry_id, bodyweightKg=typed_weight(cast(float, value), in_kg))
        return
    if key in WEIGH_IN_TEXTS:
        await operator.weigh_in(entry_id, **{key: str(value)})
        return
    if key == "name":
        await operator.type_name(entry_id, str(value))
        return
    text = "" if value == 0 and not isinstance(value, bool) else str(value)
    card = await operator.lifter_card(entry_id)
    if key in REGISTRATION_TEXTS:
        await operator.type_on(operator.field(REGISTRATION_TEXTS[key], card).locator("input"), text)
    elif key in REGISTRATION_COPIES:
        await operator.type_and_leave(operator.field(REGISTRATION_COPIES[key], card).locator("input"), text)
    elif key in REGISTRATION_SELECTS:
        select = operator.field(REGISTRATION_SELECTS[key], card).locator("select")
        option = text.lower() if isinstance(value, bool) else text
        if not await operator.offers(select, option):
            raise _NoField
        await select.select_option(option)
    elif key in REGISTRATION_LISTS:
        await operator.choose(operator.field(REGISTRATION_LISTS[key], card), cast(list[str], value))
    else:
        raise _NoField


# ---------------------------------------------------------------------------------------------------- lifting


async def _enter_attempt(operator: Operator, action: Action) -> None:
    entry_id, lift, attempt = action["entryId"], action["lift"], action["attemptOneIndexed"]
    text = typed_weight(action["weightKg"], (await operator.slice("meet"))["inKg"])
    if attempt > 1 or operator.page.url.endswith("/lifting"):
        await operator.open_page("lifting")
        field = operator.attempt_field(entry_id, lift, attempt)
        if await field.count() > 0:
            await operator.type_and_leave(field, text)
            return
    if attempt > 1:
        raise _NoField
    opener = await operator.weigh_in_field(entry_id, lift)
    if await opener.is_disabled():
        raise _NoField
    await operator.type_and_leave(opener, text)


async def _mark_lift(operator: Operator, action: Action) -> None:
    await operator.open_page("lifting")
    if (await operator.slice("lifting"))["lift"] != action["lift"]:
        raise _NoField
    for name, value in (("attempt", action["attemptOneIndexed"]), ("lifter", action["entryId"])):
        select = operator.lifting_select(name)
        if not await operator.offers(select, value):
            raise _NoField
        if await select.input_value() != str(value):
            await select.select_option(str(value))
    await operator.mark(good=action["success"])


async def _set_lifting_group(operator: Operator, action: Action) -> None:
    await operator.open_page("lifting")
    for name in ("day", "platform", "lift", "flight"):
        select = operator.lifting_select(name)
        if not await operator.offers(select, action[name]):
            raise _NoField
        if name == "flight" or await select.input_value() != str(action[name]):
            await select.select_option(str(action[name]))


async def _override_attempt(operator: Operator, action: Action) -> None:
    await operator.open_page("lifting")
    if not await operator.offers(operator.lifting_select("attempt"), action["attempt"]):
        raise _NoField
    await operator.choose_lifting(attempt=action["attempt"])


async def _override_entry(operator: Operator, action: Action) -> None:
    await operator.open_page("lifting")
    if not await operator.offers(operator.lifting_select("lifter"), action["entryId"]):
        raise _NoField
    await operator.choose_lifting(lifter=action["entryId"])


_BY_HAND: dict[str, Callable[[Operator, Action], Awaitable[None]]] = {
    "OVERWRITE_STORE": _overwrite_store,
    "CHANGE_LANGUAGE": _change_language,
    "UPDATE_MEET": _update_meet,
    "SET_MEET_NAME": _set_meet_name,
    "SET_FEDERATION": _set_federation,
    "SET_FORMULA": _set_formula,
    "SET_DIVISIONS": _set_divisions,
    "SET_WEIGHTCLASSES": _set_weight_classes,
    "SET_MEET_DATE": _set_meet_date,
    "SET_LENGTH_DAYS": _set_length_days,
    "SET_PLATFORM_COUNT": _set_platform_count,
    "SET_IN_KG": _set_in_kg,
    "SET_BAR_AND_COLLARS_WEIGHT_KG": _set_bar,
    "SET_PLATE_CONFIG": _set_plate,
    "NEW_REGISTRATION": _new_registration,
    "DELETE_REGISTRATION": _delete_registration,
    "ASSIGN_LOT_NUMBERS": _assign_lots,
    "UPDATE_REGISTRATION": _update_registration,
    "ENTER_ATTEMPT": _enter_attempt,
    "MARK_LIFT": _mark_lift,
    "SET_LIFTING_GROUP": _set_lifting_group,
    "OVERRIDE_ATTEMPT": _override_attempt,
    "OVERRIDE_ENTRY_ID": _override_entry,
}
