"""One submission over the channel, and what follows from how it went. Stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from appliance.meet.records import Publication
from appliance.publishing import backoff, model
from appliance.publishing.channels.channel import Channel, ChannelError, Refused, Unavailable, Uncertain
from appliance.publishing.internet import Internet
from appliance.publishing.model import WAITING, Outcome, Outgoing, State
from appliance.service import warnings
from appliance.service.logging import get_logger
from appliance.service.warnings import OperatorWarning

_WARNINGS = (warnings.PUBLISHING_LOGIN, warnings.PUBLISHING_REFUSED, warnings.PUBLISHING_CERTIFICATE)

_log = get_logger(__name__)


class Carrier:
    """Carries publications over one channel.

    Args:
        channel: the way they take.
        internet: is told when it has perhaps gone.
        now_s: seconds of service.
        jitter: random numbers from 0 to 1.

    Attributes:
        sent: how many arrived.
        failed: how many tries did not, as far as is known.
    """

    def __init__(
        self, channel: Channel, internet: Internet, now_s: Callable[[], float], jitter: Callable[[], float]
    ) -> None:
        self.sent = 0
        self.failed = 0
        self._channel = channel
        self._internet = internet
        self._now_s = now_s
        self._jitter = jitter
        self._troubles: dict[str, OperatorWarning] = {}

    async def carry(self, outgoing: Outgoing) -> tuple[Publication, Outcome, str]:
        """Look for it and else hand it over; returns how it stands then."""
        publication, publication_id = outgoing.publication, outgoing.publication.publication_id
        self._troubles.pop(publication_id, None)
        try:
            receipt = await self._channel.find(outgoing)
            found = receipt is not None
            receipt = receipt or await self._channel.submit(outgoing)
        except ChannelError as error:
            return self._failed(publication, error)
        except Exception as error:  # noqa: BLE001  A bug in a channel must not leave it on its way for ever.
            _log.error("channel_failed", cause=error, channel=self._channel.name)
            return self._failed(publication, Uncertain(f"the channel {self._channel.name} has a fault: {error}"))
        self.sent += 1
        return model.sent(publication, receipt, found=found), Outcome.SENT, receipt

    def _failed(self, publication: Publication, error: ChannelError) -> tuple[Publication, Outcome, str]:
        self.failed += 1
        if error.warning is not None:
            self._troubles[publication.publication_id] = error.warning
        now_s = self._now_s()
        due_s = round(now_s + backoff.delay_s(publication.attempts, self._jitter()))
        match error:
            case Refused():
                return model.refused(publication, error.what), Outcome.REFUSED, error.what
            case Unavailable():
                # Perhaps it is the internet that has gone: then its coming shall be noticed.
                self._internet.network_changed()
                patience_s = backoff.patience_s(error.retry_after_s)
                held_until_s = round(now_s + patience_s) if patience_s else 0
                after = model.unavailable(publication, error.what, due_s, held_until_s)
                return after, Outcome.UNAVAILABLE, error.what
        return model.uncertain(publication, error.what, due_s), Outcome.UNCERTAIN, error.what

    def warnings(self, publications: Iterable[Publication]) -> dict[OperatorWarning, str]:
        """What the operator has to look after, with the details; an empty text where there is nothing."""
        said: dict[OperatorWarning, list[str]] = {warning: [] for warning in _WARNINGS}
        for each in publications:
            failed = warnings.PUBLISHING_REFUSED if each.state == State.FAILED else None
            warning = self._troubles.get(each.publication_id, failed)
            if warning is not None and each.state in WAITING and each.last_error:
                said[warning].append(f"{each.meet_name}: {each.last_error}")
        return {warning: "; ".join(lines) for warning, lines in said.items()}
