"""The durable queue of results: one submission at a time, tried until it is sent, refused or cancelled.

What is on disk goes before what is done: a publication is "sending" on disk, under its key, before its channel is
touched. Whatever happens then, the next start finds it so, says that it may have arrived, and looks for it first.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from appliance.meet.records import Publication, Results, Sealing, Submission
from appliance.publishing import model
from appliance.publishing.carrier import Carrier
from appliance.publishing.channels.channel import Channel
from appliance.publishing.checker import Checker
from appliance.publishing.copies import Copies
from appliance.publishing.gate import Gate
from appliance.publishing.model import MeetSnapshot, Outcome, Outgoing, State
from appliance.service.clock import wall_ms
from appliance.service.logging import get_logger
from appliance.service.warnings import WarningBoard
from appliance.storage.commands import SavePublication
from appliance.storage.errors import JournalStopped, StorageError
from appliance.storage.journal import Journal
from appliance.storage.publications import load_publications, load_results, load_submissions
from appliance.storage.requests import Requests

# A stop waits so long for a submission in flight; then the next start looks what became of it.
LAST_WORDS_S = 5.0

_log = get_logger(__name__)


class NotPossible(Exception):
    """What was asked of a publication does not go with its state; the message says why."""


class Outbox:
    """The publications of this appliance. To be used from one event loop; `start` it first, `close` it at last.

    Args:
        journal: where they are kept.
        channel: the way they take.
        gate: whether they may go now.
        copies: sends the copies for the return addresses, if mail is set up.
        checker: OpenPowerlifting's own, None if it shall not be asked.
        requests: what commands ask for beside the running appliance.
        now_s: seconds of service.
        board: where the operator is told what needs a hand.
        jitter: random numbers from 0 to 1.

    Attributes:
        waiting_for: what everything that is queued waits for, in plain words; empty if only for its next try.
    """

    def __init__(
        self,
        journal: Journal,
        channel: Channel,
        gate: Gate,
        copies: Copies | None,
        checker: Checker | None,
        requests: Requests,
        now_s: Callable[[], float],
        board: WarningBoard,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.channel = channel
        self.gate = gate
        self.waiting_for = ""
        self._journal = journal
        self._copies = copies
        self._checker = checker
        self._requests = requests
        self._now_s = now_s
        self._board = board
        self._carrier = Carrier(channel, gate.internet, now_s, jitter)
        self._known: dict[str, Publication] = {}
        self._listeners: list[Callable[[Publication], None]] = []
        # Deciding what is stored goes one by one; a submission in flight does not hold this.
        self._deciding = asyncio.Lock()
        self._working = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._second_chance = False
        # Queued ones that need not wait for their next try, since the internet has just come.
        self._hurried: set[str] = set()
        # What became of a submission while the disk refused to take it.
        self._unrecorded: SavePublication | None = None

    # ------------------------------------------------------------ what others ask

    async def publish(
        self, snapshot: MeetSnapshot, return_email: str, csv: str, sealing: Sealing | None = None
    ) -> Publication:
        """Queue a meet's results; returns when they are on disk.

        The same CSV of the same meet gives the same publication; what still waits of the meet's other results is
        cancelled.

        Args:
            snapshot: the meet as it stands.
            return_email: where a copy goes; empty for none. It must be one (`model.is_address`).
            csv: the file for OpenPowerlifting, which was checked.
            sealing: from then on the meet is closed for changes; None if it is so already.

        Raises:
            StorageError: nothing was queued, or what waits of other results was not cancelled yet; ask again.
            ValueError: the address is none; our own misuse.
        """
        if return_email and not model.is_address(return_email):
            raise ValueError(f"{return_email!r} is no e-mail address")
        content = Results(csv.encode(), snapshot.state)
        async with self._deciding:
            new, superseded = model.publish(self.publications, snapshot, return_email, content.csv, wall_ms())
            known = self._known.get(new.publication_id)
            # The new one first: between two commits there are rather two that wait than none.
            if new != known or sealing is not None:
                await self._store(SavePublication(new, content if known is None else None, sealing=sealing))
            for each in superseded:
                await self._store(SavePublication(each))
        _log.info("published", publication=new.publication_id, meet_id=new.meet_id, edition=new.edition)
        self.poke()
        return new

    async def cancel(self, publication_id: str) -> Publication:
        """It shall not be sent. Raises `NotPossible`, `StorageError`."""
        async with self._deciding:
            publication = self._get(publication_id)
            if publication.state not in model.WAITING:
                raise NotPossible(f"it is {publication.state}, so it cannot be cancelled")
            cancelled = model.cancelled(publication, "cancelled by the operator")
            await self._store(SavePublication(cancelled))
        self.poke()
        return cancelled

    async def retry(self, publication_id: str) -> Publication:
        """Send it now, after it failed, was cancelled, or while it waits. Raises `NotPossible`, `StorageError`."""
        async with self._deciding:
            publication = self._get(publication_id)
            if publication.state in (State.SENDING, State.SENT):
                raise NotPossible(f"it is {publication.state} already")
            if model.is_superseded(publication, self.publications):
                raise NotPossible("later results of the meet took its place; publish it again instead")
            queued = model.queued(publication)
            await self._store(SavePublication(queued))
        self._hurried.add(publication_id)
        self.poke()
        return queued

    def on_change(self, changed: Callable[[Publication], None]) -> None:
        """Have this called, on the event loop, with each publication that has changed on disk."""
        self._listeners.append(changed)

    def status_of(self, meet_id: str) -> Publication | None:
        """The publication that counts for a meet, None if nothing was published of it."""
        return model.newest(self.publications, meet_id)

    async def results_of(self, publication_id: str) -> Outgoing:
        """A publication with its content, for a download. Raises `NotPossible`, `StorageError`."""
        publication = self._get(publication_id)
        results = await self._journal.read(partial(load_results, publication_id=publication_id))
        return Outgoing(publication, results, model.is_correction(publication, self.publications))

    async def submissions_of(self, publication_id: str) -> list[Submission]:
        """Each try to submit it, the first one first. Raises `StorageError`."""
        return await self._journal.read(partial(load_submissions, publication_id=publication_id))

    # ------------------------------------------------------------ figures

    @property
    def publications(self) -> list[Publication]:
        """All of them, in the order in which they were published first."""
        return list(self._known.values())

    @property
    def depth(self) -> int:
        """How many are queued or on their way."""
        return sum(each.state in (State.QUEUED, State.SENDING) for each in self._known.values())

    @property
    def failed(self) -> int:
        """How many failed and wait for somebody."""
        return sum(each.state == State.FAILED for each in self._known.values())

    @property
    def last_error(self) -> str:
        """What last went wrong with something that is not sent yet; empty if nothing did."""
        open_ones = (each for each in self._known.values() if each.state in model.WAITING)
        return next((each.last_error for each in sorted(open_ones, key=lambda e: -e.edition) if each.last_error), "")

    @property
    def sent(self) -> int:
        """How many were sent since the start."""
        return self._carrier.sent

    @property
    def tries_failed(self) -> int:
        """How many tries failed since the start."""
        return self._carrier.failed

    # ------------------------------------------------------------ running

    async def start(self) -> None:
        """Take up what an earlier run has left. A disk that refuses is asked again with each tick."""
        # Settings are read at a start, and what was refused may be taken with the new ones.
        self._second_chance = True
        try:
            await self._catch_up()
        except StorageError as error:
            _log.warning("outbox_waits_for_disk", reason=str(error))

    async def look(self) -> None:
        """What the schedule calls every few seconds."""
        self.poke()

    def poke(self) -> None:
        """Work, now or again when what is being done is done."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="outbox")
        else:
            self._again = True

    def network_changed(self) -> None:
        """A cable, a link or an address has come or gone."""
        self.gate.internet.network_changed()
        self.poke()

    async def close(self) -> None:
        """Begin nothing any more; a submission in flight may end, if that does not take long."""
        if self._task is not None:
            self._again = False
            await asyncio.wait({self._task}, timeout=LAST_WORDS_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def work(self) -> None:
        """Do all that is due and possible now. Raises `StorageError`: it is tried again at the next call."""
        async with self._working:
            await self._catch_up()
            while (publication := await self._next()) is not None:
                await self._submit(publication)
            if self._copies is not None and await self._may_send_copies():
                await self._send_copies(self._copies)
            self._warn()

    async def _run(self) -> None:
        while True:
            self._again = False
            try:
                await self.work()
            except JournalStopped:
                return
            except StorageError as error:
                _log.warning("outbox_waits_for_disk", reason=str(error))
                return
            except Exception as error:  # noqa: BLE001  Whatever it is, the meets go on, and the next tick tries again.
                _log.error("outbox_failed", cause=error)
                return
            if not self._again:
                return

    async def _catch_up(self) -> None:
        """Have on disk what happened, in memory what is on disk, and done what commands asked for."""
        async with self._deciding:
            if self._unrecorded is not None:
                command, self._unrecorded = self._unrecorded, None
                await self._record(command)
            await self._read_again()
            for publication in self.publications:
                # A crash came between the correction and this.
                after = model.giving_way(publication, self.publications)
                if after != publication:
                    await self._store(SavePublication(after))
            if self._second_chance:
                for publication in self.publications:
                    if publication.state == State.FAILED:
                        await self._store(SavePublication(model.queued(publication)))
                self._second_chance = False
        for request in await asyncio.to_thread(self._requests.read):
            try:
                await (self.cancel if request.action == "cancel" else self.retry)(request.about)
            except NotPossible as error:
                _log.warning("request_refused", publication=request.about, reason=str(error))
            await asyncio.to_thread(self._requests.done, request)

    async def _read_again(self) -> None:
        # A restore or another program may have changed them behind our back.
        found = await self._journal.read(load_publications)
        self._known = {each.publication_id: each for each in found}
        for publication in found:
            # Nothing of ours is on its way now.
            if publication.state == State.SENDING:
                await self._take_up(publication)

    # ------------------------------------------------------------ one submission

    async def _next(self) -> Publication | None:
        """What to submit now: nothing while nothing may go."""
        queue = [each for each in self.publications if each.state == State.QUEUED]
        if not queue:
            self.waiting_for = ""
            return None
        now_s, since = self._now_s(), self.gate.arrivals
        due = next((each for each in queue if self._is_due(each, now_s)), None)
        if due is None and self.gate.stands_open:
            # Whether it still does is looked at when the next try is due, not every few seconds.
            return None
        hold = await self.gate.hold(self.channel)
        if self.gate.arrivals != since:
            self._hurried.update(each.publication_id for each in queue)
        self._wait_for(hold.what if hold else "", queue)
        return None if hold else next((each for each in queue if self._is_due(each, now_s)), None)

    def _wait_for(self, what: str, queue: list[Publication]) -> None:
        if what != self.waiting_for:
            self.waiting_for = what
            for publication in queue:
                self._tell(publication)

    def _is_due(self, publication: Publication, now_s: float) -> bool:
        hurried = publication.publication_id in self._hurried
        return now_s >= (publication.held_until_s if hurried else publication.due_s)

    async def _submit(self, publication: Publication) -> None:
        publication_id = publication.publication_id
        self._hurried.discard(publication_id)
        publication = await self._checked(publication)
        loaded = await self.results_of(publication_id)
        async with self._deciding:
            # Somebody may have cancelled it while it was being looked at.
            if self._known.get(publication_id) != publication:
                return
            number = 1 + len(await self.submissions_of(publication_id))
            sending = model.sending(publication)
            submission = Submission(number, sending.edition, self.channel.name, wall_ms())
            await self._store(SavePublication(sending, submission=submission))
        after, outcome, what = await self._carrier.carry(replace(loaded, publication=sending))
        done = replace(submission, outcome=outcome, what=what)
        async with self._deciding:
            # Where to send the copy may have been changed meanwhile.
            after = model.giving_way(self._with_newest_address(after), self.publications)
            await self._record(SavePublication(after, submission=done))
        _log.info("submission", publication=publication_id, number=number, outcome=outcome, what=what)

    async def _take_up(self, publication: Publication) -> None:
        """An earlier run has ended, or was ended, while this was on its way."""
        what = "the appliance stopped while it was being sent"
        submissions = await self.submissions_of(publication.publication_id)
        last = replace(submissions[-1], outcome=Outcome.UNCERTAIN, what=what) if submissions else None
        after = model.giving_way(model.uncertain(publication, what, 0), self.publications)
        await self._store(SavePublication(after, submission=last))

    async def _checked(self, publication: Publication) -> Publication:
        """With what OpenPowerlifting's own checker says, before it is sent for the first time."""
        if self._checker is None or publication.attempts or publication.remarks or not self.channel.hosts:
            return publication
        outgoing = await self.results_of(publication.publication_id)
        remarks = await self._checker.remarks(outgoing.results.csv.decode())
        checked = replace(publication, remarks=remarks)
        async with self._deciding:
            if self._known.get(publication.publication_id) == publication and remarks:
                await self._store(SavePublication(checked))
                return checked
        return publication

    def _with_newest_address(self, after: Publication) -> Publication:
        newest = self._known[after.publication_id].return_email
        if newest == after.return_email:
            return after
        return model.with_copy(replace(after, return_email=newest))

    # ------------------------------------------------------------ copies

    async def _may_send_copies(self) -> bool:
        due = [each for each in self.publications if each.copy == model.Copy.DUE]
        return bool(due) and self._copies is not None and not await self.gate.hold(self._copies.mail)

    async def _send_copies(self, copies: Copies) -> None:
        for publication in self.publications:
            if publication.copy == model.Copy.DUE and self._now_s() >= publication.copy_due_s:
                after = await copies.send(await self.results_of(publication.publication_id), self._now_s())
                async with self._deciding:
                    if self._known.get(publication.publication_id) == publication:
                        await self._record(SavePublication(after))

    # ------------------------------------------------------------ disk, listeners, warnings

    def _get(self, publication_id: str) -> Publication:
        if (publication := self._known.get(publication_id)) is None:
            raise NotPossible(f"there is no publication {publication_id}")
        return publication

    async def _store(self, command: SavePublication) -> None:
        await self._journal.submit(command)
        publication = command.publication
        changed = self._known.get(publication.publication_id) != publication
        self._known[publication.publication_id] = publication
        if changed:
            self._tell(publication)

    def _tell(self, publication: Publication) -> None:
        for listener in self._listeners:
            listener(publication)

    async def _record(self, command: SavePublication) -> None:
        """Store what cannot be undone any more; until the disk takes it, nothing else is begun."""
        try:
            await self._store(command)
        except StorageError:
            self._unrecorded = command
            raise

    def _warn(self) -> None:
        for warning, detail in self._carrier.warnings(self.publications).items():
            if detail:
                self._board.put_up(warning, detail)
            else:
                self._board.take_down(warning)
        self.gate.warn(self._board, waiting=bool(self.waiting_for))
