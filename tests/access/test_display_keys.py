"""Read-only keys of displays."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from appliance.access.display_keys import display_key, key_id_of, new_key_id

MEET, RECOVERY_KEY = "123456789", b"k" * 32


def test_a_key_is_known_by_whoever_has_the_meets_recovery_key() -> None:
    key_id = new_key_id()
    key = display_key(key_id, MEET, RECOVERY_KEY)
    assert re.fullmatch(r"[A-Za-z0-9._-]+", key), "it stands in a URL as it is"
    assert key_id_of(key, MEET, RECOVERY_KEY) == key_id


def test_a_key_is_good_for_its_own_meet_only() -> None:
    key = display_key(new_key_id(), MEET, RECOVERY_KEY)
    assert key_id_of(key, "987654321", RECOVERY_KEY) is None
    assert key_id_of(key, MEET, b"x" * 32) is None


def test_nobody_can_make_one_up() -> None:
    key = display_key(new_key_id(), MEET, RECOVERY_KEY)
    for place, character in enumerate(key):
        changed = key[:place] + ("A" if character != "A" else "B") + key[place + 1 :]
        assert key_id_of(changed, MEET, RECOVERY_KEY) is None


@given(st.text())
def test_any_other_text_is_no_key(text: str) -> None:
    assert key_id_of(text, MEET, RECOVERY_KEY) is None
