"""Where tables hand in the results of their meet, and hear what becomes of them: PROTOCOL.md, section 9.

Who may publish is decided here, and that what is published is of one moment; `publishing.outbox` does the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from appliance.access.throttle import RateLimit
from appliance.live.hub import BUSY_RETRY_MS, Hub, Member
from appliance.live.meets import Meets
from appliance.live.outbox import Newest
from appliance.live.stored import priorities_of
from appliance.meet.records import Publication
from appliance.powerlifting import opl_csv
from appliance.powerlifting.opl_csv import NotAnOplFile
from appliance.powerlifting.save_file import save_file
from appliance.protocol.codec import encode
from appliance.protocol.messages import (
    FromServer,
    Problem,
    PublishAck,
    PublishMeet,
    PublishRejected,
    RateLimited,
    ServerBusy,
)
from appliance.publishing.model import MeetSnapshot, is_address, told_state
from appliance.publishing.outbox import Outbox
from appliance.publishing.status import status_message
from appliance.service.clock import wall_ms
from appliance.service.logging import get_logger
from appliance.storage.errors import StorageError
from appliance.storage.snapshots import Reason
from appliance.upkeep.keeper import SnapshotKeeper

# Each time the meet is copied; people publish once, and a few times again when something is corrected.
PUBLISH_BURST, PUBLISHES_PER_S = 20, 0.2

_log = get_logger(__name__)


class ResultsDesk:
    """Takes the results of all meets. To be used from one event loop. Implements `live.connection.Results`.

    Args:
        meets: whose results they are.
        outbox: where they go.
        keeper: takes a snapshot before.
        now_s: seconds of service.
    """

    def __init__(self, meets: Meets, outbox: Outbox, keeper: SnapshotKeeper, now_s: Callable[[], float]) -> None:
        self._meets = meets
        self._outbox = outbox
        self._keeper = keeper
        self._now_s = now_s
        self._loop = asyncio.get_running_loop()
        self._pace = RateLimit(PUBLISH_BURST, PUBLISHES_PER_S)
        # Meets whose table is still to hear that its results were taken; until then nobody hears what becomes of them.
        self._unanswered: set[str] = set()
        outbox.on_change(self._changed)

    async def publish(self, hub: Hub, member: Member, message: PublishMeet) -> FromServer:
        """Take results: the answer says that they are on disk and queued, or why not."""
        meet_id = hub.meet.meet_id
        retry_after_ms = self._pace.take(meet_id, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        refusal = _refusal(hub, member, message)
        if refusal is not None:
            _log.info("publishing_refused", meet_id=meet_id, client_id=member.client_id, reason=refusal.reason)
            return refusal
        snapshot = await self._at_one_moment(hub)
        try:
            await self._keeper.take(Reason.BEFORE_PUBLISH)
        except StorageError:
            # The operator has been warned, and the publication itself holds the whole meet.
            _log.warning("published_without_snapshot", meet_id=meet_id)
        self._unanswered.add(meet_id)
        try:
            publication = await self._outbox.publish(snapshot, message.return_email, message.opl_csv)
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        finally:
            self._unanswered.discard(meet_id)
        # After the answer, which goes when this returns.
        self._loop.call_soon(self._tell, meet_id)
        return PublishAck(publication_id=publication.publication_id, state=told_state(publication))

    async def _at_one_moment(self, hub: Hub) -> MeetSnapshot:
        taken: asyncio.Future[MeetSnapshot] = self._loop.create_future()

        def read() -> None:
            if not taken.done():
                taken.set_result(_snapshot(hub))

        hub.when_quiet(read)
        return await taken

    def _changed(self, publication: Publication) -> None:
        if publication.meet_id not in self._unanswered:
            self._tell(publication.meet_id)

    def _tell(self, meet_id: str) -> None:
        publication = self._outbox.status_of(meet_id)
        hub = self._meets.hub(meet_id)
        if publication is None or hub is None:
            return
        status = status_message(publication, self._outbox.waiting_for, self._now_s(), wall_ms())
        hub.tell_newest(Newest.PUBLICATION, encode(status))


def _refusal(hub: Hub, member: Member, message: PublishMeet) -> PublishRejected | None:
    """Why these results are not taken; None if they are."""
    if not member.may_write:
        return PublishRejected(reason="this session may only read", problems=[])
    creator = hub.meet.created_by
    if member.location.priority < priorities_of(hub.meet)[creator]:
        what = f"only {creator}, where the meet was made, or a place of the same or a higher priority may publish"
        return PublishRejected(reason=what, problems=[])
    if hub.recovery.running or hub.damage is not None:
        what = hub.damage or "this appliance is still getting the meet back from the tables"
        return PublishRejected(reason=f"not now: {what}", problems=[])
    if message.return_email and not is_address(message.return_email):
        return PublishRejected(reason=f"{message.return_email[:100]!r} is no e-mail address", problems=[])
    try:
        opl_csv.read(message.opl_csv)
    except NotAnOplFile as error:
        problem = Problem(line=error.line, column=1, message=str(error))
        return PublishRejected(reason="this is no file for OpenPowerlifting", problems=[problem])
    return None


def _snapshot(hub: Hub) -> MeetSnapshot:
    shown = (hub.state.shown_at(location.name) for location in hub.meet.locations)
    lifting, _ = max(shown, key=lambda each: each[1], default=(None, 0))
    stands = hub.settled
    return MeetSnapshot(
        meet_id=hub.meet.meet_id,
        meet_name=hub.meet_name,
        epoch=stands.epoch,
        last_server_seq=stands.last_server_seq,
        state=msgspec.json.encode(save_file(hub.state.materialise(), lifting)),
    )
