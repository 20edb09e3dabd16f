"""What a person does at a table: opens pages, clicks and types, in the stand-in and in the real OpenLifter alike.

Nothing here knows our own script. What is in the store is read, and changed, through a door that no person has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import takewhile
from typing import Any, Literal, TypeAlias

import msgspec
from playwright.async_api import FilePayload, Locator, Page

PageName: TypeAlias = Literal[
    "", "meet-setup", "registration", "weigh-ins", "flight-order", "lifting", "results", "debug"
]
State: TypeAlias = dict[str, Any]

LBS_PER_KG = 2.20462262
BAR_NAMES = {"S": "Squat", "B": "Bench", "D": "Deadlift"}
CLASSES_LABELS = {"M": "Men's", "F": "Women's", "Mx": "Mx"}

WEIGH_IN_FIELDS = ("age", "bodyweightKg", "squatRackInfo", "S", "benchRackInfo", "B", "D")
"""The text fields of a row of the Weigh-ins page, from left to right; a lift stands for its opener."""

GROUP_SELECTS = ("day", "platform", "lift", "flight", "attempt", "lifter")
"""The selects under the Lifting page's table, from left to right."""

# The stand-in leaves its store at the window. OpenLifter does not: React's own tree leads to it.
STORE = """
const store = () => {
  if (globalThis.standin?.store) return globalThis.standin.store;
  let fiber = document.getElementById("root")._reactRootContainer._internalRoot.current;
  while (!fiber.memoizedProps?.store) fiber = fiber.child;
  return fiber.memoizedProps.store;
};
"""


class Operator:
    """A person in front of a page that shows OpenLifter."""

    def __init__(self, page: Page) -> None:
        self.page = page

    # ------------------------------------------------------------------------------- the door to the store

    async def state(self) -> State:
        """The whole state, as Save to File would write it."""
        state: State = await self.page.evaluate(f"() => {{ {STORE} return store().getState(); }}")
        return state

    async def slice(self, name: Literal["meet", "registration", "lifting"]) -> State:
        """One part of the state."""
        part: State = await self.page.evaluate(f"(name) => {{ {STORE} return store().getState()[name]; }}", name)
        return part

    async def entry(self, entry_id: int) -> State | None:
        """A lifter's entry, None if there is none."""
        find = "registration.entries.find((entry) => entry.id === id) ?? null"
        entry: State | None = await self.page.evaluate(
            f"(id) => {{ {STORE} return store().getState().{find}; }}", entry_id
        )
        return entry

    async def dispatch(self, action: Mapping[str, Any]) -> None:
        """Send an action to the store past every field."""
        await self.page.evaluate(f"(action) => {{ {STORE} store().dispatch(action); }}", dict(action))

    # ----------------------------------------------------------------------------------------------- pages

    async def open_page(self, name: PageName) -> None:
        """Go to a page by the bar at the top, unless it is the one that is open."""
        address = f"/openlifter/{name}".rstrip("/")
        if self.page.url.split("?")[0].split("#")[0].rstrip("/").endswith(address):
            return
        await self.page.locator(f'#root nav a.nav-link[href="{address}"]').click()

    async def load(self, store: Mapping[str, Any]) -> None:
        """Home: Load from File, a file with this state."""
        await self.open_page("")
        file: FilePayload = {
            "name": "meet.openlifter",
            "mimeType": "application/json",
            "buffer": msgspec.json.encode(store),
        }
        await self.page.locator("#loadhelper").set_input_files(file)

    @asynccontextmanager
    async def until_other_lifters(self) -> AsyncIterator[None]:
        """What is done within ends with another list of lifters, which the page reads from a file in its own time."""
        before = await self.page.evaluate_handle(f"() => {{ {STORE} return store().getState().registration; }}")
        yield
        changed = f"(before) => {{ {STORE} return store().getState().registration !== before; }}"
        await self.page.wait_for_function(changed, arg=before)

    async def start_new_meet(self) -> None:
        """Home: New Meet, and Continue if it asks."""
        await self.open_page("")
        await self.page.locator(".content-area, #root").get_by_text("New Meet", exact=True).last.click()
        again = self.page.locator('[role="dialog"] a.btn-primary')
        if await again.count() > 0:
            await again.click()

    async def choose_language(self, code: str) -> None:
        """Home: another language."""
        await self.open_page("")
        await self.page.locator("#root select.custom-select").first.select_option(code)

    # ---------------------------------------------------------------------------------------------- fields

    def field(self, label: str, within: Locator | None = None, *, begins: bool = False) -> Locator:
        """The group of a field, found by its English label; `begins`: by how its label begins."""
        where: Page | Locator = self.page if within is None else within
        test = f':text-matches("^{_escaped(label)}")' if begins else f':text-is("{label}")'
        return where.locator(f".form-group:has(> label{test})")

    async def type_and_leave(self, field: Locator, text: str) -> None:
        """Click into a text field, replace its text and leave it."""
        await field.click()
        await field.fill(text)
        await field.blur()

    async def visit(self, field: Locator) -> None:
        """Click into a field and leave it, nothing else."""
        await field.click()
        await field.blur()

    async def type_on(self, field: Locator, text: str) -> None:
        """Make a text field show `text`, key by key where that only adds to what is there; stay in it."""
        there = await field.input_value()
        if there and text.startswith(there):
            await field.press("End")
            await field.press_sequentially(text[len(there) :])
        else:
            await field.fill(text)

    async def choose(self, group: Locator, wanted: Sequence[str], *, typed: bool = False) -> None:
        """Make a list of chosen values hold these.

        Args:
            group: the field.
            wanted: what it shall hold.
            typed: whether values are made up by typing, not found in a menu.
        """
        chosen = group.locator('[class*="multiValue"]')
        there = await chosen.all_text_contents()
        keep = _common_start(there, wanted)
        for index in range(len(there) - 1, keep - 1, -1):
            await chosen.nth(index).locator("> div").nth(1).click()
        field = group.locator("input").last
        for value in wanted[keep:]:
            await field.fill(value)
            if typed:
                await field.press("Enter")
            else:
                await group.locator('[class*="option"]').get_by_text(value, exact=True).click()
        await field.blur()

    # ------------------------------------------------------------------------------------------ meet setup

    async def type_meet_field(self, label: str, text: str) -> None:
        """Meet Setup: a text or a number."""
        await self.open_page("meet-setup")
        await self.type_and_leave(self.field(label, begins=True).locator("input"), text)

    async def choose_date(self, date: str) -> None:
        """Meet Setup: the meet's date, YYYY-MM-DD, by leafing through the calendar."""
        await self.open_page("meet-setup")
        calendar = self.page.locator(".react-datepicker")
        year, month, day = map(int, date.split("-"))
        shown = await calendar.locator(".react-datepicker__current-month").inner_text()
        name, shown_year = shown.split()
        months = (year - int(shown_year)) * 12 + month - 1 - _MONTHS.index(name)
        turn = calendar.locator(f".react-datepicker__navigation--{'next' if months > 0 else 'previous'}")
        for _ in range(abs(months)):
            await turn.click()
        days = calendar.locator(f".react-datepicker__day--{day:03}:not(.react-datepicker__day--outside-month)")
        await days.click()

    async def press_meet_button(self, label: str, text: str) -> None:
        """Meet Setup: one of the two buttons of a question that begins so."""
        await self.open_page("meet-setup")
        await self.field(label, begins=True).get_by_role("button", name=text, exact=True).click()

    def plate_pairs(self, index: int) -> Locator:
        """Meet Setup: the number of pairs of a plate, by its place in the table."""
        return self.page.locator("#root table tbody tr").nth(index).locator("input.form-control")

    # ---------------------------------------------------------------------------------------- registration

    async def add_lifter(self) -> int:
        """Registration: New Lifter; returns the entry's id."""
        await self.open_page("registration")
        await self.page.locator("#root button.btn-lg").click()
        entries = (await self.slice("registration"))["entries"]
        return int(entries[-1]["id"])

    async def lifter_card(self, entry_id: int) -> Locator:
        """Registration: the card of a lifter."""
        await self.open_page("registration")
        ids = [entry["id"] for entry in (await self.slice("registration"))["entries"]]
        return self.page.locator("#root .card:has(> .card-header > input)").nth(ids.index(entry_id))

    async def name_field(self, entry_id: int) -> Locator:
        """Registration: the name of a lifter."""
        return (await self.lifter_card(entry_id)).locator(".card-header input")

    async def type_name(self, entry_id: int, name: str) -> None:
        """Registration: a lifter's name; one action for each key."""
        await self.type_on(await self.name_field(entry_id), name)

    async def delete_lifter(self, entry_id: int) -> None:
        """Registration: Delete."""
        await (await self.lifter_card(entry_id)).locator(".card-header button").click()

    async def assign_lots(self, how: str) -> None:
        """Registration: an item of Manage Lot Numbers, such as `Assign Sequentially`."""
        await self.open_page("registration")
        await self.page.get_by_role("button", name="Manage Lot Numbers").click()
        await self.page.locator(".dropdown-item").get_by_text(how, exact=True).click()

    async def import_registrations(self, csv: str, *, overwrite: bool) -> None:
        """Registration: a CSV file instead of all lifters, or after them."""
        await self.open_page("registration")
        button = "Overwrite Registrations from CSV" if overwrite else "Append Registrations from CSV"
        async with self.page.expect_file_chooser() as choosing:
            await self.page.get_by_role("button", name=button).click()
        chooser = await choosing.value
        await chooser.set_files({"name": "lifters.csv", "mimeType": "text/csv", "buffer": csv.encode()})

    # ------------------------------------------------------------------------------------------- weigh-ins

    async def weigh_in_row(self, entry_id: int) -> Locator:
        """Weigh-ins: the row of a lifter, found by name; lifters of one name stand in the order of registration."""
        await self.open_page("weigh-ins")
        entries = (await self.slice("registration"))["entries"]
        entry = next(each for each in entries if each["id"] == entry_id)
        twins = [each["id"] for each in entries if (each["day"], each["name"]) == (entry["day"], entry["name"])]
        day = self.page.locator(f'#root .card:has(> .card-header:text-is("Day {entry["day"]} Weigh-ins"))')
        rows = day.locator("tbody tr")
        names = await rows.locator("td:nth-child(3)").all_text_contents()
        places = [place for place, name in enumerate(names) if name == entry["name"]]
        return rows.nth(places[twins.index(entry_id)])

    async def weigh_in_field(self, entry_id: int, field: str) -> Locator:
        """Weigh-ins: one of WEIGH_IN_FIELDS of a lifter."""
        row = await self.weigh_in_row(entry_id)
        return row.locator("input").nth(WEIGH_IN_FIELDS.index(field))

    async def weigh_in(self, entry_id: int, **texts: str) -> None:
        """Weigh-ins: type some of WEIGH_IN_FIELDS, `weigh_in(5000, bodyweightKg="92.5", S="200")`."""
        for field, text in texts.items():
            await self.type_and_leave(await self.weigh_in_field(entry_id, field), text)

    # --------------------------------------------------------------------------------------------- lifting

    def attempt_field(self, entry_id: int, lift: str, attempt: int) -> Locator:
        """Lifting: the field of an open attempt; there is none for others."""
        return self.page.locator(f"#AttemptInput-{entry_id}-{lift}{attempt}")

    async def type_attempt(self, entry_id: int, lift: str, attempt: int, text: str) -> None:
        """Lifting: the weight of an open attempt, in the meet's unit."""
        await self.open_page("lifting")
        await self.type_and_leave(self.attempt_field(entry_id, lift, attempt), text)

    def lifting_select(self, name: str) -> Locator:
        """Lifting: one of GROUP_SELECTS."""
        return self.page.locator("#liftingView select").nth(GROUP_SELECTS.index(name))

    async def choose_lifting(self, **wanted: str | int) -> None:
        """Lifting: choose in some of GROUP_SELECTS, `choose_lifting(flight="B", attempt=2)`."""
        await self.open_page("lifting")
        for name, value in wanted.items():
            await self.lifting_select(name).select_option(str(value))

    async def mark(self, *, good: bool) -> None:
        """Lifting: Good Lift or No Lift for the lifter who is up."""
        await self.open_page("lifting")
        await self.page.get_by_role("button", name="Good Lift" if good else "No Lift", exact=True).click()

    async def offers(self, select: Locator, value: object) -> bool:
        """Whether a select is there and has an option."""
        return await select.locator(f'option[value="{value}"]').count() > 0


def typed_weight(kg: float, in_kg: bool) -> str:
    """What to type, in the meet's unit, to mean a weight exactly; nothing for 0."""
    if kg == 0:
        return ""
    if in_kg:
        return _plain(kg)
    texts = (_plain(round(kg * LBS_PER_KG, digits)) for digits in range(7))
    return next((text for text in texts if float(text) / LBS_PER_KG == kg), _plain(kg * LBS_PER_KG))


def _plain(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


def _common_start(first: Sequence[str], second: Sequence[str]) -> int:
    """How many items two lists share from their start on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _escaped(label: str) -> str:
    return "".join(f"\\\\{char}" if char in "().+?#" else char for char in label)


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
