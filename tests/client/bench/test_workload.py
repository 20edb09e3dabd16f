"""What the tables type is what a meet is made of, and as much as is promised."""

from __future__ import annotations

from itertools import islice

from appliance.client.bench.workload import (
    LARGE_MEET_KEYS,
    LARGE_MEET_UPDATES,
    large_meet,
    lifting,
    registrations,
)
from appliance.protocol import keys


def test_every_key_is_a_path_into_a_meet() -> None:
    changes = [*registrations(1000, 2), *islice(lifting(1000, 2), 500)]
    assert not [key for key, _ in changes if isinstance(keys.parse(key), keys.MalformedKey)]


def test_every_attempt_of_every_lifter_is_typed() -> None:
    typed = {key for key, _ in islice(lifting(7, 3), 2 * 3 * 5 * 3)}
    assert len(typed) == 90
    assert "registration.entries[9].deadliftStatus[4]" in typed


def test_attempts_follow_the_registration_of_their_lifter() -> None:
    registered = {key for key, _ in registrations(7, 3)}
    assert {key.partition("]")[0] + "]" for key, _ in islice(lifting(7, 3), 500)} == registered


def test_the_large_meet_has_the_promised_updates_and_standing_keys() -> None:
    changes = list(large_meet(1000))
    assert len(changes) == LARGE_MEET_UPDATES
    assert len({key for key, _ in changes}) == LARGE_MEET_KEYS
