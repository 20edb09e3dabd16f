"""Where tables hand in the results of their meet, and hear what becomes of them: PROTOCOL.md, section 9.

Who may publish and who may reopen is decided here, and that what is published is of one moment; `publishing.outbox`
does the rest. From the moment of the copy on the meet takes no changes: `live.seal`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec

from appliance.access.throttle import RateLimit
from appliance.live.hub import BUSY_RETRY_MS, Hub, Member
from appliance.live.meets import Meets
from appliance.live.stored import priorities_of
from appliance.meet.records import Publication, Sealing
from appliance.protocol import messages
from appliance.protocol.codec import encode
from appliance.protocol.messages import (
    CheckResults,
    FromServer,
    PublishAck,
    PublishMeet,
    PublishRejected,
    RateLimited,
    ResultsChecked,
    ServerBusy,
)
from appliance.publishing import model
from appliance.publishing.check import check
from appliance.publishing.differences import differences
from appliance.publishing.model import MeetSnapshot, is_address, told_state
from appliance.publishing.outbox import Outbox
from appliance.publishing.problems import Problem, Severity
from appliance.publishing.status import status_message
from appliance.publishing.whole_meet import openlifter_state, own_csv
from appliance.service import warnings
from appliance.service.clock import wall_ms
from appliance.service.logging import get_logger
from appliance.service.unbroken import Unbroken
from appliance.service.warnings import WarningBoard
from appliance.storage.commands import SaveSealing
from appliance.storage.errors import StorageError
from appliance.storage.journal import Journal
from appliance.storage.snapshots import Reason
from appliance.upkeep.keeper import SnapshotKeeper

# Each time the meet is copied; people publish once, and a few times again when something is corrected.
PUBLISH_BURST, PUBLISHES_PER_S = 20, 0.2

READ_ONLY = "this session may only read"

_log = get_logger(__name__)


class NotPossible(Exception):
    """What was asked of a meet does not go; the message says why."""


class ResultsDesk:
    """Takes the results of all meets. To be used from one event loop. Implements `live.connection.Results`.

    Args:
        meets: whose results they are.
        outbox: where they go.
        keeper: takes a snapshot before.
        journal: where it is kept that a meet was reopened.
        board: where it shows that changes wait for that.
        now_s: seconds of service.
    """

    def __init__(
        self,
        meets: Meets,
        outbox: Outbox,
        keeper: SnapshotKeeper,
        journal: Journal,
        board: WarningBoard,
        now_s: Callable[[], float],
    ) -> None:
        self._meets = meets
        self._outbox = outbox
        self._keeper = keeper
        self._journal = journal
        self._board = board
        self._now_s = now_s
        self._loop = asyncio.get_running_loop()
        self._pace = RateLimit(PUBLISH_BURST, PUBLISHES_PER_S)
        # Publishing and reopening go one by one.
        self._one_at_a_time = asyncio.Lock()
        self._unbroken = Unbroken()
        # Meets whose table is still to hear that its results were taken; until then nobody hears what becomes of them.
        self._unanswered: set[str] = set()
        outbox.on_change(self._changed)
        meets.on_open(self._tell)

    # ------------------------------------------------------------ what tables ask for

    async def publish(self, hub: Hub, member: Member, message: PublishMeet) -> FromServer:
        """Take results: the answer says that they are on disk and queued, or why not."""
        meet_id = hub.meet.meet_id
        retry_after_ms = self._pace.take(meet_id, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        refusal = _refusal(hub, member, message) or await _errors(message.opl_csv)
        if refusal is not None:
            _log.info("publishing_refused", meet_id=meet_id, client_id=member.client_id, reason=refusal.reason)
            return refusal
        try:
            publication = await self._unbroken.run(self._publish_alone(hub, member, message))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        # After the answer, which goes when this returns.
        self._loop.call_soon(self._tell, meet_id)
        return PublishAck(publication_id=publication.publication_id, state=told_state(publication))

    async def check(self, hub: Hub, member: Member, message: CheckResults) -> FromServer:
        """Say what would be wrong with results, and where they are not what this appliance would write."""
        if not member.may_write:
            return PublishRejected(reason=READ_ONLY, problems=[])
        retry_after_ms = self._pace.take(hub.meet.meet_id, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        snapshot = await self._at_one_moment(hub, closing=False)
        absent = [location.location_name for location in hub.presence().locations if not location.connected]
        return await asyncio.to_thread(_checked, message.opl_csv, snapshot.state, absent)

    async def reopen(self, hub: Hub, member: Member) -> FromServer:
        """Let a published meet be changed again, if somebody asks where it was made."""
        if not member.may_write or member.location.name != hub.meet.created_by:
            what = f"only {hub.meet.created_by}, where the meet was made, can open it again"
            return PublishRejected(reason=what, problems=[])
        try:
            await self._unbroken.run(self._reopen(hub, member.location.name, member.client_id))
        except NotPossible as error:
            return PublishRejected(reason=str(error), problems=[])
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        publication = self._outbox.status_of(hub.meet.meet_id)
        if publication is None:
            return PublishRejected(reason="nothing of this meet was published", problems=[])
        return self._status(publication, hub)

    async def reopen_for_operator(self, meet_id: str) -> None:
        """The same, for who runs the appliance. Raises `NotPossible`, `StorageError`."""
        await self._meets.wake(meet_id)
        hub = self._meets.hub(meet_id)
        if hub is None:
            raise NotPossible(f"there is no meet {meet_id}")
        await self._reopen(hub, "", "")

    # ------------------------------------------------------------ how it is done

    async def _publish_alone(self, hub: Hub, member: Member, message: PublishMeet) -> Publication:
        async with self._one_at_a_time:
            self._unanswered.add(hub.meet.meet_id)
            try:
                return await self._seal_and_publish(hub, member, message)
            finally:
                hub.seal.being_published = False
                self._unanswered.discard(hub.meet.meet_id)

    async def _seal_and_publish(self, hub: Hub, member: Member, message: PublishMeet) -> Publication:
        snapshot = await self._at_one_moment(hub, closing=True)
        try:
            await self._keeper.take(Reason.BEFORE_PUBLISH)
        except StorageError:
            # The operator has been warned, and the publication itself holds the whole meet.
            _log.warning("published_without_snapshot", meet_id=hub.meet.meet_id)
        sealing = None
        if not hub.seal.closed:
            this = model.publication_id(snapshot.meet_id, message.opl_csv.encode())
            sealing = _sealing(hub, True, member.location.name, member.client_id, this)
        publication = await self._outbox.publish(snapshot, message.return_email, message.opl_csv, sealing)
        if sealing is not None:
            hub.seal.newest = sealing
        return publication

    async def _reopen(self, hub: Hub, location_name: str, client_id: str) -> None:
        async with self._one_at_a_time:
            before = hub.seal.newest
            if before is None or not before.sealed:
                raise NotPossible("the meet is open")
            sealing = _sealing(hub, False, location_name, client_id, before.publication_id)
            await self._journal.submit(SaveSealing(sealing))
            hub.seal.newest = sealing
            hub.seal.waits_at.clear()
        self._board.take_down(warnings.CHANGES_AFTER_PUBLISHING)
        _log.warning("meet_reopened", meet_id=hub.meet.meet_id, location=location_name, client_id=client_id)
        self._tell(hub.meet.meet_id)

    async def _at_one_moment(self, hub: Hub, *, closing: bool) -> MeetSnapshot:
        """The meet while memory is what is on disk; ``closing``: nothing is taken from that moment on."""
        taken: asyncio.Future[MeetSnapshot] = self._loop.create_future()

        def read() -> None:
            if not taken.done():
                hub.seal.being_published = hub.seal.being_published or closing
                taken.set_result(_snapshot(hub))

        hub.when_quiet(read)
        return await taken

    # ------------------------------------------------------------ telling

    def _changed(self, publication: Publication) -> None:
        if publication.meet_id not in self._unanswered:
            self._tell(publication.meet_id)

    def _tell(self, meet_id: str) -> None:
        publication = self._outbox.status_of(meet_id)
        hub = self._meets.hub(meet_id)
        if publication is not None and hub is not None:
            hub.tell_publication(encode(self._status(publication, hub)))

    def status_of(self, publication: Publication) -> messages.PublishStatus:
        """A publication as tables are told of it, but for its meet."""
        return status_message(publication, self._outbox.waiting_for, self._now_s(), wall_ms())

    def _status(self, publication: Publication, hub: Hub) -> messages.PublishStatus:
        reopen_at = hub.meet.created_by if hub.seal.closed else None
        return status_message(publication, self._outbox.waiting_for, self._now_s(), wall_ms(), reopen_at)


def _refusal(hub: Hub, member: Member, message: PublishMeet) -> PublishRejected | None:
    """Why these results are not taken from this table, now; None if they are."""
    if not member.may_write:
        return PublishRejected(reason=READ_ONLY, problems=[])
    creator = hub.meet.created_by
    if member.location.priority < priorities_of(hub.meet)[creator]:
        what = f"only {creator}, where the meet was made, or a place of the same or a higher priority may publish"
        return PublishRejected(reason=what, problems=[])
    if hub.recovery.running or hub.damage is not None:
        what = hub.damage or "this appliance is still getting the meet back from the tables"
        return PublishRejected(reason=f"not now: {what}", problems=[])
    if message.return_email and not is_address(message.return_email):
        return PublishRejected(reason=f"{message.return_email[:100]!r} is no e-mail address", problems=[])
    return None


async def _errors(csv: str) -> PublishRejected | None:
    """What keeps a file from being published, None if nothing does."""
    # A file as large as a message may be takes its time, which the meets do not have.
    errors = (await asyncio.to_thread(check, csv)).errors
    if not errors:
        return None
    return PublishRejected(
        reason="OpenPowerlifting would not take this file; correct the meet, and publish again",
        problems=[_problem(each) for each in errors],
    )


def _checked(given: str | None, state: bytes, absent: list[str]) -> ResultsChecked:
    own = own_csv(msgspec.json.decode(state))
    csv = own if given is None else given
    found = [*check(csv).problems, *differences(csv, own)]
    away = [
        messages.Problem(
            line=0,
            column=0,
            message=f"{name} is not connected. If lifts were entered there, plug it in before you publish.",
            severity="warning",
        )
        for name in absent
    ]
    return ResultsChecked(problems=[*map(_problem, found), *away], opl_csv=csv)


def _problem(found: Problem) -> messages.Problem:
    severity: messages.Severity = "error" if found.severity == Severity.ERROR else "warning"
    return messages.Problem(line=found.line, column=found.column, message=found.message, severity=severity)


def _sealing(hub: Hub, sealed: bool, location_name: str, client_id: str, publication_id: str) -> Sealing:
    number = 1 + (hub.seal.newest.number if hub.seal.newest is not None else 0)
    return Sealing(hub.meet.meet_id, number, sealed, location_name, client_id, wall_ms(), publication_id)


def _snapshot(hub: Hub) -> MeetSnapshot:
    stands = hub.settled
    return MeetSnapshot(
        meet_id=hub.meet.meet_id,
        meet_name=hub.meet_name,
        epoch=stands.epoch,
        last_server_seq=stands.last_server_seq,
        state=msgspec.json.encode(openlifter_state(hub.state, hub.meet.locations)),
    )
