"""What goes wrong has a type, and plain words."""

from __future__ import annotations

import pytest

from appliance.publishing.channels.channel import (
    ChannelError,
    LoginFailed,
    NotTrusted,
    Refused,
    Unavailable,
    Uncertain,
)
from appliance.service.warnings import CATALOGUE


@pytest.mark.parametrize("kind", [Refused, LoginFailed, Unavailable, NotTrusted, Uncertain])
def test_each_says_what_happened_and_whether_the_operator_is_needed(kind: type[ChannelError]) -> None:
    error = kind("the mailbox is full")
    assert str(error) == error.what == "the mailbox is full"
    assert error.warning is None or error.warning in CATALOGUE


def test_a_wrong_password_is_a_refusal_and_a_wrong_certificate_is_none() -> None:
    assert issubclass(LoginFailed, Refused)
    assert issubclass(NotTrusted, Unavailable)
    assert Unavailable("busy", 30).retry_after_s == 30
