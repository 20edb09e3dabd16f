"""What tables are told."""

from __future__ import annotations

from msgspec.structs import replace

from appliance.publishing import model
from appliance.publishing.status import status_message
from tests.publishing.channels.test_mail import outgoing

CUP = outgoing().publication


def test_what_is_queued_says_when_it_is_tried_next_or_what_it_waits_for() -> None:
    tried = model.unavailable(model.sending(CUP), "451 busy", 130, 0)
    told = status_message(tried, "", 100.0, 5000)
    assert (told.state, told.attempts, told.next_attempt_at, told.last_error) == ("queued", 1, 35_000, "451 busy")
    held = status_message(CUP, "there is no internet", 100.0, 5000)
    assert (held.next_attempt_at, held.last_error) == (None, "there is no internet")


def test_what_is_sent_has_a_receipt_and_nothing_to_wait_for() -> None:
    told = status_message(model.sent(model.sending(CUP), "250 OK"), "there is no internet", 100.0, 5000)
    assert (told.state, told.receipt, told.last_error, told.next_attempt_at) == ("sent", "250 OK", None, None)
    assert told.publication_id == CUP.publication_id


def test_what_was_cancelled_says_why() -> None:
    told = status_message(replace(model.cancelled(CUP, "by the operator")), "", 100.0, 5000)
    assert (told.state, told.last_error) == ("failed", "by the operator")
