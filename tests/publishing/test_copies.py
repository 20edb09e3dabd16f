"""The director's copy: tried for some hours, and never the end of anything. Sent for real in channels/test_mail.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from appliance.publishing import model
from appliance.publishing.channels.mail import MailAccount, MailChannel
from appliance.publishing.copies import MOST_TRIES, Copies
from appliance.publishing.secrets import Secret
from tests.publishing.channels.test_mail import outgoing


@pytest.fixture
def nobody_there() -> Copies:
    mail = MailChannel(MailAccount("127.0.0.1", "a@b.example", "c@d.example", 1), Secret("none", None, {}))
    return Copies(mail, lambda: 1.0)


async def test_it_is_tried_later_and_later_and_then_given_up(nobody_there: Copies) -> None:
    sent = outgoing()
    publication = model.sent(model.sending(sent.publication), "250 OK")
    waits = []
    for _ in range(MOST_TRIES - 1):
        publication = await nobody_there.send(replace(sent, publication=publication), 1000)
        assert (publication.state, publication.copy) == ("sent", "due")
        waits.append(publication.copy_due_s - 1000)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    last = await nobody_there.send(replace(sent, publication=publication), 1000)
    assert (last.state, last.receipt, last.copy, last.copy_attempts) == ("sent", "250 OK", "given up", MOST_TRIES)


async def test_without_a_mail_server_it_is_given_up_at_once(tmp_path: Path) -> None:
    nowhere = Copies(MailChannel(None, Secret("none", None, {})), lambda: 1.0)
    assert (await nowhere.send(outgoing(), 0)).copy == "given up"
