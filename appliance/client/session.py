"""The aiohttp shell around `ClientCore`: connects and reconnects, sends, keeps time, and keeps the pending file.

async with ClientSession("ws://openlifter.local:8080/ws", Join(meet_id, "Platform 1", password), path) as session:
    await session.wait_for(lambda core: core.status is Status.LIVE)
    await session.set("registration.entries[5003].squatStatus[1]", 1)
    await session.settled()
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from msgspec import structs

from appliance.client import events
from appliance.client.canonical import CanonicalLog
from appliance.client.canonical_file import CanonicalFile
from appliance.client.core import ClientCore
from appliance.client.credentials import Create, Join, Saved, SavedSession
from appliance.client.events import Event, SessionEnded, Status
from appliance.client.link import GOODBYE_S, Link, LinkClosed, OpenLink, open_websocket
from appliance.client.pending_file import PendingFile
from appliance.meet.records import Accepted
from appliance.protocol.codec import NotFromServer, decode_from_server, encode

# Whoever reads events may fall behind by so many, then it is told that it missed some.
EVENTS_WAITING = 10_000

_log = logging.getLogger(__name__)


class SessionOver(Exception):
    """What is waited for will not happen any more."""

    def __init__(self, ended: SessionEnded | None) -> None:
        super().__init__(f"{ended.why}: {ended.detail}" if ended else "the session was closed")
        self.ended = ended


class EventsMissed(Exception):
    """Events came faster than they were read, so some are gone: read the state anew."""


class ClientSession:
    """One client at work on one meet, for as long as the ``async with`` lasts.

    Args:
        url: ``ws://host:port/ws``.
        credentials: how to be let in; without a ``client_id`` the client is the one of the pending file, or a new one.
        pending_path: the pending file. Without one, changes that were not acknowledged die with this process. Beside it
            lies a copy of the log, for a server that lost it.
        open_link: how to open a connection; wrap it to put faults in between.
        random: for the jitter of reconnecting.

    Raises (on entering):
        PendingFileInUse, PendingFileDamaged, OSError: see `PendingFile`.
        ValueError: the credentials do not fit the pending file.
    """

    def __init__(
        self,
        url: str,
        credentials: Create | Join,
        pending_path: Path | None = None,
        *,
        open_link: OpenLink = open_websocket,
        random: Random | None = None,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._pending_path = pending_path
        self._open_link = open_link
        self._random = random
        self._file: PendingFile | None = None
        self._copy: CanonicalFile | None = None
        self._applied: list[Accepted] = []
        self._copy_anew = False
        self._disk = ThreadPoolExecutor(1, "pending file")
        self._kept_waiters: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._waiters: list[tuple[Callable[[ClientCore], bool], asyncio.Future[None]]] = []
        self._subscriptions: list[_Subscription] = []
        self._something_to_send = asyncio.Event()
        self._something_to_keep = asyncio.Event()
        self._time_changed = asyncio.Event()
        self._hang_up = asyncio.Event()
        self._ended: SessionEnded | None = None
        self._over: Exception | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        client_id = self._credentials.client_id or secrets.token_hex(8)
        saved = Saved()
        log: CanonicalLog | None = None
        try:
            if self._pending_path is not None:
                self._file = await self._loop.run_in_executor(self._disk, PendingFile, self._pending_path, client_id)
                saved = self._file.saved
                if self._file.client_id != client_id and self._credentials.client_id:
                    raise ValueError(f"the pending file is of client {self._file.client_id}, not of {client_id}")
                client_id = self._file.client_id
                self._copy = CanonicalFile(self._pending_path.with_name(self._pending_path.name + ".log"), client_id)
                if saved.session is not None and not self._credentials.read_only:
                    log = await self._loop.run_in_executor(self._disk, self._copy.load, saved.session.meet_id)
            self.core = ClientCore(structs.replace(self._credentials, client_id=client_id), saved, self._random, log)
        except BaseException:
            self._let_go_of_the_file()
            raise
        self.core.connect_at = self._loop.time()
        self._task = self._loop.create_task(self._run(), name=f"client {client_id}")
        self._task.add_done_callback(self._finished)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        try:
            await asyncio.wait({self._task})
        finally:
            self._let_go_of_the_file()
        if error is None and not self._task.cancelled():
            self._task.result()

    def _let_go_of_the_file(self) -> None:
        """The last answers are noted, too: without them the next life would send a little more than it has to."""
        if self._file is not None:
            self._disk.submit(_finish, self._file)
        # The thread ends after this; whoever opens the file next waits for its lock by then, so wait here.
        self._disk.shutdown(wait=True)

    # ------------------------------------------------------------ for the program

    async def set(self, key: str, value: Any) -> int:
        """Make a change; returns its local number when it is on disk here. Cancelling does not take it back.

        Raises:
            CannotBeSet, NotJoined, MayOnlyRead: see `ClientCore.set`.
            SessionOver: the session was closed.
            OSError: the pending file cannot be written, and so the session is over.
        """
        if self._over is not None:
            raise self._over
        update = self.core.set(key, value, self._loop.time())
        if self._file is None:
            self.core.kept(update.local_seq, self._loop.time())
            self._turn()
            # A program that only ever sets must let the connection have its turn.
            await asyncio.sleep(0)
        else:
            self._file.made(update)
            kept = self._loop.create_future()
            self._kept_waiters.append((update.local_seq, kept))
            self._turn()
            await kept
        return update.local_seq

    async def wait_for(self, condition: Callable[[ClientCore], bool]) -> None:
        """Wait until the core is so; the condition is looked at after everything that happens.

        Raises:
            SessionOver: it never will be.
        """
        if condition(self.core):
            return
        if self._over is not None:
            raise self._over
        met = self._loop.create_future()
        self._waiters.append((condition, met))
        await met

    async def settled(self) -> None:
        """Wait until the client has caught up and everything it changed is answered."""
        await self.wait_for(lambda core: core.settled)

    def events(self) -> AsyncIterator[Event]:
        """Everything that happens from now on. Ends with the session.

        Raises (while iterating):
            EventsMissed: more than `EVENTS_WAITING` were waiting to be read.
        """
        subscription = _Subscription()
        if self._over is None:
            self._subscriptions.append(subscription)
        else:
            subscription.end()
        return subscription

    async def leave(self) -> None:
        """Revoke the session at the server, if it can be reached, and end."""
        self.core.leave(self._loop.time())
        self._turn()
        await asyncio.wait({self._task})

    # ------------------------------------------------------------ after everything that was fed

    def _turn(self) -> None:
        """Empty the core, and wake whoever has something to do now."""
        for event in self.core.events():
            if self._file is not None:
                self._write_down(self._file, event)
            if isinstance(event, SessionEnded):
                self._ended = event
                self._over = SessionOver(event)
            for subscription in self._subscriptions:
                subscription.put(event)
        self._something_to_send.set()
        self._something_to_keep.set()
        self._time_changed.set()
        if self.core.hang_up:
            self._hang_up.set()
        if self._waiters:
            self._waiters = [waiter for waiter in self._waiters if not self._is_met(*waiter)]

    def _is_met(self, condition: Callable[[ClientCore], bool], met: asyncio.Future[None]) -> bool:
        if not met.done():
            if condition(self.core):
                met.set_result(None)
            elif self._over is not None:
                met.set_exception(self._over)
        return met.done()

    def _write_down(self, file: PendingFile, event: Event) -> None:
        match event:
            case events.Joined(meet_id=meet_id, message=message):
                core = self.core
                session = SavedSession(
                    meet_id=meet_id,
                    location_name=core.location_name,
                    read_only=self._credentials.read_only,
                    session_token=message.session_token,
                    epoch=core.epoch or message.epoch,
                    priority=core.priority,
                    entry_ids=core.entry_ids,
                    recovery_bundle=message.recovery_bundle,
                    recovery_key=message.recovery_key,
                )
                file.joined(session, message.last_local_seq_num)
            case events.SessionRenewed(session_token=token):
                file.renewed(token)
            case events.Rebased(epoch=epoch, server_seq=server_seq):
                file.rebased(epoch, server_seq)
            case events.Applied(updates=updates):
                self._applied += updates
            case events.CaughtUp(replaced=replaced):
                self._copy_anew = self._copy_anew or replaced
            case events.Acked(update=update) | events.Rejected(update=update):
                file.answered(update.local_seq)
            case _:
                pass

    def _finished(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._over = error
        elif self._over is None:
            self._over = SessionOver(self._ended)
        for _, waiter in [*self._waiters, *self._kept_waiters]:
            if not waiter.done():
                waiter.set_exception(self._over)
        for subscription in self._subscriptions:
            subscription.end()

    # ------------------------------------------------------------ the tasks

    async def _run(self) -> None:
        """Connected until the session ends; beside that, time goes on and the file is kept."""
        others = [asyncio.create_task(self._keep_time(), name="client time")]
        if self._file is not None:
            others.append(asyncio.create_task(self._keep_file(self._file), name="client file"))
        connecting = asyncio.create_task(self._keep_connected(), name="client connection")
        tasks = [connecting, *others]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _cancelled(*tasks)

    async def _keep_connected(self) -> None:
        while (connect_at := self.core.connect_at) is not None:
            if connect_at > self._loop.time():
                self._time_changed.clear()
                await _first_of(self._time_changed, connect_at - self._loop.time())
                continue
            try:
                link = await self._open_link(self._url)
            except LinkClosed as closed:
                self.core.disconnected(self._loop.time(), closed.close_code)
            else:
                self.core.disconnected(self._loop.time(), await self._converse(link))
            self._turn()

    async def _converse(self, link: Link) -> int | None:
        """Use a connection until it ends, from either side; returns the server's close code, None if it gave none."""
        self._hang_up.clear()
        self.core.connected(self._loop.time())
        self._turn()
        reading = asyncio.create_task(self._read(link), name="client read")
        sending = asyncio.create_task(self._send(link), name="client send")
        hanging_up = asyncio.create_task(self._hang_up.wait(), name="client hang up")
        try:
            done, _ = await asyncio.wait((reading, sending, hanging_up), return_when=asyncio.FIRST_COMPLETED)
            if done == {hanging_up} and self.core.status is Status.ENDED:
                # There may be a goodbye to send.
                await asyncio.wait({sending}, timeout=GOODBYE_S)
            if sending.done() and not self.core.hang_up:
                # Why a connection broke is at the end of what it brought.
                await asyncio.wait({reading}, timeout=GOODBYE_S)
        finally:
            try:
                await _cancelled(reading, sending, hanging_up)
            finally:
                await link.close()
        return _close_code(reading) or _close_code(sending)

    async def _read(self, link: Link) -> int | None:
        while True:
            try:
                message = decode_from_server(await link.receive())
            except LinkClosed as closed:
                return closed.close_code
            except NotFromServer as error:
                # A later server may say what we do not know; what it says about the log is told by the digest.
                _log.warning("frame_not_understood", extra={"reason": str(error)})
                continue
            self.core.receive(message, self._loop.time())
            self._turn()

    async def _send(self, link: Link) -> int | None:
        while True:
            self._something_to_send.clear()
            frames = self.core.frames_to_send()
            try:
                for frame in frames:
                    await link.send(encode(frame))
            except LinkClosed as closed:
                return closed.close_code
            if frames:
                self._time_changed.set()
            elif self.core.hang_up:
                return None
            else:
                await self._something_to_send.wait()

    async def _keep_time(self) -> None:
        while True:
            self._time_changed.clear()
            tick_at = self.core.tick_at
            await _first_of(self._time_changed, None if tick_at is None else tick_at - self._loop.time())
            if tick_at is not None and self._loop.time() >= tick_at:
                self.core.tick(self._loop.time())
                self._turn()

    async def _keep_file(self, file: PendingFile) -> None:
        """Off the loop, since a sync takes as long as it takes, and acks and relays must go on coming in meanwhile."""
        while True:
            await self._something_to_keep.wait()
            self._something_to_keep.clear()
            batch = file.take()
            if batch is not None:
                # Taken is taken: a write that has not begun when we are cancelled must not be left out.
                await asyncio.shield(self._loop.run_in_executor(self._disk, file.write, batch))
                self.core.kept(batch.made_up_to, self._loop.time())
                while self._kept_waiters and self._kept_waiters[0][0] <= batch.made_up_to:
                    _, kept = self._kept_waiters.popleft()
                    if not kept.done():
                        kept.set_result(None)
                self._turn()
            await self._keep_copy()

    async def _keep_copy(self) -> None:
        """What this client could give back, for its next life."""
        core = self.core
        if self._copy is None or core.status is not Status.LIVE or self._credentials.read_only:
            return
        if not self._applied and not self._copy_anew:
            return
        content, whole = self._copy.note(core.log, core.meet_id, self._applied, anew=self._copy_anew)
        self._applied = []
        self._copy_anew = False
        try:
            await asyncio.shield(
                self._loop.run_in_executor(self._disk, partial(self._copy.write, content, whole=whole))
            )
        except OSError as error:
            _log.warning("copy_not_written", extra={"reason": str(error)})
            self._copy_anew = True


class _Subscription(AsyncIterator[Event]):
    """The events that one reader has not read yet."""

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._missed = False
        self._ended = False

    def put(self, event: Event) -> None:
        if len(self._waiting) < EVENTS_WAITING and not self._missed:
            self._waiting.append(event)
        else:
            self._missed = True
        self._arrived.set()

    def end(self) -> None:
        self._ended = True
        self._arrived.set()

    async def __anext__(self) -> Event:
        while not self._waiting:
            if self._missed:
                self._missed = False
                raise EventsMissed
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()


def _finish(file: PendingFile) -> None:
    try:
        batch = file.take()
        if batch is not None and file.writable:
            file.write(batch)
    finally:
        file.close()


async def _first_of(event: asyncio.Event, timeout_s: float | None) -> None:
    """Wait for an event, but not longer than so many seconds."""
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """End tasks that we own; a mistake of ours in one of them is not swallowed."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _close_code(task: asyncio.Task[int | None]) -> int | None:
    return None if task.cancelled() else task.result()
