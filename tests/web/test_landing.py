"""The page of somebody who has only found the appliance."""

from __future__ import annotations

from appliance.service import warnings
from tests.world import World

LOCATIONS = {"Platform 1": 2, "Desk": 1}


async def test_without_a_meet_it_says_how_to_make_one(venue: World) -> None:
    status, text = await venue.get("/")
    assert status == 200
    assert "No meet yet" in text
    assert 'href="/openlifter/"' in text
    assert 'href="/doctor"' in text


async def test_meets_are_links_with_their_numbers_and_who_is_there(venue: World) -> None:
    table = await venue.table()
    await table.create(LOCATIONS, "Platform 1", meetName="<Spring> & Cup")
    text = (await venue.get("/"))[1]
    number = table.meet_id
    assert f'href="/openlifter/live?meet={number}"' in text
    assert f"{number[:3]} {number[3:6]} {number[6:]}" in text
    assert "&lt;Spring&gt; &amp; Cup" in text
    assert "1 location connected" in text


async def test_a_warning_is_told_with_what_to_do_but_without_its_details(venue: World) -> None:
    table = await venue.table()
    created = await table.create(LOCATIONS, "Platform 1")
    digests = {"clientDigest": "0" * 16, "stateDigest": "f" * 16}
    said = {"msgType": "STATE_DIVERGED", "sessionToken": table.token, "epoch": created.epoch, "serverSeq": 0}
    await table.say({**said, **digests})
    await table.pull()
    text = (await venue.get("/"))[1]
    assert "One thing needs a look." in text
    assert warnings.TABLE_DIVERGED.remedy.split(".")[0] in text
    assert "at number 0" not in text


async def test_the_address_is_there_to_be_passed_on(venue: World) -> None:
    text = (await venue.get("/"))[1]
    assert f"<code>{venue.url}/</code>" in text
    assert "/api/v1/qr.svg?text=http%3A%2F%2F127.0.0.1" in text
