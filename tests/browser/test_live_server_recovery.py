"""The appliance loses its data, in whole or in part, and gets it back from the browsers."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.async_api import expect

from appliance.client.server_process import ServerProcess
from tests.browser.conftest import Tables
from tests.browser.live import LiveTab, agree, shared
from tests.browser.test_live_recovery import bench, enter
from tests.browser.test_live_tables import entry_ids, venue


async def test_a_blank_appliance_gets_the_meet_back_and_nobody_types_anything(
    table: Tables, appliance_server: ServerProcess, tmp_path: Path
) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk", lifters=4)
    ids = entry_ids(await platform.operator.state())
    await enter(platform, ids[0], 80)
    await agree(platform, desk)
    before = shared(await desk.operator.state())
    await appliance_server.kill()
    shutil.rmtree(tmp_path / "data")
    await LiveTab(platform).is_offline()
    await enter(platform, ids[1], 70)
    await appliance_server.start()
    for at in (platform, desk):
        await LiveTab(at).is_live()
        await expect(at.page.locator("#live-popups")).to_contain_text("back from the tables")
    await agree(platform, desk)
    assert (await bench(desk, ids[1]))[0] == 70
    assert shared(await desk.operator.state()) != before
    newcomer = await table("newcomer")
    shown = await platform.page.evaluate("fetch('/api/v1/meets').then((answer) => answer.json())")
    await LiveTab(newcomer).join(shown["meets"][0]["meetId"], "Second desk")
    await agree(platform, newcomer)


async def test_an_old_copy_of_its_data_is_brought_up_to_date(
    table: Tables, appliance_server: ServerProcess, tmp_path: Path
) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    ids = entry_ids(await platform.operator.state())
    await appliance_server.stop()
    shutil.copytree(tmp_path / "data", tmp_path / "yesterday")
    await appliance_server.start()
    await LiveTab(platform).is_live()
    await enter(platform, ids[0], 80, 90)
    await agree(platform, desk)
    await LiveTab(platform).is_live()
    await appliance_server.kill()
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(tmp_path / "yesterday", tmp_path / "data")
    await appliance_server.start()
    for at in (platform, desk):
        await LiveTab(at).is_live()
    await enter(desk, ids[1], 60)
    await agree(platform, desk)
    assert (await bench(desk, ids[0]))[:2] == [80, 90]
    assert (await bench(platform, ids[1]))[0] == 60
    await expect(LiveTab(desk).badge).to_contain_text("Live")


async def test_a_blank_appliance_gives_nobody_entry_ids_that_another_table_has(
    table: Tables, appliance_server: ServerProcess, tmp_path: Path
) -> None:
    platform, desk = await venue(table, "Platform 1", "Desk")
    for at in (platform, desk):
        await at.operator.add_lifter()
    await agree(platform, desk)
    await platform.offline()
    await appliance_server.kill()
    shutil.rmtree(tmp_path / "data")
    await appliance_server.start()
    # The second to join the meet is the first to come back.
    await LiveTab(desk).is_live()
    await platform.offline(False)
    await LiveTab(platform).is_live()
    for at in (desk, platform, platform, desk):
        await at.operator.add_lifter()
        await LiveTab(at).is_live()
        await agree(platform, desk)
    assert len(set(entry_ids(await desk.operator.state()))) == 2 + 2 + 4
