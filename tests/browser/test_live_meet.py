"""A whole recorded meet, typed in at three tables, one of which is cut off for a third of its work."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from tests.browser.conftest import Tables
from tests.browser.live import LiveTab, agree, shared
from tests.browser.recorded import RECORDINGS, Recorded, Way, actions_of, perform, state_of
from tests.browser.table import Table

MEET = "club-kg"


class Ids:
    """The recorded ids of lifters, and those that they have in this meet."""

    def __init__(self) -> None:
        self._here: dict[int, int] = {}

    def added(self, recorded: int, here: int) -> None:
        """One more lifter."""
        self._here[recorded] = here

    def translated(self, action: dict[str, Any]) -> dict[str, Any]:
        """A recorded action, for the lifter whom it means here."""
        entry_id = action.get("entryId")
        return {**action, "entryId": self._here[entry_id]} if entry_id is not None else action

    def recorded(self, state: dict[str, Any]) -> dict[str, Any]:
        """A state with the recorded ids."""
        there = {here: recorded for recorded, here in self._here.items()}
        entries = [{**entry, "id": there[entry["id"]]} for entry in state["registration"]["entries"]]
        return {**state, "registration": {"entries": entries}}


async def do(table: Table, recorded: Recorded, ids: Ids, next_recorded_id: int) -> tuple[Way, int]:
    """One action, by hand where there is a field for it; returns how, and the next recorded id."""
    if recorded.action["type"] != "NEW_REGISTRATION":
        return await perform(table.operator, ids.translated(recorded.action)), next_recorded_id
    before = {entry["id"] for entry in (await table.operator.slice("registration"))["entries"]}
    way = await perform(table.operator, recorded.action)
    (added,) = {entry["id"] for entry in (await table.operator.slice("registration"))["entries"]} - before
    ids.added(next_recorded_id, added)
    return way, next_recorded_id + 1


@pytest.mark.timeout(420)
async def test_three_tables_end_as_recorded_though_one_was_apart_for_a_third_of_its_work(table: Tables) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"no recorded meets in {RECORDINGS}")
    actions = actions_of(MEET)
    work = Counter(each.location for each in actions)
    places = list(work)
    tables = {place: await table(place) for place in places}
    first = tables[places[0]]
    await first.operator.dispatch({"type": "OVERWRITE_STORE", "store": state_of(f"{MEET}.initial.json")})
    priorities = {place: 10 * rank for rank, place in enumerate(places, 1)}
    meet_id = await LiveTab(first).make_live(places[0], locations=priorities)
    for place in places[1:]:
        await LiveTab(tables[place]).join(meet_id, place)

    apart = max(places, key=lambda place: work[place])
    done: Counter[str] = Counter()
    ways: Counter[Way] = Counter()
    ids, next_recorded_id, last = Ids(), 5000, first
    for each in actions:
        here = tables[each.location]
        if each.location == apart and done[apart] == work[apart] // 3:
            await here.offline()
        if each.location == apart and done[apart] == 2 * work[apart] // 3:
            await LiveTab(here).is_offline()
            await here.offline(False)
            await LiveTab(here).is_live()
        is_apart = work[apart] // 3 <= done[apart] < 2 * work[apart] // 3
        if here is not last and not (is_apart and tables[apart] in (here, last)):
            await agree(here, last)
        way, next_recorded_id = await do(here, each, ids, next_recorded_id)
        ways[way] += 1
        done[each.location] += 1
        last = here

    await agree(*tables.values())
    recorded = state_of(f"{MEET}.openlifter")
    for at in tables.values():
        await LiveTab(at).is_live()
        state = await at.operator.state()
        assert shared(ids.recorded(state)) == shared(recorded)
        assert at.elsewhere == set()
    lifting = msgspec.json.decode((RECORDINGS / f"{MEET}.results.json").read_bytes())["liftingByLocation"]
    for place, expected in lifting.items():
        assert (await tables[place].operator.state())["lifting"] == expected
    assert ways[Way.BY_HAND] > ways[Way.DISPATCHED]
