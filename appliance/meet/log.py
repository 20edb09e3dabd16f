"""The decision maker of one meet: numbers, repeats, gaps, conflicts (PROTOCOL.md section 5).

Fed with updates, it answers with decisions, at once and in memory:

    for decision in log.receive(updates, sender): ...

Nothing of them may be told to anyone before they are on disk. When they are, call `MeetLog.settle`; when the disk
refused them, `MeetLog.rewind` forgets all that was decided since it last settled.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from appliance.meet.conflicts import Overrules, Stands, judge
from appliance.meet.records import Accepted, Rejected
from appliance.meet.state import DELETED, State, Undo
from appliance.meet.values import TOO_DEEP, wrong_value
from appliance.protocol import keys
from appliance.protocol.codec import decode_value, encode_value, same_value
from appliance.protocol.messages import Update

# The answer was lost with the server's state; that there was one is known.
_UNKNOWN = 0
_ANSWERED_BEFORE = "this was answered before the appliance lost its memory; what stands now is shown"


class UnreadableLog(Exception):
    """An update on disk has a key that this program would never have accepted."""


class Sender(Struct, frozen=True):
    """Who sends, and from where."""

    client_id: str
    location_name: str
    priority: int


class Repeat(Struct, frozen=True, gc=False):
    """Sent before: ``answer`` is the first answer, the server number it was accepted as or the rejection."""

    local_seq: int
    answer: int | Rejected


class Gap(Struct, frozen=True, gc=False):
    """A number was skipped: nothing is remembered of it, the client sends again from ``expected``."""

    local_seq: int
    expected: int


class Refused(Struct, frozen=True):
    """Rejected for good. The client is to be told again all that stands from ``relay_from`` on, 0 for nothing."""

    rejected: Rejected
    relay_from: int


Decision = Accepted | Refused | Repeat | Gap


class _Answers:
    """What one client was answered, by local number: a server number, or minus the place of a rejection.

    Eight bytes an update, so that every update of a long meet can be remembered.
    """

    __slots__ = ("by_local", "learned", "rejections", "settled", "settled_rejections")

    def __init__(self) -> None:
        self.by_local = array("q")
        self.rejections: list[Rejected] = []
        # Local numbers whose lost answer was found again since it last settled.
        self.learned: list[int] = []
        self.settled = 0
        self.settled_rejections = 0

    @property
    def expected(self) -> int:
        return len(self.by_local) + 1

    def accepted(self, server_seq: int) -> None:
        self.by_local.append(server_seq)

    def rejected(self, rejected: Rejected) -> None:
        self.rejections.append(rejected)
        self.by_local.append(-len(self.rejections))

    def first(self, local_seq: int) -> int | Rejected:
        answer = self.by_local[local_seq - 1]
        return answer if answer >= 0 else self.rejections[-answer - 1]

    def restore(self, local_seq: int, answer: int | Rejected) -> None:
        self.known_up_to(local_seq)
        if local_seq <= self.settled:
            self.learned.append(local_seq)
        if isinstance(answer, Rejected):
            self.rejections.append(answer)
            self.by_local[local_seq - 1] = -len(self.rejections)
        else:
            self.by_local[local_seq - 1] = answer

    def known_up_to(self, local_seq: int) -> None:
        self.by_local.extend([_UNKNOWN] * (local_seq - len(self.by_local)))

    def settle(self) -> None:
        self.learned.clear()
        self.settled = len(self.by_local)
        self.settled_rejections = len(self.rejections)

    def rewind(self) -> None:
        for local_seq in self.learned:
            self.by_local[local_seq - 1] = _UNKNOWN
        self.learned.clear()
        del self.by_local[self.settled :]
        del self.rejections[self.settled_rejections :]


class MeetLog:
    """The log of one meet: what was accepted, what stands of it, and who was answered what.

    Args:
        priorities: the priority of each location by name.
        accepted: the log as it is on disk, in number order.
        rejected: the rejections on disk.
        answered: up to which local number clients are known to have been answered, where the answers are lost.

    Raises:
        UnreadableLog: what is on disk is not a log of ours.
    """

    def __init__(
        self,
        priorities: Mapping[str, int],
        accepted: Iterable[Accepted] = (),
        rejected: Iterable[Rejected] = (),
        answered: Mapping[str, int] | None = None,
    ) -> None:
        self._priorities = priorities
        self._state = State()
        self._answers: dict[str, _Answers] = {}
        self._unsettled: list[Undo] = []
        self._touched: set[str] = set()
        self._reporters: dict[int, set[str]] = {}
        for update in accepted:
            path = keys.parse(update.key)
            if isinstance(path, keys.MalformedKey):
                raise UnreadableLog(f"update {update.server_seq} on disk has the key {update.key!r}: {path.reason}")
            self._state.apply(update, path)
            if update.local_seq:
                self._answers_to(update.client_id).restore(update.local_seq, update.server_seq)
        for rejection in rejected:
            self._answers_to(rejection.client_id).restore(rejection.local_seq, rejection)
        for client_id, local_seq in (answered or {}).items():
            self._answers_to(client_id).known_up_to(local_seq)
        for answers in self._answers.values():
            answers.settle()

    # ------------------------------------------------------------ deciding

    def receive(self, updates: Sequence[Update], sender: Sender) -> list[Decision]:
        """Decide on a client's updates, one after the other: one decision each, in the order given."""
        answers = self._answers_to(sender.client_id)
        self._touched.add(sender.client_id)
        return [self._answer(update, sender, answers) for update in updates]

    def _answer(self, update: Update, sender: Sender, answers: _Answers) -> Decision:
        local_seq = update.local_seq_num
        if local_seq < answers.expected:
            return Repeat(local_seq, answers.first(local_seq) or self._lost_answer(update, sender))
        if local_seq > answers.expected:
            return Gap(local_seq, answers.expected)
        decision = self._decide(update, sender)
        if isinstance(decision, Accepted):
            answers.accepted(decision.server_seq)
        else:
            answers.rejected(decision.rejected)
        return decision

    def _lost_answer(self, update: Update, sender: Sender) -> int | Rejected:
        """What to say about an update that was answered before, nobody knows how.

        Where it stands, or its sender has changed the same since, that is the number to know. Else both values are
        shown: the sender's, which is not applied a second time, and what stands.
        """
        path = keys.parse(update.update_key)
        standing = [] if isinstance(path, keys.MalformedKey) else list(self._state.overlapping(path))
        newest = max(standing, key=lambda each: each.server_seq, default=None)
        if newest is None:
            return Rejected(sender.client_id, update.local_seq_num, conflict=False, reason=_ANSWERED_BEFORE)
        if newest.key == update.update_key and (newest.client_id == sender.client_id or _says(update, newest.value)):
            return newest.server_seq
        return Rejected(
            sender.client_id, update.local_seq_num, True, _ANSWERED_BEFORE, newest.server_seq, newest.location_name
        )

    def answered_up_to(self, client_id: str, local_seq: int) -> None:
        """A client was answered up to this number of its own, even if that is not known here. Only while settled."""
        answers = self._answers_to(client_id)
        answers.known_up_to(local_seq)
        answers.settle()

    def take_back_in(self, held: Accepted, after: int, priority: int, reporter: str) -> Accepted | Refused | None:
        """Let an update in that the server once accepted and then lost, too late for it to have its old number.

        It is decided like one that was made after the number ``after`` at its location, of this priority. None if it is
        here already, or was outdone by its own author. ``reporter`` is the client that held it: what that one makes, it
        makes knowing of this.

        That its author was answered says nothing: the answer may have come from the server that lost it.
        """
        answers = self._answers_to(held.client_id) if held.local_seq else None
        known = answers.first(held.local_seq) if answers and held.local_seq < answers.expected else _UNKNOWN
        if known != _UNKNOWN:
            if isinstance(known, int) and known > after:
                self._reporters.setdefault(known, set()).add(reporter)
            return None
        path = keys.parse(held.key)
        if not isinstance(path, keys.MalformedKey):
            standing = self._state.at(path)
            if answers is None and standing is not None and same_value(standing.value, held.value):
                return None
            if answers is not None and any(_outdoes(each, held) for each in self._state.overlapping(path)):
                return None
        update = Update(
            update_key=held.key,
            update_value=decode_value(held.value),
            local_seq_num=held.local_seq,
            after_server_seq_num=after,
        )
        decision = self._decide(update, Sender(held.client_id, held.location_name, priority))
        if isinstance(decision, Accepted):
            self._reporters.setdefault(decision.server_seq, set()).add(reporter)
            if answers is not None:
                answers.restore(held.local_seq, decision.server_seq)
                self._touched.add(held.client_id)
        return decision

    def _decide(self, update: Update, sender: Sender) -> Accepted | Refused:
        key = update.update_key
        path = keys.parse(key)
        if isinstance(path, keys.MalformedKey):
            return _impossible(update, sender, path.reason)
        try:
            value = encode_value(update.update_value)
        except RecursionError:
            # What could just be decoded can be too deep to be encoded here, with more on the stack.
            return _impossible(update, sender, TOO_DEEP)
        wrong = wrong_value(path, update.update_value, value)
        if wrong is not None:
            return _impossible(update, sender, wrong)

        after = update.after_server_seq_num
        overlapping = list(self._state.overlapping(path))
        if self._reporters:
            overlapping = [each for each in overlapping if not self._reported_by(sender.client_id, each)]
        verdict = (
            judge(value, after, sender.client_id, sender.priority, overlapping, self._priorities)
            if overlapping
            else None
        )
        if path[0] == "registration" and len(path) > 3:
            entry = self._state.at(path[:3])
            if entry is None:
                return _impossible(update, sender, "there is no such entry")
            if entry.value == DELETED:
                return _entry_is_deleted(update, sender, entry, verdict)
        if isinstance(verdict, Stands):
            return _outranked(update, sender, verdict)

        overruled = verdict.newest if isinstance(verdict, Overrules) else None
        accepted = Accepted(
            self._state.last_server_seq + 1,
            key,
            value,
            sender.client_id,
            update.local_seq_num,
            sender.location_name,
            overruled.server_seq if overruled else 0,
            overruled.location_name if overruled else "",
        )
        undo = self._state.apply(accepted, path)
        if undo is None:
            raise AssertionError("the newest number always stands")
        self._unsettled.append(undo)
        return accepted

    def _reported_by(self, client_id: str, update: Accepted) -> bool:
        return client_id in self._reporters.get(update.server_seq, ())

    # ------------------------------------------------------------ the disk's answer

    def settle(self) -> None:
        """All that was decided so far is on disk."""
        self._unsettled.clear()
        for client_id in self._touched:
            self._answers[client_id].settle()
        self._touched.clear()

    def rewind(self) -> None:
        """Forget all that was decided since the log last settled: the disk did not keep it."""
        while self._unsettled:
            self._reporters.pop(self._state.last_server_seq, None)
            self._state.take_back(self._unsettled.pop())
        for client_id in self._touched:
            self._answers[client_id].rewind()
        self._touched.clear()

    # ------------------------------------------------------------ reading

    @property
    def state(self) -> State:
        """What stands, for reading only."""
        return self._state

    @property
    def last_server_seq(self) -> int:
        """The newest number given."""
        return self._state.last_server_seq

    @property
    def digest(self) -> str:
        """The checksum of what stands, section 8."""
        return self._state.digest

    def since(self, server_seq: int) -> list[Accepted]:
        """All standing updates above a number, in number order."""
        return self._state.since(server_seq)

    def last_local_seq(self, client_id: str) -> int:
        """The newest local number of a client that was answered for good."""
        answers = self._answers.get(client_id)
        return len(answers.by_local) if answers else 0

    def _answers_to(self, client_id: str) -> _Answers:
        answers = self._answers.get(client_id)
        if answers is None:
            answers = self._answers[client_id] = _Answers()
        return answers


def _outdoes(standing: Accepted, held: Accepted) -> bool:
    """Whether the author of an update has changed the same, or a part of it, later."""
    return standing.client_id == held.client_id and standing.local_seq > held.local_seq


def _says(update: Update, value: bytes) -> bool:
    try:
        return same_value(encode_value(update.update_value), value)
    except RecursionError:
        return False


def _impossible(update: Update, sender: Sender, reason: str) -> Refused:
    return Refused(Rejected(sender.client_id, update.local_seq_num, conflict=False, reason=reason), 0)


def _entry_is_deleted(
    update: Update, sender: Sender, deletion: Accepted, verdict: Overrules | Stands | None
) -> Refused:
    """No priority brings a deleted entry back through one of its properties."""
    concurrent = deletion.server_seq > update.after_server_seq_num and deletion.client_id != sender.client_id
    rejected = Rejected(
        sender.client_id,
        update.local_seq_num,
        concurrent,
        "the entry was deleted",
        deletion.server_seq,
        deletion.location_name,
    )
    earliest = verdict.earliest if isinstance(verdict, Stands) else deletion.server_seq
    return Refused(rejected, min(earliest, deletion.server_seq) if concurrent else 0)


def _outranked(update: Update, sender: Sender, verdict: Stands) -> Refused:
    standing = verdict.standing
    rejected = Rejected(
        sender.client_id,
        update.local_seq_num,
        conflict=True,
        reason=f"{standing.location_name} changed this first, and is not outranked",
        server_seq=standing.server_seq,
        location_name=standing.location_name,
    )
    return Refused(rejected, verdict.earliest)
