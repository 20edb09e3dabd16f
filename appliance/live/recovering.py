"""A meet that lost state, and gets it back from its clients: PROTOCOL.md section 7. The hub's shell around it.

The loss shows in what a client says it has applied. As long as nothing was accepted since this server began its epoch,
everybody is asked and the log is rebuilt under its old numbers: the meet is *recovering*, and its updates have to wait.
After that numbers have been given anew, so whoever comes late is asked alone, and what it holds is let in at the end.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from msgspec import structs

from appliance.live.inquiry import Inquiry, Place
from appliance.live.release import Run
from appliance.live.stored import epochs_of, lineage_of, log_of, priorities_of
from appliance.meet.log import MeetLog, Refused
from appliance.meet.records import Accepted
from appliance.meet.recovery import Answer, Inconsistency, Rebuilt, Surplus, beyond, rebuild
from appliance.meet.state import State
from appliance.protocol import keys
from appliance.protocol.codec import encode
from appliance.protocol.lineage import end_of
from appliance.protocol.messages import EpochBegun, MalformedMessage, ServerPull, StateRecovered, StateRecovery
from appliance.service import warnings
from appliance.service.logging import get_logger
from appliance.storage.commands import RecoverLog
from appliance.storage.errors import StorageError
from appliance.storage.loading import StoredMeet

if TYPE_CHECKING:
    from appliance.live.hub import Hub, Member, Peer, Pull

RETRY_S = 1.0
RECOVERING = "the appliance is getting back from the tables what it lost"

# So many updates of a late comer are decided and stored at once.
SURPLUS_BURST = 500

_logger = get_logger(__name__)


class Recovery:
    """Gets the lost state of one meet back.

    Attributes:
        recovered: how many updates came back from clients.
        inconsistencies: how often two of them differed about one number.
        refused: how many of a late comer's updates had to give way to what had been decided meanwhile.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        self._inquiry = Inquiry({location.name for location in hub.meet.locations})
        self._withheld: list[Pull] = []
        self._surplus: list[Surplus] = []
        self._timer: asyncio.TimerHandle | None = None
        self._retry_at: float | None = None
        self.recovered = 0
        self.inconsistencies = 0
        self.refused = 0

    @property
    def running(self) -> bool:
        """Whether everybody is being asked, so that nothing can be decided."""
        return self._inquiry.recovering

    # ------------------------------------------------------------ who has to be asked

    def begin(self, why: str) -> None:
        """The meet lost state: ask everybody who may write, those of the highest priority first."""
        hub = self._hub
        _logger.warning("state_lost", meet_id=hub.meet.meet_id, last_server_seq=hub.log.last_server_seq, why=why)
        self._inquiry.begin(self._loop.time())
        writers = [present for present in hub.present() if present[1].may_write]
        for peer, member in sorted(writers, key=lambda each: each[1].location.priority, reverse=True):
            self._ask(peer, member, 0)

    def entered(self, peer: Peer, member: Member) -> None:
        """A client is there. One that was asked on a socket that is gone is asked again."""
        self._withheld = [each for each in self._withheld if each.peer is peer or each.member != member]
        self._inquiry.left(member.client_id)
        if self.running and member.may_write:
            self._ask(peer, member, 0)
        self._look_later()

    def left(self, member: Member) -> None:
        """A client is gone."""
        self._withheld = [pull for pull in self._withheld if pull.member.client_id != member.client_id]
        self._inquiry.left(member.client_id)
        self._look_later()

    def withholds(self, pull: Pull) -> bool:
        """Whether a pull has to wait, because its answer would make the client let go of what it alone may hold."""
        knows_more = self.knows_more(pull.peer, pull.member, pull.epoch, pull.last_server_seq)
        waits = knows_more or (self._hub.damage is not None and self._inquiry.is_asked(pull.member.client_id))
        if waits:
            self._withheld.append(pull)
        return waits

    def knows_more(self, peer: Peer, member: Member, epoch: str | None, last: int) -> bool:
        """Whether a client shows numbers that were given to it and are not known here: then it is asked."""
        hub = self._hub
        known = end_of(hub.lineage, hub.log.last_server_seq, epoch)
        if last <= known:
            return False
        if not member.may_write:
            # Displays hold no log to give back; when their turn comes, the tables have spoken.
            return self.running
        if not self._inquiry.is_news(member.client_id, epoch, last):
            return self._inquiry.is_asked(member.client_id)
        if not self.running and hub.log.last_server_seq == hub.lineage[-1].after_server_seq:
            self.begin(f"{member.client_id} has applied {last} of epoch {epoch}, of which {known} are here")
        self._ask(peer, member, known)
        self._inquiry.note_claim(member.client_id, epoch, last)
        self._look_later()
        return True

    def _ask(self, peer: Peer, member: Member, trusted: int) -> None:
        place = Place(member.client_id, member.location.name, member.location.priority)
        if self._inquiry.ask(place, self._loop.time()):
            reason = RECOVERING if self.running else "you know more than this appliance"
            peer.send(encode(ServerPull(last_server_seq=trusted, epoch=self._hub.epoch, reason=reason)))

    # ------------------------------------------------------------ what they say

    async def heard(self, peer: Peer, member: Member, message: StateRecovery, size: int) -> None:
        """A client gives back what it holds."""
        if not self._inquiry.hear(member.client_id, message, size, self._loop.time()):
            peer.send(encode(MalformedMessage(err_msg="STATE_RECOVERY: no SERVER_PULL asked for it")))
            return
        if message.done and not self.running:
            self._examine(member.client_id)
        await self.look()

    async def look(self) -> None:
        """Do what is due."""
        now = self._loop.time()
        for client_id in self._inquiry.overdue(now):
            self._examine(client_id)
        if self._retry_at is None or self._retry_at <= now:
            self._retry_at = None
            try:
                if self._inquiry.over(now):
                    await self._rebuild(self._inquiry.answers())
                if not self.running:
                    await self._let_surplus_in()
            except StorageError as error:
                _logger.warning("recovery_not_stored", meet_id=self._hub.meet.meet_id, reason=str(error))
                self._retry_at = now + RETRY_S
        self._log_what_was_refused()
        if not self.running and not self._surplus:
            answerable = [each for each in self._withheld if not self._inquiry.is_asked(each.member.client_id)]
            self._withheld = [each for each in self._withheld if each not in answerable]
            for pull in answerable:
                self._hub.answer(pull)
        self._look_later()

    def stop(self) -> None:
        """Nothing more is due."""
        if self._timer is not None:
            self._timer.cancel()

    def _look_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_at = self._retry_at or self._inquiry.due_at()
        if due_at is not None:
            self._timer = self._loop.call_at(max(due_at, self._loop.time()), self._hub.look)

    def _log_what_was_refused(self) -> None:
        for what in self._inquiry.refused:
            _logger.error("held_update_refused", meet_id=self._hub.meet.meet_id, what=what)
        self._inquiry.refused.clear()

    # ------------------------------------------------------------ everybody has answered

    async def _rebuild(self, answers: list[Answer]) -> None:
        hub = self._hub
        damaged = hub.damage is not None
        stored = await hub.reload()
        log = log_of(stored)
        rebuilt = rebuild(_own_answer(stored, log), answers, trusted=not damaged)
        await hub.enrol({*rebuilt.answered, *(each.client_id for each in rebuilt.updates if each.client_id)})
        begun = EpochBegun(epoch=secrets.token_hex(8), after_server_seq=rebuilt.last)
        lineage = (*rebuilt.lineage, begun)
        state = State()
        for update in [*([] if damaged else log.since(0)), *rebuilt.updates]:
            state.apply(update, _path(update))
        await hub.journal.submit(
            RecoverLog(
                hub.meet.meet_id,
                epochs_of(lineage),
                rebuilt.updates,
                rebuilt.answered,
                rebuilt.last,
                state.digest,
                whole=damaged,
            )
        )
        # From here on it is on disk: only what is read from there counts.
        before = hub.epoch
        again = await hub.reload()
        hub.take_up(log_of(again), lineage_of(again.epochs))
        self._inquiry.end()
        self._report(rebuilt, before)
        self._surplus += rebuilt.surplus
        recovered = StateRecovered(
            epoch=hub.epoch,
            previous_epoch=before,
            last_server_seq=hub.log.last_server_seq,
            updates_recovered=len(rebuilt.updates),
        )
        for peer, _ in hub.present():
            peer.send(encode(recovered))

    def _report(self, rebuilt: Rebuilt, before: str) -> None:
        meet_id = self._hub.meet.meet_id
        self.recovered += len(rebuilt.updates)
        for differing in rebuilt.inconsistencies:
            self.inconsistencies += 1
            _log_inconsistency(meet_id, differing)
        _logger.warning(
            "state_recovered",
            meet_id=meet_id,
            epoch=self._hub.epoch,
            previous_epoch=before,
            last_server_seq=rebuilt.last,
            updates=len(rebuilt.updates),
            inconsistencies=len(rebuilt.inconsistencies),
        )
        self._tell_operator()

    def _tell_operator(self) -> None:
        told = f"{self._hub.meet_name}: {self.recovered} updates came back from the tables"
        if self.inconsistencies:
            told += f", which differed in {self.inconsistencies}"
        if self.refused:
            told += f"; {self.refused} had to give way to what was done meanwhile"
        self._hub.board.put_up(warnings.MEET_RECOVERED, told)

    # ------------------------------------------------------------ somebody came late

    def _examine(self, client_id: str) -> None:
        answer = self._inquiry.answer_of(client_id)
        if answer is None:
            _logger.warning("server_pull_unanswered", meet_id=self._hub.meet.meet_id, client_id=client_id)
            return
        surplus = beyond(answer, self._hub.lineage, self._hub.log.last_server_seq)
        if surplus is not None:
            self._surplus.append(surplus)

    async def _let_surplus_in(self) -> None:
        """Under the ordinary conflict rules, as made after the newest number that its holder and we have in common."""
        while self._surplus:
            surplus = self._surplus[0]
            burst, rest = surplus.updates[:SURPLUS_BURST], surplus.updates[SURPLUS_BURST:]
            await self._hub.be_ready()
            await self._hub.enrol({each.client_id for each in burst if each.client_id})
            accepted, refused = self._decide(burst, surplus)
            await self._hub.store_and_tell([Run("", list(accepted))])
            self.recovered += len(accepted)
            self.refused += len(refused)
            for held, why in refused:
                _log_refused(self._hub.meet.meet_id, surplus.reporter, held, why)
            self._tell_operator()
            _logger.warning(
                "surplus_let_in",
                meet_id=self._hub.meet.meet_id,
                client_id=surplus.reporter,
                after=surplus.after,
                updates=len(accepted),
                refused=len(refused),
            )
            if rest:
                self._surplus[0] = structs.replace(surplus, updates=rest)
            else:
                self._surplus.pop(0)

    def _decide(
        self, burst: tuple[Accepted, ...], surplus: Surplus
    ) -> tuple[list[Accepted], list[tuple[Accepted, Refused]]]:
        priorities = priorities_of(self._hub.meet)
        accepted: list[Accepted] = []
        refused: list[tuple[Accepted, Refused]] = []
        for held in burst:
            priority = priorities[held.location_name]
            match self._hub.log.take_back_in(held, surplus.after, priority, surplus.reporter):
                case Accepted() as update:
                    accepted.append(update)
                case Refused() as decision:
                    refused.append((held, decision))
                case _:
                    pass
        return accepted, refused


def _own_answer(stored: StoredMeet, log: MeetLog) -> Answer:
    answered = {client.client_id: log.last_local_seq(client.client_id) for client in stored.clients}
    newest = max((update.server_seq for update in stored.updates), default=0)
    known = {client_id: local_seq for client_id, local_seq in answered.items() if local_seq}
    last = max(newest, stored.last_server_seq)
    lineage = lineage_of(stored.epochs)
    return Answer("", "the appliance itself", 0, lineage, last, tuple(stored.updates), known)


def _path(update: Accepted) -> keys.Path:
    path = keys.parse(update.key)
    if isinstance(path, keys.MalformedKey):
        raise AssertionError(f"{update.key} was let in")
    return path


def _log_inconsistency(meet_id: str, differing: Inconsistency) -> None:
    _logger.error(
        "answers_differ",
        meet_id=meet_id,
        server_seq=differing.kept.server_seq,
        kept_key=differing.kept.key,
        kept_value=differing.kept.value.decode(errors="replace"),
        kept_from=differing.kept_from,
        dropped_key=differing.dropped.key,
        dropped_value=differing.dropped.value.decode(errors="replace"),
        dropped_from=differing.dropped_from,
    )


def _log_refused(meet_id: str, reporter: str, held: Accepted, decision: Refused) -> None:
    _logger.error(
        "surplus_refused",
        meet_id=meet_id,
        client_id=reporter,
        server_seq=held.server_seq,
        key=held.key,
        value=held.value.decode(errors="replace"),
        location=held.location_name,
        reason=decision.rejected.reason,
        standing=decision.rejected.server_seq,
    )
