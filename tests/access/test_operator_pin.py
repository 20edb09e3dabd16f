"""Who knows the PIN is the operator, until it changes or the day is over."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.access.operator_pin import LIFETIME_S, NotAPin, OperatorPin, Refused, new_pin, set_pin
from appliance.access.passwords import Passwords
from appliance.access.roles import Role
from appliance.access.tokens import Claims, TokenSigner

KEY = b"k" * 32


class Desk:
    """A PIN, with clocks that a test moves."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.passwords = Passwords(n=2, r=1, p=1)
        self.service_s = 1000.0
        self.now_s = 0.0
        self.signer = TokenSigner(KEY)
        self.pin = OperatorPin(path, self.passwords, self.signer, lambda: self.service_s, lambda: self.now_s)

    async def token(self, pin: str) -> str:
        outcome = await self.pin.sign_in(pin, "10.0.0.7")
        assert isinstance(outcome, str), outcome
        return outcome

    async def refused(self, pin: str, address: str = "10.0.0.7") -> Refused:
        outcome = await self.pin.sign_in(pin, address)
        assert isinstance(outcome, Refused)
        return outcome


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "operator.pin")
    yield desk
    desk.passwords.close()


async def test_the_first_start_makes_a_pin_and_says_it_once(desk: Desk) -> None:
    pin = await desk.pin.prepare()
    assert pin is not None
    assert re.fullmatch(r"\d{6}", pin)
    assert await desk.pin.prepare() is None
    assert desk.pin.knows(await desk.token(pin))


async def test_what_is_stored_is_not_the_pin(desk: Desk) -> None:
    pin = await desk.pin.prepare()
    assert pin is not None
    assert pin.encode() not in desk.path.read_bytes()
    assert desk.path.stat().st_mode & 0o777 == 0o600


async def test_a_wrong_pin_is_refused_and_spaces_do_not_matter(desk: Desk) -> None:
    await set_pin(desk.path, "123456", desk.passwords)
    assert await desk.refused("123457") == Refused("that is not the operator PIN", 0)
    assert await desk.refused("1234567890123456") == Refused("that is not the operator PIN", 0)
    assert desk.pin.knows(await desk.token(" 123 456 "))


async def test_without_a_pin_nobody_gets_in(desk: Desk) -> None:
    assert isinstance(await desk.refused(""), Refused)
    assert not desk.pin.knows("")


async def test_a_changed_pin_counts_at_once_and_ends_the_sessions_of_the_old(desk: Desk) -> None:
    old = await new_pin(desk.path, desk.passwords)
    token = await desk.token(old)
    await set_pin(desk.path, "111222333", desk.passwords)
    assert not desk.pin.knows(token)
    await desk.refused(old)
    assert desk.pin.knows(await desk.token("111222333"))


async def test_a_session_lasts_a_day_of_work(desk: Desk) -> None:
    token = await desk.token(await new_pin(desk.path, desk.passwords))
    desk.service_s += LIFETIME_S
    assert desk.pin.knows(token)
    desk.service_s += 1
    assert not desk.pin.knows(token)


async def test_the_token_of_a_table_is_not_an_operators(desk: Desk) -> None:
    token = await desk.token(await new_pin(desk.path, desk.passwords))
    claims = desk.signer.read(token)
    assert claims is not None
    assert not claims.role.may_write
    forged = Claims("s", "123456789", "operator", claims.location_name, Role.TABLE, claims.issued_s)
    assert not desk.pin.knows(desk.signer.sign(forged))
    assert not desk.pin.knows(TokenSigner(b"x" * 32).sign(claims))
    assert not desk.pin.knows(token + "x")


async def test_guessing_gets_slower_for_one_address(desk: Desk) -> None:
    await set_pin(desk.path, "123456", desk.passwords)
    for _ in range(10):
        assert (await desk.refused("000000")).retry_after_ms == 0
    waits = []
    for _ in range(4):
        refused = await desk.refused("000000")
        waits.append(refused.retry_after_ms)
        desk.now_s += refused.retry_after_ms / 1000
    assert waits == sorted(waits)
    assert waits[0] >= 1000
    assert desk.pin.knows(await desk.token("123456"))


async def test_guessing_is_slow_from_many_addresses_too(desk: Desk) -> None:
    await set_pin(desk.path, "123456", desk.passwords)
    refusals = [await desk.refused("000000", f"10.0.{n}.1") for n in range(40)]
    assert refusals[0].retry_after_ms == 0
    assert refusals[-1] == Refused("too many wrong PINs", 2000)


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "12345a", "", "１２３４５６", "123 456"])
async def test_what_is_no_pin_is_not_stored(desk: Desk, pin: str) -> None:
    with pytest.raises(NotAPin, match="6 to 12 digits"):
        await set_pin(desk.path, pin, desk.passwords)
    assert not desk.path.exists()


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 50])
async def test_a_file_that_cannot_be_read_gives_way_to_a_new_pin(desk: Desk, content: bytes) -> None:
    desk.path.write_bytes(content)
    await desk.refused("123456")
    pin = await desk.pin.prepare()
    assert pin is not None
    assert desk.pin.knows(await desk.token(pin))
