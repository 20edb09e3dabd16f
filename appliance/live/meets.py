"""Which meets there are, and who is let in: creating, joining, resuming, leaving (PROTOCOL.md section 4)."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable, Collection, Sequence

import msgspec
from msgspec import Struct

from appliance.access.bundles import KEY_BYTES
from appliance.access.passwords import PasswordHash, Passwords, TooManyHashes
from appliance.access.roles import Role
from appliance.access.sessions import Refusal, Renewal, Session, Sessions, expires_in_s, session_record
from appliance.access.throttle import GuessThrottle, RateLimit, Wait
from appliance.access.tokens import Claims, TokenSigner, new_session_id
from appliance.live.bundles import BROKEN, CONTESTED, HELD, MAX_CONTESTED, Contested, bundle_of, meet_of
from appliance.live.feed import Feed
from appliance.live.hub import BUSY_RETRY_MS, Hub, Member, Welcome
from appliance.live.stored import lineage_of, log_of, priorities_of
from appliance.meet.log import MeetLog, UnreadableLog
from appliance.meet.records import Client, Epoch, Location, Meet, Sealing, SessionRecord
from appliance.meet.roster import Roster
from appliance.protocol import messages
from appliance.protocol.messages import (
    EntryIdBlock,
    FromServer,
    InvalidSession,
    JoinRejected,
    MalformedMessage,
    RateLimited,
    ServerBusy,
)
from appliance.protocol.words import MEET_ID_DIGITS
from appliance.service import warnings
from appliance.service.clock import ServiceClock, wall_ms
from appliance.service.logging import get_logger
from appliance.service.unbroken import Unbroken
from appliance.service.warnings import WarningBoard
from appliance.storage.commands import AddClient, Command, CreateMeet, DeleteMeet, SaveServiceSeconds, SaveSession
from appliance.storage.errors import StorageError, StorageFailed
from appliance.storage.journal import Journal
from appliance.storage.loading import StoredMeet
from appliance.storage.positions import Position

# People create a meet now and then and join once; a hall full of displays that all wake up at once is still people.
CREATE_BURST, CREATES_PER_S = 60, 1.0
JOIN_BURST, JOINS_PER_S = 600, 20.0

# A finished meet that nobody has asked for leaves memory after this; it comes back within a moment.
REST_AFTER_S = 600.0

WRONG = "the meet id or the password is not right"
TOO_MANY_GUESSES = "too many wrong passwords from this computer: wait before the next try"

_SMALLEST_MEET_ID = 10 ** (MEET_ID_DIGITS - 1)
_NOT_OF_AN_ID = re.compile(r"[\s-]")

_log = get_logger(__name__)

# An appliance that starts cannot know whether it has lost state: tables may hold blocks of entry ids that it gave and
# does not remember, and they may come back late. So each of its lives gives blocks apart from those of all others.
BLOCKS_PER_LIFE = 1_000
LIVES = 1_000_000


class MeetInUse(Exception):
    """Somebody takes part in a meet; the message says how many."""


class Membership(Struct, eq=False):
    """A session at work on a meet. ``welcome`` is there where it was just created or joined."""

    hub: Hub
    member: Member
    token: str
    claims: Claims
    welcome: Welcome | None = None


class _Resting(Struct, eq=False, frozen=True):
    """A finished meet that is on disk only, and what has to be known of it all the same."""

    meet: Meet
    password: PasswordHash
    position: Position


class _RunningMeet(Struct, eq=False):
    meet: Meet
    password: PasswordHash
    roster: Roster
    hub: Hub
    feed: Feed
    task: asyncio.Task[None]


class Meets:
    """All meets of the appliance: lets clients in and hands them to the hub of their meet.

    Args:
        journal: where meets, clients and sessions become durable.
        passwords, signer, sessions: the access room.
        clock: service seconds, by which sessions expire.
        board: where the operator is told what the meets notice.

    Attributes:
        failed: done, with the exception, when a hub broke by a mistake of ours: the process should end and be
            started again from what is on disk, rather than show a meet that stands still.
    """

    def __init__(
        self,
        journal: Journal,
        passwords: Passwords,
        signer: TokenSigner,
        sessions: Sessions,
        clock: ServiceClock,
        board: WarningBoard,
    ) -> None:
        self._journal = journal
        self._passwords = passwords
        self._signer = signer
        self._sessions = sessions
        self._clock = clock
        self._board = board
        self._loop = asyncio.get_running_loop()
        self._guesses = GuessThrottle()
        self._creates = RateLimit(CREATE_BURST, CREATES_PER_S)
        self._joins = RateLimit(JOIN_BURST, JOINS_PER_S)
        self._running: dict[str, _RunningMeet] = {}
        self._on_open: list[Callable[[str], None]] = []
        self._resting: dict[str, _Resting] = {}
        self._resting_or_waking = asyncio.Lock()
        # When somebody last asked for a meet, by the loop's clock.
        self._asked: dict[str, float] = {}
        # All that are here, oldest first.
        self._order: list[str] = []
        self._bringing_back = asyncio.Lock()
        self._unbroken = Unbroken()
        # Meets that two sides wanted to bring back.
        self._contested: list[Contested] = []
        self.failed: asyncio.Future[None] = self._loop.create_future()

    # ------------------------------------------------------------ the meets

    @property
    def meets(self) -> list[Meet]:
        """The meets that are here, oldest first."""
        return [self._running[each].meet if each in self._running else self._resting[each].meet for each in self._order]

    @property
    def positions(self) -> list[Position]:
        """Where the log of each meet stands on disk, oldest meet first."""
        return [
            _position(self._running[each].hub) if each in self._running else self._resting[each].position
            for each in self._order
        ]

    @property
    def hubs(self) -> list[Hub]:
        """The meets as they run, oldest first; a finished one that rests is not among them."""
        return [self._running[each].hub for each in self._order if each in self._running]

    @property
    def names(self) -> dict[str, str]:
        """The name of each meet by its id, as it stands, oldest meet first."""
        return {each.meet_id: each.name for each in self.positions}

    def hub(self, meet_id: str) -> Hub | None:
        """A meet as it runs, None if it is not here, or rests: see `wake`."""
        running = self._running.get(meet_id)
        return running.hub if running is not None else None

    def is_closed(self, meet_id: str) -> bool:
        """Whether a meet is here, and takes no changes since its results were published."""
        hub = self.hub(meet_id)
        return meet_id in self._resting or (hub is not None and hub.seal.closed)

    def feed(self, meet_id: str) -> Feed | None:
        """The boards of a meet, None if it is not here."""
        running = self._running.get(meet_id)
        return running.feed if running is not None else None

    def recovery_key(self, meet_id: str) -> bytes | None:
        """What seals and signs for a meet, None if it is not here."""
        here = self._running.get(meet_id) or self._resting.get(meet_id)
        return here.meet.recovery_key if here is not None else None

    @property
    def feeds(self) -> list[Feed]:
        """The boards of all meets that run, oldest meet first."""
        return [self._running[each].feed for each in self._order if each in self._running]

    def open(self, stored: StoredMeet, log: MeetLog, damage: str | None, *, recoverable: bool = False) -> None:
        """Take up a meet from disk, with its log.

        One with damage can be read but not changed; if that is ``recoverable``, until its clients have mended it.
        """
        roster = Roster(stored.clients, first_block=_another_life())
        self._start(
            stored.meet,
            stored.epochs,
            roster,
            log,
            begun=False,
            damage=damage,
            recoverable=recoverable,
            sealing=stored.sealing,
        )
        self._sessions.restore(stored.sessions)

    def on_open(self, heard: Callable[[str], None]) -> None:
        """Have this called with the id of each meet that is taken up, and now of those that are here already."""
        self._on_open.append(heard)
        for meet_id in list(self._running):
            heard(meet_id)

    async def close(self) -> None:
        """Finish all that has come in, and stop."""
        for running in self._running.values():
            running.feed.stop()
            running.hub.stop()
        await asyncio.gather(*(running.task for running in self._running.values()), return_exceptions=True)

    async def delete(self, meet_id: str) -> None:
        """Forget a meet, here and on disk.

        Raises:
            MeetInUse: somebody takes part in it; nothing was done.
            KeyError: there is no such meet, or it rests.
            StorageError: the disk refuses; the meet goes on.
        """
        running = self._running[meet_id]
        if present := running.hub.present():
            who = "1 table takes part" if len(present) == 1 else f"{len(present)} tables take part"
            raise MeetInUse(f"{who} in the meet: leave it there first")
        # Nobody may come in while it goes.
        del self._running[meet_id]
        self._order.remove(meet_id)
        await _put_away(running)
        try:
            await self._journal.submit(DeleteMeet(meet_id))
        except StorageError:
            await self._take_up_again(meet_id)
            raise
        _log.warning("meet_deleted", meet_id=meet_id)

    # ------------------------------------------------------------ finished meets rest

    async def wake(self, meet_id: str) -> None:
        """Have a meet run if it is here: to be called by whoever is asked for one.

        Raises:
            StorageError: it rests, and cannot be read now.
        """
        self._asked[meet_id] = self._loop.time()
        if meet_id in self._resting:
            async with self._resting_or_waking:
                if meet_id in self._resting:
                    await self._take_up_again(meet_id)
                    _log.info("meet_woken", meet_id=meet_id)

    async def put_to_rest(self, may_rest: Callable[[str], bool]) -> None:
        """Let meets leave memory that are closed and have not been asked for in a while; they stay on disk.

        Args:
            may_rest: whether a closed meet is finished.
        """
        for hub in self.hubs:
            # Looked at when it is this meet's turn: others are put away and woken meanwhile.
            async with self._resting_or_waking:
                meet_id = hub.meet.meet_id
                if self.hub(meet_id) is not hub or not self._is_idle(hub) or not may_rest(meet_id):
                    continue
                running = self._running.pop(meet_id)
                self._resting[meet_id] = _Resting(running.meet, running.password, _position(hub))
                await _put_away(running)
            _log.info("meet_rests", meet_id=meet_id)

    def _is_idle(self, hub: Hub) -> bool:
        """Whether a meet is closed, whole, and nobody has asked for it in a while; who is there now asks for it."""
        meet_id = hub.meet.meet_id
        if hub.present() or self._running[meet_id].feed.viewers:
            self._asked[meet_id] = self._loop.time()
        elif hub.seal.closed and not hub.recovery.running and hub.damage is None and not hub.waiting:
            return self._loop.time() - self._asked[meet_id] >= REST_AFTER_S
        return False

    async def _awake(self, meet_id: str) -> _RunningMeet | None:
        if meet_id not in self._order:
            return None
        await self.wake(meet_id)
        return self._running.get(meet_id)

    async def _take_up_again(self, meet_id: str) -> None:
        stored = await self._journal.reload(meet_id)
        try:
            log = log_of(stored)
        except UnreadableLog as error:
            raise StorageFailed(str(error)) from error
        self._resting.pop(meet_id, None)
        damage = None if log.digest == stored.digest else "its updates on disk are not those that it had"
        self.open(stored, log, damage, recoverable=True)

    def forget(self) -> None:
        """After `close`: know no meet and no session any more, so that another database can be taken up."""
        self._running.clear()
        self._resting.clear()
        self._order.clear()
        self._sessions.forget()

    def _start(
        self,
        meet: Meet,
        epochs: Sequence[Epoch],
        roster: Roster,
        log: MeetLog,
        *,
        begun: bool,
        damage: str | None = None,
        recoverable: bool = False,
        sealing: Sealing | None = None,
    ) -> _RunningMeet:
        async def reload() -> StoredMeet:
            return await self._journal.reload(meet.meet_id)

        async def enrol(client_ids: Collection[str]) -> None:
            unknown = [client_id for client_id in sorted(client_ids) if roster.find(client_id) is None]
            clients = [roster.allot(client_id) for client_id in unknown]
            await asyncio.gather(*(self._journal.submit(AddClient(meet.meet_id, client)) for client in clients))
            for client in clients:
                roster.keep(client)

        hub = Hub(
            meet,
            lineage_of(epochs),
            log,
            self._journal,
            reload,
            enrol,
            self._board,
            begun=begun,
            damage=damage,
            recoverable=recoverable,
            sealing=sealing,
        )
        task = self._loop.create_task(hub.run(), name=f"hub {meet.meet_id}")
        task.add_done_callback(self._hub_ended)
        password = msgspec.json.decode(meet.password_hash, type=PasswordHash)
        running = self._running[meet.meet_id] = _RunningMeet(meet, password, roster, hub, Feed(hub), task)
        if meet.meet_id not in self._order:
            self._order.append(meet.meet_id)
        self._asked[meet.meet_id] = self._loop.time()
        for heard in self._on_open:
            heard(meet.meet_id)
        return running

    def _hub_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("hub_failed", cause=error, task=task.get_name())
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """The appliance cannot go on with what it has in memory."""
        if not self.failed.done():
            self.failed.set_exception(error)

    # ------------------------------------------------------------ creating and joining

    async def create(self, message: messages.CreateMeet, address: str) -> Membership | FromServer:
        """Make a new meet; its creator is in it when it is on disk."""
        return await self._unbroken.run(self._create(message, address))

    async def _create(self, message: messages.CreateMeet, address: str) -> Membership | FromServer:
        retry_after_ms = self._creates.take(address, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        try:
            password = await self._passwords.hash(message.password)
        except TooManyHashes as busy:
            return RateLimited(retry_after_ms=busy.retry_after_ms)
        meet = Meet(
            meet_id=self._new_meet_id(),
            name=message.meet_name or "",
            password_hash=msgspec.json.encode(password),
            recovery_key=secrets.token_bytes(KEY_BYTES),
            created_by=message.this_location_name,
            locations=tuple(Location(end.location_name, end.priority) for end in message.endpoints),
        )
        epoch = Epoch(secrets.token_hex(8), None, 0)
        roster = Roster()
        client = roster.allot(message.client_id or secrets.token_hex(8))
        location = next(each for each in meet.locations if each.name == meet.created_by)
        claims = self._claims(meet, client, location, Role.TABLE)
        session = session_record(claims)
        try:
            await self._journal.submit(CreateMeet(meet, epoch, client, session))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        roster.keep(client)
        self._sessions.restore([session])
        running = self._start(meet, [epoch], roster, MeetLog(priorities_of(meet)), begun=True)
        _log.info("meet_created", meet_id=meet.meet_id, name=meet.name, locations=len(meet.locations))
        return self._membership(running, claims, location, client, created=True)

    async def join(self, message: messages.JoinMeet, address: str) -> Membership | FromServer:
        """Let a client in that knows the password."""
        running = await self._opened(message.meet_id, message.password, address)
        return await self._admit(running, message) if isinstance(running, _RunningMeet) else running

    async def locations(self, message: messages.ListLocations, address: str) -> FromServer:
        """Tell somebody who knows the password where they can join."""
        running = await self._opened(message.meet_id, message.password, address)
        if not isinstance(running, _RunningMeet):
            return running
        return messages.Locations(meet_name=running.hub.meet_name, locations=running.hub.presence().locations)

    async def _opened(self, meet_id: str, password: str, address: str) -> _RunningMeet | FromServer:
        """The meet that a password opens. A wrong id and a wrong password are answered alike, and as fast."""
        retry_after_ms = self._joins.take(address, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        # Remembered and logged, so cut to what still cannot be one when it is too long.
        meet_id = _NOT_OF_AN_ID.sub("", meet_id)[: MEET_ID_DIGITS + 1]
        attempt = self._guesses.admit(address, meet_id, self._loop.time())
        if isinstance(attempt, Wait):
            return JoinRejected(reason=TOO_MANY_GUESSES, retry_after_ms=attempt.retry_after_ms)
        here = self._running.get(meet_id) or self._resting.get(meet_id)
        try:
            right = await self._passwords.verify(password, here.password if here else None)
        except TooManyHashes as busy:
            self._guesses.withdrawn(attempt)
            return RateLimited(retry_after_ms=busy.retry_after_ms)
        try:
            running = await self._awake(meet_id) if right else None
        except StorageError as error:
            self._guesses.withdrawn(attempt)
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        if running is None:
            _log.info("join_rejected", meet_id=meet_id, address=address)
            return JoinRejected(reason=WRONG, retry_after_ms=attempt.retry_after_ms or None)
        self._guesses.succeeded(attempt)
        return running

    async def recover(self, message: messages.RecoverMeet, address: str) -> Membership | FromServer:
        """Bring a meet back that this appliance does not hold, and let the client in; the next with its key joins.

        A meet that is held for any other reason is joined with its password.
        """
        return await self._unbroken.run(self._recover(message, address))

    async def _recover(self, message: messages.RecoverMeet, address: str) -> Membership | FromServer:
        retry_after_ms = self._joins.take(address, self._loop.time())
        if retry_after_ms:
            return RateLimited(retry_after_ms=retry_after_ms)
        meet = meet_of(message.recovery_bundle, message.recovery_key)
        if meet is None or meet.meet_id != message.meet_id:
            _log.warning("bundle_refused", meet_id=message.meet_id[: MEET_ID_DIGITS + 1], address=address)
            return JoinRejected(reason=BROKEN)
        join = messages.JoinMeet(
            meet_id=meet.meet_id, password="", location_name=message.location_name, client_id=message.client_id
        )
        # Everybody comes at once, and only the first brings it back.
        async with self._bringing_back:
            try:
                running = await self._awake(meet.meet_id)
            except StorageError as error:
                return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
            if running is None:
                return await self._bring_back(meet, join)
        if not running.meet.from_bundle:
            return JoinRejected(reason=HELD)
        if not hmac.compare_digest(running.meet.recovery_key, meet.recovery_key):
            self._contest(message, address)
            return JoinRejected(reason=CONTESTED)
        return await self._admit(running, join)

    async def _bring_back(self, meet: Meet, join: messages.JoinMeet) -> Membership | FromServer:
        location = _location(meet, join.location_name)
        if location is None:
            return _no_such_location(meet, join.location_name)
        epoch = Epoch(secrets.token_hex(8), None, 0)
        roster = Roster(first_block=_another_life())
        client = roster.allot(join.client_id or secrets.token_hex(8))
        claims = self._claims(meet, client, location, Role.TABLE)
        session = session_record(claims)
        try:
            await self._journal.submit(CreateMeet(meet, epoch, client, session))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        roster.keep(client)
        self._sessions.restore([session])
        running = self._start(meet, [epoch], roster, MeetLog(priorities_of(meet)), begun=True)
        _log.warning("meet_brought_back", meet_id=meet.meet_id, name=meet.name, client_id=client.client_id)
        return self._membership(running, claims, location, client, created=False)

    def _contest(self, message: messages.RecoverMeet, address: str) -> None:
        contested = Contested(message.meet_id, message.location_name, message.client_id, address)
        _log.error("meet_contested", meet_id=message.meet_id, client_id=message.client_id, address=address)
        if contested not in self._contested and len(self._contested) < MAX_CONTESTED:
            self._contested.append(contested)
            self._board.put_up(warnings.MEET_CONTESTED, "; ".join(map(str, self._contested)))

    async def _admit(self, running: _RunningMeet, message: messages.JoinMeet) -> Membership | FromServer:
        location = _location(running.meet, message.location_name)
        if location is None:
            return _no_such_location(running.meet, message.location_name)
        client_id = message.client_id or secrets.token_hex(8)
        client = running.roster.find(client_id)
        new = client is None
        if client is None:
            client = running.roster.allot(client_id)
        role = Role.DISPLAY if message.read_only else Role.TABLE
        claims = self._claims(running.meet, client, location, role)
        session = session_record(claims)
        commands: list[Command] = [SaveSession(session)]
        if new:
            commands.insert(0, AddClient(running.meet.meet_id, client))
        try:
            await asyncio.gather(*map(self._journal.submit, commands))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        if new:
            running.roster.keep(client)
        self._sessions.restore([session])
        _log.info("client_joined", meet_id=running.meet.meet_id, client_id=client_id, location=location.name, role=role)
        return self._membership(running, claims, location, client, created=False)

    # ------------------------------------------------------------ sessions

    async def resume(self, token: str) -> Membership | FromServer:
        """The membership that a token signs, whether or not its session is still live: `use` tells."""
        claims = self._signer.read(token)
        try:
            running = await self._awake(claims.meet_id) if claims else None
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        location = _location(running.meet, claims.location_name) if running and claims else None
        if claims is None or running is None or location is None:
            return InvalidSession(session_token=token)
        if running.roster.find(claims.client_id) is None:
            # It joined after the database that we run on was copied.
            client = running.roster.allot(claims.client_id)
            try:
                await self._journal.submit(AddClient(claims.meet_id, client))
            except StorageError as error:
                return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
            running.roster.keep(client)
        return Membership(running.hub, Member(claims.client_id, location, claims.role.may_write), token, claims)

    async def use(self, membership: Membership) -> FromServer | None:
        """Use a session, which renews it.

        Returns:
            None if it is live; `SessionRenewed` if it is, and its longer life is to be told; else why it is not.
        """
        outcome = self._sessions.use(membership.claims, int(self._clock.now_s()))
        if isinstance(outcome, Renewal):
            # Else a crash within the minute would give the session its old expiry back.
            busy = await self._store(outcome.record)
            if busy is not None:
                _log.warning("renewal_not_stored", reason=busy.reason)
            return messages.SessionRenewed(
                session_token=self._signer.sign(outcome.claims), expires_at=self._expires_at(outcome.session)
            )
        if isinstance(outcome, Refusal):
            # A death is told only when it is on disk, or a crash could bring the session back to life.
            busy = await self._store(outcome.record) if outcome.record else None
            return busy or InvalidSession(session_token=membership.token)
        return None

    async def leave(self, membership: Membership) -> ServerBusy | None:
        """End a session for ever; None when that is on disk, else nothing was done."""
        revoked = self._sessions.revoke(membership.claims.session_id)
        busy = await self._store(revoked)
        if busy is not None:
            self._sessions.restore([msgspec.structs.replace(revoked, dead=False)])
        return busy

    async def enlarge(self, membership: Membership) -> FromServer:
        """Give a client more entry ids."""
        if not membership.member.may_write:
            return MalformedMessage(err_msg="ENLARGE_ENTRY_IDS: a session that may only read has no entry ids")
        running = self._running[membership.claims.meet_id]
        client = running.roster.enlarged(membership.member.client_id)
        try:
            await self._journal.submit(AddClient(running.meet.meet_id, client))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        running.roster.keep(client)
        return messages.EntryIds(entry_id_block=_block(client))

    async def save_sessions(self) -> None:
        """Store how long the appliance has been running and which sessions were used.

        Raises:
            StorageError: the disk refused; the next time stores it all.
        """
        records = self._sessions.unsaved()
        commands: list[Command] = [SaveServiceSeconds(int(self._clock.now_s()))]
        commands += [SaveSession(record) for record in records]
        await asyncio.gather(*map(self._journal.submit, commands))
        self._sessions.stored(records)

    async def _store(self, record: SessionRecord) -> ServerBusy | None:
        try:
            await self._journal.submit(SaveSession(record))
        except StorageError as error:
            return ServerBusy(retry_after_ms=BUSY_RETRY_MS, reason=str(error))
        self._sessions.stored([record])
        return None

    # ------------------------------------------------------------ what a newcomer gets

    def _membership(
        self, running: _RunningMeet, claims: Claims, location: Location, client: Client, *, created: bool
    ) -> Membership:
        token = self._signer.sign(claims)
        may_write = claims.role.may_write
        bundle, key = bundle_of(running.meet) if may_write else (None, None)
        session = self._sessions.use(claims, claims.issued_s)
        expires_at = self._expires_at(session) if isinstance(session, Session) else wall_ms()

        def welcome(epoch: str, last_server_seq: int, last_local_seq: int) -> FromServer:
            joined = messages.MeetJoined(
                session_token=token,
                client_id=client.client_id,
                epoch=epoch,
                last_server_seq=last_server_seq,
                location_name=location.name,
                priority=location.priority,
                expires_at=expires_at,
                last_local_seq_num=last_local_seq,
                entry_id_block=_block(client) if may_write else None,
                recovery_bundle=bundle,
                recovery_key=key,
            )
            if created:
                return messages.MeetCreated(meet_id=running.meet.meet_id, **msgspec.structs.asdict(joined))
            return joined

        return Membership(running.hub, Member(client.client_id, location, may_write), token, claims, welcome)

    def _claims(self, meet: Meet, client: Client, location: Location, role: Role) -> Claims:
        issued_s = int(self._clock.now_s())
        return Claims(new_session_id(), meet.meet_id, client.client_id, location.name, role, issued_s)

    def _expires_at(self, session: Session) -> int:
        return wall_ms() + 1000 * expires_in_s(session, int(self._clock.now_s()))

    def _new_meet_id(self) -> str:
        while True:
            meet_id = str(secrets.randbelow(9 * _SMALLEST_MEET_ID) + _SMALLEST_MEET_ID)
            if meet_id not in self._order:
                return meet_id


async def _put_away(running: _RunningMeet) -> None:
    running.feed.stop()
    running.hub.stop()
    await asyncio.gather(running.task, return_exceptions=True)


def _position(hub: Hub) -> Position:
    stands = hub.settled
    return Position(hub.meet.meet_id, hub.meet_name, stands.epoch, stands.last_server_seq, stands.state_digest)


def _location(meet: Meet, name: str) -> Location | None:
    return next((location for location in meet.locations if location.name == name), None)


def _no_such_location(meet: Meet, name: str) -> JoinRejected:
    names = ", ".join(location.name for location in meet.locations)
    return JoinRejected(reason=f"this meet has no location {name!r}; it has {names}")


def _block(client: Client) -> EntryIdBlock:
    return EntryIdBlock(first=client.entry_ids.first, last=client.entry_ids.last)


def _another_life() -> int:
    return BLOCKS_PER_LIFE * (1 + secrets.randbelow(LIVES))
