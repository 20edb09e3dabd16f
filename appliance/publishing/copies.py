"""The copy with the receipt for the director. That it fails never changes what was submitted."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from appliance.meet.records import Publication
from appliance.publishing import backoff
from appliance.publishing.channels.channel import ChannelError, Refused, Unavailable
from appliance.publishing.channels.mail import MailChannel
from appliance.publishing.model import Copy, Outgoing
from appliance.service.logging import get_logger

# Within about four hours.
MOST_TRIES = 10

_log = get_logger(__name__)


class Copies:
    """Sends copies by mail.

    Args:
        mail: the mail account, which need not be the channel of the results.
        jitter: random numbers from 0 to 1.
    """

    def __init__(self, mail: MailChannel, jitter: Callable[[], float]) -> None:
        self.mail = mail
        self._jitter = jitter

    async def send(self, outgoing: Outgoing, now_s: float) -> Publication:
        """Try once; returns the publication with what became of its copy. ``now_s`` is seconds of service."""
        publication = outgoing.publication
        tries = publication.copy_attempts + 1
        try:
            await self.mail.send_copy(outgoing)
        except ChannelError as error:
            _log.warning("copy_not_sent", publication=publication.publication_id, reason=error.what, tries=tries)
            if isinstance(error, Refused) or tries >= MOST_TRIES:
                return replace(publication, copy=Copy.GIVEN_UP, copy_attempts=tries)
            asked_s = error.retry_after_s if isinstance(error, Unavailable) else None
            wait_s = max(backoff.delay_s(tries, self._jitter()), backoff.patience_s(asked_s))
            return replace(publication, copy_attempts=tries, copy_due_s=round(now_s + wait_s))
        _log.info("copy_sent", publication=publication.publication_id)
        return replace(publication, copy=Copy.SENT, copy_attempts=tries)
