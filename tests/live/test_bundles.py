"""What a client keeps of a meet is the meet."""

from __future__ import annotations

import msgspec
from msgspec import structs

from appliance.access.bundles import KEY_BYTES
from appliance.access.passwords import PasswordHash
from appliance.live.bundles import bundle_of, meet_of
from appliance.meet.records import Location, Meet

MEET = Meet(
    meet_id="123456789",
    name="Cup",
    password_hash=msgspec.json.encode(PasswordHash(2**15, 8, 3, b"s" * 16, b"d" * 32)),
    recovery_key=b"k" * KEY_BYTES,
    created_by="Platform 1",
    locations=(Location("Platform 1", 3), Location("Desk", 1)),
)


def test_the_meet_comes_back_and_says_where_from() -> None:
    assert meet_of(*bundle_of(MEET)) == structs.replace(MEET, from_bundle=True)


def test_not_under_another_key_or_none() -> None:
    bundle, _ = bundle_of(MEET)
    _, other = bundle_of(structs.replace(MEET, recovery_key=b"x" * KEY_BYTES))
    assert meet_of(bundle, other) is None
    for nonsense in ("", "short", "é" * 43):
        assert meet_of(bundle, nonsense) is None
