"""What follows from how a submission went. With a queue around it: test_outbox.py."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from appliance.publishing import model
from appliance.publishing.backoff import MOST_PATIENCE_S
from appliance.publishing.carrier import Carrier
from appliance.publishing.channels.channel import ChannelError, LoginFailed, NotTrusted, Refused, Unavailable, Uncertain
from appliance.publishing.model import Outgoing
from tests.publishing.channels.test_mail import outgoing
from tests.publishing.hall import ToldChannel, ToldInternet, fails

SENDING = replace(outgoing(), publication=model.sending(outgoing().publication))


def carrier_of(channel: ToldChannel) -> Carrier:
    return Carrier(channel, ToldInternet(), lambda: 1000.0, lambda: 1.0)


async def test_what_arrived_has_its_receipt() -> None:
    carrier = carrier_of(ToldChannel())
    after, outcome, what = await carrier.carry(SENDING)
    assert (after.state, after.receipt, outcome, what) == ("sent", "250 OK", "sent", "250 OK")
    assert (carrier.sent, carrier.failed) == (1, 0)


async def test_what_is_seen_to_be_there_is_not_handed_over() -> None:
    channel = ToldChannel()
    channel.found = "#12"
    after, _, _ = await carrier_of(channel).carry(SENDING)
    assert (after.state, after.receipt, channel.taken) == ("sent", "#12", [])


@pytest.mark.parametrize(
    ("error", "state", "outcome", "due_s", "doubtful"),
    [
        (Refused("550"), "failed", "refused", 0, False),
        (LoginFailed("535"), "failed", "refused", 0, False),
        (Unavailable("451"), "queued", "unavailable", 1030, False),
        (Unavailable("429", 90), "queued", "unavailable", 1090, False),
        (Unavailable("429", 1e12), "queued", "unavailable", 1000 + MOST_PATIENCE_S, False),
        (NotTrusted("self-signed"), "queued", "unavailable", 1030, False),
        (Uncertain("cut off"), "queued", "uncertain", 1030, True),
        (ZeroDivisionError("a bug"), "queued", "uncertain", 1030, True),
    ],
)
async def test_what_went_wrong_decides_how_it_goes_on(
    error: Exception, state: str, outcome: str, due_s: int, doubtful: bool
) -> None:
    channel = ToldChannel()
    channel.deed = fails(error)
    carrier = carrier_of(channel)
    after, came, what = await carrier.carry(SENDING)
    assert (after.state, came, after.due_s, after.doubtful) == (state, outcome, due_s, doubtful)
    assert str(error) in what
    assert carrier.failed == 1


async def test_failing_to_look_for_it_is_not_handing_it_over() -> None:
    class Blind(ToldChannel):
        async def find(self, _outgoing: Outgoing, /) -> str | None:
            raise Unavailable("502")

    channel = Blind()
    after, _, _ = await carrier_of(channel).carry(SENDING)
    assert (after.state, after.doubtful, channel.taken) == ("queued", False, [])


@pytest.mark.parametrize("error", [Refused("550"), LoginFailed("535"), NotTrusted("self-signed")])
async def test_the_operator_is_told_what_needs_a_hand_and_no_longer(error: ChannelError) -> None:
    channel = ToldChannel()
    channel.deed = fails(error)
    carrier = carrier_of(channel)
    after, _, _ = await carrier.carry(SENDING)
    told = {warning: detail for warning, detail in carrier.warnings([after]).items() if detail}
    assert told == {error.warning: f"Cup der Stärksten: {error.what}"}
    assert not any(carrier.warnings([model.cancelled(after, "by hand")]).values())


def test_what_failed_before_the_start_is_told_too() -> None:
    failed = model.refused(SENDING.publication, "550")
    assert any(carrier_of(ToldChannel()).warnings([failed]).values())
