"""Cables are pulled, tabs are killed, the appliance dies: no change is lost."""

from __future__ import annotations

from playwright.async_api import expect

from appliance.client.server_process import ServerProcess
from tests.browser.conftest import Tables
from tests.browser.live import LiveTab, agree
from tests.browser.table import Table
from tests.browser.test_live_tables import entry_ids, venue

KEEPER = "openlifter-appliance.clientId"


async def enter(table: Table, entry_id: int, *weights: float) -> None:
    """Attempts of one lifter, as the Lifting page sends them."""
    for number, weight in enumerate(weights, 1):
        action = {"entryId": entry_id, "lift": "B", "attemptOneIndexed": number, "weightKg": weight}
        await table.operator.dispatch({"type": "ENTER_ATTEMPT", **action})


async def bench(table: Table, entry_id: int) -> list[float]:
    entry = await table.operator.entry(entry_id)
    assert entry is not None
    weights: list[float] = entry["benchKg"]
    return weights


async def test_a_tab_that_is_killed_while_apart_goes_on_where_it_was(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    live = LiveTab(platform)
    await live.watch_the_wire()
    await platform.page.reload()
    await live.is_live()
    ids = entry_ids(await platform.operator.state())
    await live.cut()
    await enter(platform, ids[0], 80, 90)
    # A crash: the page goes in the very task after the change, and the browser puts the same tab there again.
    identity = await platform.page.evaluate("(key) => sessionStorage.getItem(key)", KEEPER)
    await platform.new_page()
    await platform.page.add_init_script(f"sessionStorage.setItem('{KEEPER}', '{identity}')")
    await platform.open()
    await live.is_offline()
    await expect(live.badge).to_contain_text("2")
    assert (await bench(platform, ids[0]))[:2] == [80, 90]
    await enter(platform, ids[1], 70)
    live.mend()
    await live.is_live()
    await agree(platform, desk)
    assert (await bench(desk, ids[0]))[:2] == [80, 90]
    assert (await bench(desk, ids[1]))[0] == 70


async def test_the_changes_of_a_closed_tab_are_offered_by_the_next_and_sent_in_its_name(table: Tables) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    ids = entry_ids(await platform.operator.state())
    await platform.offline()
    await enter(platform, ids[0], 80)
    await platform.page.wait_for_timeout(300)
    await platform.new_page()
    await platform.offline(False)
    await platform.open("live")
    await platform.page.get_by_role("button", name="Send").first.click()
    await expect(platform.page.locator("#live-page")).not_to_contain_text("not yet sent", timeout=15_000)
    for _ in range(100):
        if (await bench(desk, ids[0]))[0] == 80:
            break
        await desk.page.wait_for_timeout(50)
    assert (await bench(desk, ids[0]))[0] == 80


async def test_a_duplicated_tab_is_somebody_else(table: Tables) -> None:
    (desk,) = await venue(table, "Desk")
    copy = await desk.context.new_page()
    identity = await desk.page.evaluate("(key) => sessionStorage.getItem(key)", KEEPER)
    await copy.add_init_script(
        f"sessionStorage.getItem('{KEEPER}') || sessionStorage.setItem('{KEEPER}', '{identity}')"
    )
    await copy.goto(desk.page.url)
    await expect(copy.locator(".live-badge")).to_contain_text("Not live")
    assert await copy.evaluate("(key) => sessionStorage.getItem(key)", KEEPER) != identity
    await LiveTab(desk).is_live()


async def test_the_appliance_is_killed_and_comes_back(table: Tables, appliance_server: ServerProcess) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    ids = entry_ids(await platform.operator.state())
    await appliance_server.kill()
    await LiveTab(platform).is_offline()
    await enter(platform, ids[0], 80)
    await enter(desk, ids[1], 60)
    await expect(LiveTab(platform).badge).to_contain_text("1")
    await appliance_server.start()
    await LiveTab(platform).is_live()
    await LiveTab(desk).is_live()
    await agree(platform, desk)
    assert [(await bench(desk, each))[0] for each in ids] == [80, 60]


async def test_a_tab_that_was_frozen_while_another_went_on_in_its_place_loses_nothing(table: Tables) -> None:
    desk, other = await venue(table, "Desk", "Platform 1")
    ids = entry_ids(await desk.operator.state())
    identity = await desk.page.evaluate("(key) => sessionStorage.getItem(key)", KEEPER)
    # A phone that freezes a page in the background: it answers nobody.
    await desk.page.evaluate("BroadcastChannel.prototype.postMessage = () => undefined")
    second = Table("second", desk.origin, desk.context)
    await second.new_page()
    await second.page.add_init_script(f"sessionStorage.setItem('{KEEPER}', '{identity}')")
    await second.open()
    await LiveTab(second).is_live()
    await enter(second, ids[0], 80, 90)
    await LiveTab(second).is_live()
    await expect(LiveTab(desk).badge).not_to_contain_text("Live", timeout=15_000)
    await enter(desk, ids[1], 60)
    await LiveTab(desk).open()
    await desk.page.get_by_role("button", name="here").click()
    await LiveTab(desk).is_live()
    await enter(desk, ids[1], 60, 65)
    await LiveTab(desk).is_live()
    await agree(desk, other)
    assert (await bench(other, ids[0]))[:2] == [80, 90]
    assert (await bench(other, ids[1]))[:2] == [60, 65]


async def test_a_number_that_another_tab_has_used_is_never_used_again(table: Tables) -> None:
    desk = await table("desk")
    used_twice = """async () => {
        const { Store, IdentityInUse } = await import("/static/client/store.js");
        const store = await Store.open();
        const tab = { clientId: "a", nextLocalSeq: 2, opened: 1 };
        await store.keep(tab, [{ localSeq: 1, key: "meet.name", value: "Cup", after: 0 }]);
        await store.note({ ...tab, nextLocalSeq: 1 }, { answered: [1] });
        const { tab: { nextLocalSeq }, pending } = await store.load("a");
        const [{ pending: waiting }] = await store.tabs();
        let refused = false;
        try {
            await store.keep(tab, [{ localSeq: 1, key: "meet.name", value: "Open", after: 0 }]);
        } catch (error) {
            refused = error instanceof IdentityInUse;
        }
        return [nextLocalSeq, pending, waiting, refused];
    }"""
    assert await desk.page.evaluate(used_twice) == [2, [], 0, True]


async def test_a_tab_that_only_seemed_to_be_closed_keeps_what_it_has_on_disk(table: Tables) -> None:
    desk, _ = await venue(table, "Desk", "Platform 1")
    ids = entry_ids(await desk.operator.state())
    await enter(desk, ids[0], 80)
    await LiveTab(desk).is_live()
    # Another tab looked around while this one was being restored, or was frozen for a moment.
    channel = "BroadcastChannel.prototype"
    await desk.page.evaluate(
        f"() => {{ window.say = {channel}.postMessage; {channel}.postMessage = () => undefined; }}"
    )
    second = Table("second", desk.origin, desk.context)
    await second.new_page()
    await second.open("live")
    discard = second.page.get_by_role("button", name="Discard")
    await discard.wait_for()
    await desk.page.evaluate(f"() => {{ {channel}.postMessage = window.say; }}")
    await discard.click()
    await second.page.get_by_role("alertdialog").get_by_role("button", name="Discard").click()
    await expect(discard).to_have_count(0)
    kept = """async (id) => {
        const { Store } = await import("/static/client/store.js");
        return (await (await Store.open()).load(id)) !== undefined;
    }"""
    identity = await desk.page.evaluate("(key) => sessionStorage.getItem(key)", KEEPER)
    assert await desk.page.evaluate(kept, identity)


async def test_a_tab_that_is_just_being_restored_is_alive(table: Tables) -> None:
    desk = await table("desk")
    roll_call = """async () => {
        const { Tabs } = await import("/static/client/tabs.js");
        const restored = new Tabs();
        const another = new Tabs();
        const settled = restored.settle();
        const alive = await another.alive();
        await settled;
        return alive.has(restored.clientId);
    }"""
    assert await desk.page.evaluate(roll_call)
