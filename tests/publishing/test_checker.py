"""OpenPowerlifting's checker, as it answers, and as it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from appliance.powerlifting import opl_csv
from appliance.publishing.checker import PATH, Checker, split
from appliance.publishing.model import Outgoing
from tests.publishing.hall import CSV, Hall

MEET = CSV.split("\n\n")[1] + "\n"
LIFTERS = CSV.split("\n\n")[2]
WELL: dict[str, object] = {"io_error": None, "meet_messages": [], "entries_messages": []}


class Site:
    """The site; answers as it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Any] = []
        self.answer: Callable[[], Awaitable[web.StreamResponse]] = self.says(WELL)

    def says(self, answer: object, status: int = 200) -> Callable[[], Awaitable[web.StreamResponse]]:
        async def say() -> web.StreamResponse:
            return web.json_response(answer, status=status)

        return say

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        return await self.answer()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_post(PATH, site.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = "http://{}:{}".format(*runner.addresses[0])
    yield site
    await runner.cleanup()


async def test_it_is_given_the_meet_and_the_lifters_apart(site: Site) -> None:
    report = await Checker(site.url).check(CSV)
    assert report is not None
    assert report.lines == []
    assert site.asked == [{"meet": MEET, "entries": LIFTERS}]


async def test_what_it_says_is_told_line_by_line(site: Site) -> None:
    site.answer = site.says(
        {
            "io_error": None,
            "meet_messages": [{"severity": "Warning", "text": "Unusual date"}],
            "entries_messages": [{"severity": "Error", "text": " Line 2: Unknown Equipment 'Rawish'"}],
            "and": "more",
        }
    )
    assert await Checker(site.url).remarks(CSV) == "Warning: Unusual date\nError:  Line 2: Unknown Equipment 'Rawish'"
    site.answer = site.says({**WELL, "io_error": "no column Federation"})
    assert await Checker(site.url).remarks(CSV) == "Error: no column Federation"


@pytest.mark.parametrize(
    ("answer", "status"), [({}, 200), ({"io_error": 5}, 200), ([], 200), (WELL, 404), (WELL, 500), ("x" * 2**21, 200)]
)
async def test_one_that_is_missing_or_has_changed_says_nothing(site: Site, answer: object, status: int) -> None:
    site.answer = site.says(answer, status)
    assert await Checker(site.url).check(CSV) is None
    assert await Checker(site.url).remarks(CSV) == ""


async def test_one_that_does_not_answer_is_not_waited_for(site: Site) -> None:
    async def never() -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    site.answer = never
    assert await Checker(site.url, patience_s=0.05).check(CSV) is None
    assert await Checker("http://127.0.0.1:1").check(CSV) is None


def test_what_has_not_these_parts_is_not_sent() -> None:
    assert split("no file") is None
    assert split(CSV) == (MEET, LIFTERS)
    assert opl_csv.read(CSV).meet["Federation"] in MEET


async def test_before_results_go_for_the_first_time_it_is_asked_and_holds_nothing_up(hall: Hall, site: Site) -> None:
    hall.checker = Checker(site.url)
    hall.told.hosts = (("mail.example", 587),)
    await hall.open()
    site.answer = site.says({**WELL, "io_error": "no column Federation"})

    async def asked_before(_outgoing: Outgoing) -> str:
        assert len(site.asked) == 1
        return "250 OK"

    hall.told.deed = asked_before
    published = await hall.publish()
    assert (published.state, published.remarks) == ("sent", "Error: no column Federation")
