"""How far it goes, with real servers on loopback in place of the receiver and of the page of known content."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from appliance.publishing.internet import PROBE_S, Internet, Reach, somebody_else

ANSWER = "NetworkManager is online"
NOBODY = ("127.0.0.1", 1)


class Net:
    """What there is behind the cable.

    Attributes:
        page: what is answered for the page of known content.
        asked: how often anybody was asked.
    """

    def __init__(self) -> None:
        self.page = web.Response(text=ANSWER + "\n")
        self.asked = 0
        self.url = ""
        self.receiver = NOBODY
        self.now_s = 0.0

    async def answer(self, _request: web.BaseRequest) -> web.Response:
        self.asked += 1
        return web.Response(status=self.page.status, body=self.page.body, headers=self.page.headers)

    def internet(self) -> Internet:
        return Internet(self.url, ANSWER, lambda: self.now_s)


@asynccontextmanager
async def server_of(net: Net) -> AsyncIterator[tuple[str, int]]:
    runner = web.ServerRunner(web.Server(net.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][:2]
    await runner.cleanup()


@pytest.fixture
async def net() -> AsyncIterator[Net]:
    net = Net()
    async with server_of(net) as (host, port):
        net.url, net.receiver = f"http://{host}:{port}/nm", (host, port)
        yield net


async def test_the_receiver_and_the_page_as_it_should_be_are_internet(net: Net) -> None:
    assert await net.internet().look((net.receiver,)) is Reach.ONLINE


async def test_a_receiver_that_is_down_is_no_lack_of_internet(net: Net) -> None:
    assert await net.internet().look((NOBODY,)) is Reach.ONLINE


async def test_nobody_at_all_is_no_internet() -> None:
    net = Net()
    net.url = "http://127.0.0.1:1/nm"
    assert await net.internet().look((NOBODY,)) is Reach.OFFLINE


@pytest.mark.parametrize(
    "page",
    [
        web.Response(status=302, headers={"Location": "http://login.hotel.example/"}),
        web.Response(text="<html>Welcome to our Wi-Fi"),
        web.Response(status=511),
    ],
)
async def test_somebody_else_who_answers_is_a_captive_portal(net: Net, page: web.Response) -> None:
    net.page = page
    assert await net.internet().look((net.receiver,)) is Reach.CAPTIVE
    assert await net.internet().look((NOBODY,)) is Reach.CAPTIVE


async def test_trouble_of_the_page_itself_is_nobodys_verdict(net: Net) -> None:
    net.page = web.Response(status=503)
    assert await net.internet().look((net.receiver,)) is Reach.ONLINE
    assert await net.internet().look((NOBODY,)) is Reach.OFFLINE


async def test_without_a_page_only_the_receiver_counts(net: Net) -> None:
    internet = Internet("", ANSWER, lambda: net.now_s)
    assert await internet.look((net.receiver,)) is Reach.ONLINE
    assert net.asked == 0


async def test_nobody_is_asked_more_often_than_every_twenty_seconds_unless_the_network_changes(net: Net) -> None:
    internet = net.internet()
    for _ in range(10):
        await internet.look((net.receiver,))
    assert net.asked == 1
    assert internet.settled
    net.now_s += PROBE_S
    await internet.look((net.receiver,))
    assert net.asked == 2
    internet.network_changed()
    await internet.look((net.receiver,))
    assert net.asked == 3


async def test_what_was_there_before_the_network_changed_is_not_settled(net: Net) -> None:
    internet = net.internet()
    await internet.look((net.receiver,))
    internet.network_changed()
    assert not internet.settled


async def test_internet_that_comes_is_noticed_within_half_a_minute_of_ticks(net: Net) -> None:
    internet, url = net.internet(), net.url
    internet._probe_url = "http://127.0.0.1:1/nm"
    assert await internet.look((NOBODY,)) is Reach.OFFLINE
    internet._probe_url = url
    while await internet.look((NOBODY,)) is Reach.OFFLINE:
        net.now_s += 5
    assert net.now_s <= 25


async def test_where_no_host_is_needed_nobody_is_asked(net: Net) -> None:
    assert await net.internet().look(()) is Reach.ONLINE
    assert net.asked == 0


async def test_who_takes_no_connection_in_time_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("appliance.publishing.internet.PATIENCE_S", 0.01)
    monkeypatch.setattr(asyncio, "open_connection", never)
    assert await Internet("", "", lambda: 0.0).look((NOBODY,)) is Reach.OFFLINE


def test_a_page_may_say_more_than_is_known() -> None:
    assert somebody_else(200, b"it is me, and more", b"it is me") is False
    assert somebody_else(200, b"it is", b"it is me") is True
    assert somebody_else(404, b"", b"it is me") is None
