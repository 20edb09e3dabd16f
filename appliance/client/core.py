"""The reference client, sans-I/O: fed with messages, changes and the time, then emptied of frames and events.

    core.connected(now)
    send(core.frames_to_send())             after every call that feeds it
    core.receive(message, now)
    update = core.set("meet.name", "Cup", now)
    core.kept(update.local_seq, now)        it is on disk here: from now on it may be sent
    for event in core.events(): ...

Whoever drives it opens a connection when `ClientCore.connect_at` has come, calls `ClientCore.tick` when
`ClientCore.tick_at` has come, and closes the connection when `ClientCore.hang_up` is true. Times are monotonic
seconds. Sections are those of PROTOCOL.md.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import msgspec

from appliance.client import events
from appliance.client.canonical import CanonicalLog
from appliance.client.changes import encoded_value, parsed_key
from appliance.client.credentials import Create, Join, Saved
from appliance.client.events import End, Event, Status
from appliance.client.overlay import value_at, view
from appliance.client.own_updates import OwnUpdates
from appliance.client.pending import ANSWER_S, Pending, PendingLog
from appliance.client.recovery import AWAY_S, PATIENCE_S, Keepsake, answer, recover_meet
from appliance.meet.records import Accepted
from appliance.protocol import keys, messages
from appliance.protocol.codec import encode_value
from appliance.protocol.messages import FromClient, FromServer
from appliance.protocol.words import SILENCE_S, CloseCode

# Reconnecting: full jitter below a bound that doubles, so that a hall of clients does not come back all at once.
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 2.0

# A server that says that we go wild gets more rest.
PENANCE_S = 60.0

_NOT_OF_AN_ID = re.compile(r"[\s-]")
_GAP = re.compile(r"gap: expected ([0-9]+)")


class NotJoined(Exception):
    """A change was made before the client was ever let into the meet, so nobody knows from which number to go on."""


class MayOnlyRead(Exception):
    """A client that joined to read made a change."""


class ClientCore:
    """One client of one meet.

    Args:
        credentials: how to be let in.
        saved: what was kept of the same client's earlier life.
        log: its copy of the log, if that was kept, too.
        random: for the jitter of reconnecting.

    Attributes:
        status: how far the client is.
        hang_up: the connection is of no use any more: close it and call `disconnected`.
        connect_at: when to open the next connection, None while there is one and when the session has ended.
        meet_id, location_name, priority, entry_ids: what the server said, as far as it did.

    Raises:
        ValueError: no client id, neither password nor saved session, or what was saved is of another meet.
    """

    def __init__(
        self,
        credentials: Create | Join,
        saved: Saved | None = None,
        random: Random | None = None,
        log: CanonicalLog | None = None,
    ) -> None:
        if not credentials.client_id:
            raise ValueError("a client has to have an id")
        saved = saved or Saved()
        session = saved.session
        self._credentials = credentials
        self._random = random or Random()
        self.client_id = credentials.client_id
        self.meet_id = _NOT_OF_AN_ID.sub("", credentials.meet_id) if isinstance(credentials, Join) else ""
        self.location_name = credentials.location_name
        self.priority = session.priority if session else 0
        self.entry_ids = session.entry_ids if session else None
        if session and session.meet_id != self.meet_id:
            raise ValueError(f"what was saved is of meet {session.meet_id}, not of {self.meet_id or 'a new one'}")
        same_place = session and (session.location_name, session.read_only) == (
            credentials.location_name,
            credentials.read_only,
        )
        self._token = session.session_token if session and same_place else ""
        if credentials.password is None and not self._token:
            raise ValueError("without a saved session at this location a password is needed")
        self._may_write = not credentials.read_only
        self._was_in = session is not None
        self._log = log or CanonicalLog(session.epoch if session else None)
        self._keepsake: Keepsake | None = None
        if session and session.recovery_bundle and session.recovery_key:
            self._keepsake = Keepsake(session.recovery_bundle, session.recovery_key)
        # The server knows our session no more; while it may be a blank one, what we keep comes before the password.
        self._session_lost = False
        self._was_live = False
        self._pending = PendingLog(saved.next_local_seq, saved.pending)
        self._own = OwnUpdates()
        self._answered_here = 0
        self._seen_here = 0

        self.status = Status.OFFLINE
        self.hang_up = False
        self.connect_at: float | None = 0.0
        self._failures = 0
        self._delay_s: float | None = None
        self._now = 0.0
        self._heard_at = 0.0
        self._asked_at = 0.0
        self._held_until: float | None = None
        self._outgoing: list[FromClient] = []
        self._events: list[Event] = []

    # ------------------------------------------------------------ emptied

    def frames_to_send(self) -> list[FromClient]:
        """The messages to send now, in order. Taking empties."""
        if self.status is Status.LIVE and self._held_until is None:
            self._outgoing.extend(map(self._update_init, self._pending.take_to_send(self._now)))
        taken, self._outgoing = self._outgoing, []
        return taken

    def events(self) -> list[Event]:
        """What has happened. Taking empties."""
        taken, self._events = self._events, []
        return taken

    # ------------------------------------------------------------ read

    @property
    def applied(self) -> int:
        """Everything up to this server number has been applied."""
        return self._log.applied

    @property
    def epoch(self) -> str | None:
        """The lineage of the server numbers."""
        return self._log.epoch

    @property
    def digest(self) -> str:
        """The checksum of what stands at `applied`, section 8."""
        return self._log.state.digest

    @property
    def log(self) -> CanonicalLog:
        """What stands, for reading only."""
        return self._log

    @property
    def pending(self) -> tuple[Pending, ...]:
        """The changes that the server has not answered yet."""
        return tuple(self._pending)

    @property
    def next_local_seq(self) -> int:
        """The local number that the next change will have."""
        return self._pending.next_local_seq

    @property
    def settled(self) -> bool:
        """Caught up, and nothing is pending."""
        return self.status is Status.LIVE and not len(self._pending)

    def canonical(self) -> dict[str, Any]:
        """The meet as the server has it, in the shape of `State.materialise`."""
        return self._log.state.materialise()

    def view(self) -> dict[str, Any]:
        """The meet as the user sees it: the canonical state with what is pending laid over it."""
        return view(self._log.state, self._pending)

    def value(self, key: str) -> Any:
        """What `view` shows at one key, None for nothing.

        Raises:
            CannotBeSet: it is no key.
        """
        return value_at(self._log.state, self._pending, parsed_key(key))

    @property
    def tick_at(self) -> float | None:
        """When to call `tick` next, if nothing happens before."""
        if self.status in (Status.OFFLINE, Status.ENDED) or self.hang_up:
            return None
        due = [self._heard_at + SILENCE_S]
        if self.status is not Status.LIVE:
            due.append(self._asked_at + ANSWER_S)
        elif self._held_until is not None:
            due.append(self._held_until)
        elif self._pending.overdue_at is not None:
            due.append(self._pending.overdue_at)
        return min(due)

    # ------------------------------------------------------------ fed by the program

    def set(self, key: str, value: Any, now: float) -> Pending:
        """Make a change: it shows at once in `view`, and is sent after `kept`, when the client is live.

        Returns:
            It, with its local number.

        Raises:
            CannotBeSet: the key is malformed, or the value is too large, too deep or no JSON value.
            NotJoined: the client was never let into the meet.
            MayOnlyRead: it joined with ``read_only``.
        """
        self._now = now
        path = parsed_key(key)
        encoded = encoded_value(value)
        if not self._may_write:
            raise MayOnlyRead(f"{self.client_id} joined to read only")
        if not self._was_in:
            raise NotJoined("changes can be made, even offline, once the meet was joined")
        return self._pending.make(key, path, encoded, self._log.applied)

    def kept(self, local_seq: int, now: float) -> None:
        """All changes up to this local number are on disk, or as safe as they will ever be: they may be sent."""
        self._now = now
        self._pending.kept(local_seq)

    def leave(self, now: float) -> None:
        """Revoke the session, and end: what is to be sent goes out before the connection is closed."""
        self._now = now
        if self._token and self.status in (Status.CATCHING_UP, Status.LIVE):
            self._outgoing.append(messages.LeaveMeet(session_token=self._token))
        self._token = ""
        self._end(End.LEFT, "")

    # ------------------------------------------------------------ fed by the connection

    def connected(self, now: float) -> None:
        """A connection is open."""
        self._now = self._heard_at = now
        self.connect_at = None
        if self.status is Status.ENDED:
            self.hang_up = True
            return
        self._answered_here = self._seen_here = 0
        if self._token:
            self._pull()
        else:
            self._ask_to_be_let_in()

    def disconnected(self, now: float, close_code: int | None = None) -> None:
        """The connection is gone, or could not be opened; ``close_code`` if the server gave one."""
        self._now = now
        delay_s, self._delay_s = self._delay_s, None
        self.hang_up = False
        self._held_until = None
        self._outgoing.clear()
        self._log.interrupt()
        if self.status is Status.ENDED:
            return
        if close_code == CloseCode.SUPERSEDED:
            # To come back would throw the other one out, and it would come back, too.
            self._end(End.SUPERSEDED, "")
            return
        if close_code == CloseCode.GOING_DOWN:
            self._events.append(events.GoingDown())
        if delay_s is None:
            wild = close_code in (CloseCode.RATE_LIMITED, CloseCode.PROTOCOL_ABUSE)
            bound = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(self._failures, 10))
            delay_s = PENANCE_S if wild else self._random.uniform(0, bound)
        self._failures += 1
        self.connect_at = now + delay_s
        self._become(Status.OFFLINE)

    def tick(self, now: float) -> None:
        """Time has passed."""
        self._now = now
        if self.tick_at is None or now < self.tick_at:
            return
        if now >= self._heard_at + SILENCE_S or self.status is not Status.LIVE:
            self._give_up()
        elif self._held_until is not None:
            self._held_until = None
            self._pull()
        else:
            self._pending.send_again()

    def receive(self, message: FromServer, now: float) -> None:
        """The server said something."""
        self._now = self._heard_at = now
        if self.status in (Status.OFFLINE, Status.ENDED) or self.hang_up:
            return
        match message:
            case messages.UpdateRelay():
                self._relay(message)
            case messages.UpdateAck():
                self._acks(message)
            case messages.UpdateRejected():
                for rejection in message.updates_rejected:
                    self._rejection(rejection)
            case messages.Heartbeat():
                self._heartbeat(message)
            case messages.PullDone():
                self._pull_done(message)
            case messages.MeetCreated() | messages.MeetJoined():
                self._welcome(message)
            case messages.SessionRenewed():
                self._token = message.session_token
                self._events.append(events.SessionRenewed(self._token))
            case messages.InvalidSession():
                self._invalid_session(message)
            case messages.JoinRejected():
                self._join_rejected(message)
            case messages.ServerBusy():
                self._busy(message)
            case messages.RateLimited() if self.status is Status.JOINING:
                self._give_up(message.retry_after_ms / 1000)
            case messages.MalformedMessage() | messages.UnknownMessageType():
                self._not_understood(message)
            case messages.ServerPull():
                self._give_back(message)
            case messages.StateRecovered():
                self._recovered(message)
            case messages.EntryIds():
                self.entry_ids = message.entry_id_block
                self._events.append(events.Heard(message))
            case _:
                self._events.append(events.Heard(message))

    # ------------------------------------------------------------ section 4: being let in

    def _ask_to_be_let_in(self) -> None:
        who = self._credentials
        if self._session_lost and self._keepsake is not None:
            self._outgoing.append(recover_meet(self._keepsake, self.meet_id, self.location_name, self.client_id))
        elif isinstance(who, Create):
            self._outgoing.append(
                messages.CreateMeet(
                    this_location_name=who.location_name,
                    password=who.password,
                    endpoints=list(who.endpoints),
                    client_id=who.client_id,
                    meet_name=who.meet_name,
                )
            )
        elif who.password is None:
            self._end(End.SESSION_INVALID, "")
            return
        else:
            self._outgoing.append(
                messages.JoinMeet(
                    meet_id=who.meet_id,
                    password=who.password,
                    location_name=who.location_name,
                    client_id=who.client_id,
                    read_only=who.read_only,
                )
            )
        self._asked_at = self._now
        self._become(Status.JOINING)

    def _welcome(self, message: messages.MeetCreated | messages.MeetJoined) -> None:
        another = isinstance(message, messages.MeetCreated) and not isinstance(self._credentials, Create)
        if self.status is not Status.JOINING or another:
            return
        if isinstance(message, messages.MeetCreated) and isinstance(self._credentials, Create):
            self.meet_id = message.meet_id
            password = self._credentials.password
            self._credentials = Join(message.meet_id, self.location_name, password, self.client_id)
        self._token = message.session_token
        self._was_in = True
        self._session_lost = False
        if message.recovery_bundle and message.recovery_key:
            self._keepsake = Keepsake(message.recovery_bundle, message.recovery_key)
        self.location_name = message.location_name
        self.priority = message.priority
        self.entry_ids = message.entry_id_block
        self._pending.number_after(message.last_local_seq_num)
        self._events.append(events.Joined(self.meet_id, message))
        self._pull()

    def _join_rejected(self, message: messages.JoinRejected) -> None:
        if self.status is not Status.JOINING:
            return
        if message.retry_after_ms is None and self._session_lost and self._keepsake is not None:
            # The server has the meet from elsewhere: to it we are somebody who has to know the password.
            self._session_lost = False
            self._ask_to_be_let_in()
        elif message.retry_after_ms is None and self._was_live:
            # We were in, so it is the meet that is gone, until a table that may bring it back has done so.
            self._give_up(AWAY_S)
        elif message.retry_after_ms is None:
            self._end(End.NOT_LET_IN, message.reason)
        else:
            self._give_up(message.retry_after_ms / 1000)

    def _invalid_session(self, message: messages.InvalidSession) -> None:
        if message.session_token == self._token:
            self._token = ""
            self._session_lost = True
            self._log.interrupt()
            self._ask_to_be_let_in()

    # ------------------------------------------------------------ section 5: updating

    def _update_init(self, frame: list[Pending]) -> messages.UpdateInit:
        updates = [
            messages.Update(
                update_key=update.key,
                update_value=msgspec.Raw(update.value),
                local_seq_num=update.local_seq,
                after_server_seq_num=update.after,
            )
            for update in frame
        ]
        return messages.UpdateInit(session_token=self._token, updates=updates, epoch=self._log.epoch)

    def _acks(self, message: messages.UpdateAck) -> None:
        applied: list[Accepted] = []
        missing = False
        for ack in message.update_acks:
            self._answered_here = max(self._answered_here, ack.local_seq_num)
            update = self._pending.answered(ack.local_seq_num, self._now)
            if update is None:
                missing = missing or ack.server_seq_num > self._log.applied
                continue
            number = ack.server_seq_num
            self._seen_here = max(self._seen_here, number)
            self._events.append(events.Acked(update, number))
            accepted = self._as_accepted(update, number)
            self._events.extend(self._own.accepted(accepted, self._log.state.overlapping(update.path)))
            if self._log.take(accepted, update.path, mine=True):
                applied.append(accepted)
        self._applied(applied)
        if missing and self.status is Status.LIVE:
            self._pull()

    def _relay(self, message: messages.UpdateRelay) -> None:
        if self._is_foreign(message.epoch):
            return
        self._asked_at = self._now
        applied: list[Accepted] = []
        for relayed in message.updates_relayed:
            path = keys.parse(relayed.update_key)
            if isinstance(path, keys.MalformedKey):
                # A server that lets this stand speaks a later grammar; the digest will tell.
                continue
            accepted = _accepted(relayed)
            self._seen_here = max(self._seen_here, accepted.server_seq)
            if accepted.overrules:
                self._events.extend(self._own.overruled_by(accepted, self._log.state.overlapping(path)))
            if self._log.take(accepted, path):
                applied.append(accepted)
        self._applied(applied)

    def _as_accepted(self, update: Pending, number: int) -> Accepted:
        return Accepted(number, update.key, update.value, self.client_id, update.local_seq, self.location_name)

    def _applied(self, updates: list[Accepted]) -> None:
        if updates:
            self._events.append(events.Applied(tuple(updates)))
        if self._log.gap and self.status is Status.LIVE:
            self._pull()

    def _rejection(self, rejection: messages.Rejection) -> None:
        gap = _GAP.fullmatch(rejection.reason)
        if gap is not None:
            self._gap(int(gap[1]))
            return
        self._answered_here = max(self._answered_here, rejection.local_seq_num)
        update = self._pending.answered(rejection.local_seq_num, self._now)
        if update is None:
            return
        number = rejection.server_seq_num or 0
        standing = next(
            (each for each in self._log.state.overlapping(update.path) if each.server_seq == number),
            None,
        )
        location_name = rejection.location_name or ""
        self._events.append(
            events.Rejected(update, rejection.conflict, rejection.reason, number, location_name, standing)
        )

    def _gap(self, expected: int) -> None:
        out_of_date = expected <= self._answered_here
        if out_of_date or self._held_until is not None or self.status is not Status.LIVE:
            return
        if not self._pending.gap(expected, self._now):
            first = next(iter(self._pending), None)
            held = f"from {first.local_seq} on" if first else "none"
            self._end(End.SERVER_LOST_UPDATES, f"it expects our update {expected}, of which we hold {held}")

    def _busy(self, message: messages.ServerBusy) -> None:
        retry_after_s = message.retry_after_ms / 1000
        self._events.append(events.Busy(retry_after_s, message.reason))
        if self.status is Status.LIVE:
            self._held_until = self._now + retry_after_s
        else:
            self._give_up(retry_after_s)

    def _not_understood(self, message: messages.MalformedMessage | messages.UnknownMessageType) -> None:
        self._events.append(events.NotUnderstood(message))
        if self.status is Status.JOINING:
            # So is a CREATE_MEET answered that breaks a rule. To ask the same again would get the same answer.
            unknown = "the server does not know this protocol"
            why = message.err_msg if isinstance(message, messages.MalformedMessage) else unknown
            self._end(End.NOT_LET_IN, why)
        elif self.status is Status.LIVE:
            # It may be about updates: pull before sending them again, but not at the pace of the answers.
            self._held_until = self._now + ANSWER_S

    # ------------------------------------------------------------ section 7: the server lost state

    def _give_back(self, message: messages.ServerPull) -> None:
        self._events.append(events.Heard(message))
        if self.status is Status.JOINING or not self._may_write:
            return
        last_local_seq = self._pending.answered_up_to
        self._outgoing.extend(answer(self._log, self._token, last_local_seq, message))
        if self.status is Status.CATCHING_UP:
            self._asked_at = self._now + PATIENCE_S

    def _recovered(self, message: messages.StateRecovered) -> None:
        self._events.append(events.Heard(message))
        if self.status is Status.LIVE and message.epoch != self._log.epoch:
            self._pull(anew_in=message.epoch)

    # ------------------------------------------------------------ sections 6 and 8: resynchronising

    def _pull(self, anew_in: str | None = None) -> None:
        if anew_in not in (None, self._log.epoch):
            self._seen_here = 0
        number = self._log.pull(anew_in)
        epoch = anew_in or self._log.epoch
        answered = self._pending.answered_up_to if self._may_write else None
        self._outgoing.append(
            messages.ClientPull(
                session_token=self._token, last_server_seq=number, epoch=epoch, last_local_seq_num=answered
            )
        )
        self._asked_at = self._now
        self._become(Status.CATCHING_UP)

    def _is_foreign(self, epoch: str | None) -> bool:
        """Whether a message is not to be taken, because the numbers of its epoch have to be pulled first."""
        if self.status is Status.JOINING:
            return True
        if epoch is None or not self._log.is_foreign(epoch):
            return False
        if self._log.pulling:
            # The server does not know our epoch, so this is the beginning of its answer from 0.
            self._log.answered_in(epoch)
            self._seen_here = 0
            return False
        self._pull(anew_in=epoch)
        return True

    def _heartbeat(self, message: messages.Heartbeat | messages.PullDone) -> None:
        if self.status is not Status.LIVE or self._is_foreign(message.epoch):
            return
        self._seen_here = max(self._seen_here, message.last_server_seq)
        if message.last_server_seq > self._log.applied:
            self._pull()
        elif message.last_server_seq == self._log.applied and message.state_digest != self._log.state.digest:
            self._diverged(message, self._log.state.digest)
            self._pull(anew_in=message.epoch)

    def _diverged(self, message: messages.Heartbeat | messages.PullDone, digest: str) -> None:
        number = message.last_server_seq
        self._events.append(events.Diverged(number, digest, message.state_digest))
        self._outgoing.append(
            messages.StateDiverged(
                session_token=self._token,
                epoch=message.epoch,
                server_seq=number,
                client_digest=digest,
                state_digest=message.state_digest,
            )
        )

    def _pull_done(self, message: messages.PullDone) -> None:
        if not self._log.pulling:
            self._heartbeat(message)
            return
        if self._is_foreign(message.epoch):
            return
        if message.last_server_seq < self._seen_here:
            # The end of an earlier answer, heard twice: an answer to this pull would not end below what was seen.
            return
        digest = self._log.pulled_digest()
        if digest != message.state_digest:
            self._diverged(message, digest)
            if self._log.anew:
                self._give_up()
            else:
                self._pull(anew_in=message.epoch)
            return
        replaced = self._log.anew
        rebased = self._log.epoch not in (None, message.epoch) or message.last_server_seq < self._log.applied
        unchanged = self._log.complete(message.epoch, message.last_server_seq, message.lineage)
        if rebased:
            self._own.forget(unchanged)
            self._pending.rebase(unchanged)
            self._events.append(events.Rebased(message.epoch, unchanged))
        self._was_live = True
        self._failures = 0
        self._pending.send_again()
        self._events.append(events.CaughtUp(message.epoch, message.last_server_seq, replaced))
        self._become(Status.LIVE)

    # ------------------------------------------------------------ what becomes of the connection

    def _become(self, status: Status) -> None:
        if status is not self.status:
            self.status = status
            self._events.append(events.StatusChanged(status))

    def _give_up(self, delay_s: float | None = None) -> None:
        """The connection is of no use; come back after ``delay_s``, or as the backoff has it."""
        self.hang_up = True
        self._delay_s = delay_s

    def _end(self, why: End, detail: str) -> None:
        if self.status is Status.ENDED:
            return
        self.hang_up = self.status is not Status.OFFLINE
        self.connect_at = None
        self._log.interrupt()
        self._become(Status.ENDED)
        self._events.append(events.SessionEnded(why, detail))


def _accepted(relayed: messages.Relayed) -> Accepted:
    overrules = relayed.overrules
    return Accepted(
        relayed.server_seq_num,
        relayed.update_key,
        encode_value(relayed.update_value),
        relayed.client_id or "",
        (relayed.local_seq_num or 0) if relayed.client_id else 0,
        relayed.location_name or "",
        overrules.server_seq_num if overrules else 0,
        overrules.location_name if overrules else "",
    )
