"""The stand-in is as treacherous as OpenLifter, with nothing of ours that would heal it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error

from tests.browser.conftest import Tables
from tests.browser.recorded import RECORDINGS, Way, actions_of, perform, state_of
from tests.browser.table import Table

HERE = Path(__file__).parent

ACTIONS = """
window.seen = [];
const before = window.__REDUX_DEVTOOLS_EXTENSION_COMPOSE__;
window.__REDUX_DEVTOOLS_EXTENSION_COMPOSE__ = (...enhancers) => {
  window.enhancers = enhancers.length;
  const watched = (createStore) => (reducer, preloaded) => {
    const noted = (state, action) => {
      if (!action.type.startsWith("@@")) window.seen.push(action);
      return reducer(state, action);
    };
    return enhancers.reduceRight((next, enhancer) => enhancer(next), createStore)(noted, preloaded);
  };
  return watched;
};
"""


async def seen(table: Table) -> list[dict[str, Any]]:
    """The actions since the last time."""
    actions: list[dict[str, Any]] = await table.page.evaluate("window.seen.splice(0)")
    return actions


@pytest.fixture
async def platform(table: Tables) -> Table:
    """A table without our script, two lifters on its Lifting page, whose actions can be `seen`."""
    at = await table("platform")
    # What is tested is OpenLifter's behaviour, which our script is there to change.
    await at.context.route("**/static/openlifter/**", lambda route: route.abort())
    await at.page.add_init_script(ACTIONS)
    await at.open()
    for name, opener in (("Ann", 100), ("Bob", 120)):
        defaults = {"name": name, "events": ["SBD"], "squatKg": [opener, 0, 0, 0, 0]}
        await at.operator.dispatch({"type": "NEW_REGISTRATION", "overwriteDefaults": defaults})
    await at.operator.open_page("lifting")
    return at


async def test_its_store_is_made_by_whoever_stands_in_for_the_developers_tools(platform: Table) -> None:
    assert await platform.page.evaluate("window.enhancers") == 1
    types = [action["type"] for action in await seen(platform)]
    assert types[:2] == ["persist/PERSIST", "persist/REHYDRATE"]


async def test_a_typed_attempt_changes_the_entry_that_was_there_before(platform: Table) -> None:
    same = """() => {
      const before = standin.store.getState().registration;
      const [ann] = before.entries;
      standin.store.dispatch(
        { type: "ENTER_ATTEMPT", entryId: ann.id, lift: "S", attemptOneIndexed: 1, weightKg: 105 });
      const after = standin.store.getState().registration;
      return { sameEntry: after.entries[0] === ann, sameList: after.entries === before.entries, was: ann.squatKg[0] };
    }"""
    assert await platform.page.evaluate(same) == {"sameEntry": True, "sameList": False, "was": 105}


async def test_an_attempt_that_is_only_visited_is_sent(platform: Table) -> None:
    await seen(platform)
    await platform.operator.visit(platform.operator.attempt_field(5000, "S", 1))
    sent = {"type": "ENTER_ATTEMPT", "entryId": 5000, "lift": "S", "attemptOneIndexed": 1, "weightKg": 100}
    assert await seen(platform) == [sent]


async def test_a_change_from_elsewhere_does_not_reach_a_mounted_attempt_which_then_undoes_it(platform: Table) -> None:
    state = await platform.operator.state()
    state["registration"]["entries"][0]["squatKg"][0] = 105
    await platform.operator.dispatch({"type": "OVERWRITE_STORE", "store": state})

    field = platform.operator.attempt_field(5000, "S", 1)
    assert await field.input_value() == "100"
    await platform.operator.visit(field)
    assert (await platform.operator.slice("registration"))["entries"][0]["squatKg"][0] == 100


async def test_a_stale_bodyweight_is_written_back_when_it_is_visited(platform: Table) -> None:
    await platform.operator.weigh_in(5000, bodyweightKg="82,5")
    await platform.operator.dispatch(
        {"type": "UPDATE_REGISTRATION", "entryId": 5000, "changes": {"bodyweightKg": 83.1}}
    )
    await platform.operator.visit(await platform.operator.weigh_in_field(5000, "bodyweightKg"))
    assert (await platform.operator.entry(5000) or {})["bodyweightKg"] == 82.5


async def test_stale_divisions_take_back_those_of_others(platform: Table) -> None:
    await platform.operator.open_page("meet-setup")
    await platform.operator.dispatch({"type": "SET_DIVISIONS", "divisions": ["Open", "Masters"]})
    await platform.operator.choose(platform.operator.field("Divisions", begins=True), ["Juniors"], typed=True)
    assert (await platform.operator.slice("meet"))["divisions"] == ["Juniors"]


async def test_another_language_is_another_page(platform: Table) -> None:
    nav = platform.page.locator("#root nav .navbar-nav")
    await nav.evaluate("(nav) => nav.append(Object.assign(document.createElement('a'), { id: 'ours' }))")
    await platform.operator.open_page("registration")
    assert await nav.locator("#ours").count() == 1
    await platform.operator.choose_language("de")
    assert await nav.locator("#ours").count() == 0


async def test_it_remembers_and_knows_its_addresses(platform: Table) -> None:
    await platform.new_page()
    await platform.open("weigh-ins")
    assert await platform.page.locator("tbody td:nth-child(3)").all_text_contents() == ["Ann", "Bob"]
    await platform.open("no-such-page")
    assert await platform.page.locator("#root > div > *").count() == 1


async def test_an_import_is_many_actions_in_one_tick(platform: Table) -> None:
    await seen(platform)
    header = "Day,Platform,Flight,Name,Sex,Equipment,Division1,Event1"
    csv = "\n".join((header, "1,1,B,Cleo,F,Wraps,Open,SBD", "1,1,B,Dan,M,Bare,Open,B", ""))
    await platform.operator.import_registrations(csv, overwrite=True)
    await platform.page.wait_for_function("window.seen.length === 4")
    deletes, news = ["DELETE_REGISTRATION"] * 2, ["NEW_REGISTRATION"] * 2
    assert [action["type"] for action in await seen(platform)] == deletes + news


async def test_nobody_but_the_appliance_is_asked(platform: Table) -> None:
    await platform.operator.mark(good=True)
    await platform.operator.type_attempt(5000, "S", 2, "110")
    # OpenLifter tries to, at each lifting order; the page's policy stops it.
    assert any("localhost:3001" in error for error in platform.console_errors)
    assert platform.elsewhere == set()


async def test_whoever_else_is_asked_is_noted(platform: Table) -> None:
    with pytest.raises(Error):
        await platform.page.goto("http://127.0.0.2:9/")
    assert platform.elsewhere == {"127.0.0.2:9"}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded meets are not beside this checkout")
async def test_a_recorded_meet_performed_by_hand_ends_as_recorded(platform: Table) -> None:
    initial, final = state_of("all-actions.initial.json"), state_of("all-actions.openlifter")
    await platform.operator.dispatch({"type": "OVERWRITE_STORE", "store": initial})
    await platform.open()
    ways = [await perform(platform.operator, line.action) for line in actions_of("all-actions")]
    assert ways.count(Way.BY_HAND) > len(ways) / 2
    assert await platform.operator.state() == final


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded meets are not beside this checkout")
def test_its_reducers_end_the_recorded_meets_as_openlifter_did() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    run = subprocess.run(
        [node, "--test", str(HERE / "standin.test.js")],
        env={**os.environ, "OPENLIFTER_RECORDINGS": str(RECORDINGS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
