"""The pass of whoever looks after the screens of a meet."""

from __future__ import annotations

from appliance.access.desk_pass import LIFETIME_S, DeskPasses
from appliance.access.roles import Role
from appliance.access.tokens import Claims, TokenSigner

SIGNER = TokenSigner(b"k" * 32)


def test_it_is_good_for_one_meet_and_one_long_day() -> None:
    now = [1000.0]
    passes = DeskPasses(SIGNER, lambda: now[0])
    given = passes.give("123456789", "Platform 1")
    assert passes.meet_of(given) == "123456789"
    now[0] += LIFETIME_S
    assert passes.meet_of(given) == "123456789"
    now[0] += 1
    assert passes.meet_of(given) is None


def test_no_other_token_is_a_pass() -> None:
    passes = DeskPasses(SIGNER, lambda: 0.0)
    for role in set(Role) - {Role.DESK}:
        assert passes.meet_of(SIGNER.sign(Claims("s", "123456789", "c", "Platform 1", role, 0))) is None
    assert passes.meet_of(DeskPasses(TokenSigner(b"x" * 32), lambda: 0.0).give("123456789", "Platform 1")) is None
    assert passes.meet_of("") is None
