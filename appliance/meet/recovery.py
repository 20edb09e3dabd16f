"""Rebuilding a meet's log from what clients hold: PROTOCOL.md section 7. Pure.

A client holds what *stands* at the number that it had applied, so of numbers that were replaced nobody knows anything,
and a log that came back has holes. Nothing is missing from what stands, though: whatever a client had applied and does
not hold was replaced by something that it does hold. So the union of any answers stands exactly as the log did at the
highest number among them, and a hole only ever hides what is of no account any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct, structs

from appliance.meet.records import Accepted
from appliance.meet.values import wrong_value
from appliance.protocol import keys
from appliance.protocol.codec import encode_value, same_value
from appliance.protocol.lineage import Lineage, shared, up_to
from appliance.protocol.messages import EpochBegun, Held


class Answer(Struct, frozen=True):
    """All that one client holds; ``updates`` are valid, and none is above ``last``.

    ``answered`` says up to which local number it saw each client answered, itself included.
    """

    client_id: str
    location_name: str
    priority: int
    lineage: tuple[EpochBegun, ...]
    last: int
    updates: tuple[Accepted, ...]
    answered: Mapping[str, int]


class Inconsistency(Struct, frozen=True):
    """Two answers differ about one number: the one of higher priority was kept."""

    kept: Accepted
    kept_from: str
    dropped: Accepted
    dropped_from: str


class Surplus(Struct, frozen=True):
    """What a client holds beyond the log that was rebuilt: to be let in as made after the number ``after``."""

    reporter: str
    after: int
    updates: tuple[Accepted, ...]


class Rebuilt(Struct, frozen=True):
    """A log that came back.

    Attributes:
        lineage: the epochs that it belongs to, oldest first.
        last: its newest number.
        updates: in number order, those above what was trusted.
        surplus: what did not fit in.
        inconsistencies: where answers differed.
        answered: up to which local number each client was answered.
    """

    lineage: tuple[EpochBegun, ...]
    last: int
    updates: list[Accepted]
    surplus: list[Surplus]
    inconsistencies: list[Inconsistency]
    answered: dict[str, int]


def taken(held: Iterable[Held], last: int, locations: Collection[str], at: str) -> tuple[list[Accepted], list[str]]:
    """What a client says it holds, as updates; and what of it cannot be, in words.

    Args:
        last: the newest number that the client says it has applied.
        locations: those of the meet.
        at: the client's own location, for updates that come from no known one.
    """
    updates: list[Accepted] = []
    refused: list[str] = []
    for each in held:
        path = keys.parse(each.update_key)
        try:
            value = encode_value(each.update_value)
        except RecursionError:
            refused.append(f"{each.update_key}: nested too deeply")
            continue
        wrong = path.reason if isinstance(path, keys.MalformedKey) else wrong_value(path, each.update_value, value)
        if each.server_seq_num > last:
            wrong = f"number {each.server_seq_num} is beyond {last}"
        if wrong is not None:
            refused.append(f"{each.update_key}: {wrong}")
            continue
        location = each.location_name if each.location_name in locations else at
        client_id = each.client_id or ""
        local_seq = (each.local_seq_num or 0) if client_id else 0
        updates.append(Accepted(each.server_seq_num, each.update_key, value, client_id, local_seq, location))
    return updates, refused


def beyond(answer: Answer, lineage: Lineage, last: int) -> Surplus | None:
    """What an answer has beyond a log of this lineage that stands at ``last``, None if nothing.

    What nobody knows the author of counts as the reporter's.
    """
    after = shared(lineage, last, placed(answer, [lineage]).lineage, answer.last)
    updates = [update for update in answer.updates if update.server_seq > after]
    if not updates:
        return None
    own = (update if update.client_id else structs.replace(update, client_id=answer.client_id) for update in updates)
    return Surplus(answer.client_id, after, tuple(sorted(own, key=_number)))


def placed(answer: Answer, lineages: Iterable[Lineage]) -> Answer:
    """An answer of a client that knows no more than its own epoch, with the lineage in which that is known."""
    if len(answer.lineage) == 1:
        for lineage in lineages:
            whole = up_to(lineage, answer.lineage[0].epoch)
            if whole is not None:
                return structs.replace(answer, lineage=tuple(whole))
    return answer


def rebuild(ours: Answer, answers: Sequence[Answer], *, trusted: bool) -> Rebuilt:
    """The union of the answers by epoch and number; where two differ, the higher priority of location wins.

    The log goes on along the longest lineage, that is, from the server that ran last; at equal length the one with
    the highest number. What is known of other branches is surplus.

    Args:
        ours: the server's own log. An empty newest epoch of it is nobody's: it may begin anywhere.
        trusted: our log is whole as far as it goes: it is not merged, only gone on from. A damaged one counts as the
            answer of the lowest priority.
    """
    lineages = [ours.lineage, *(answer.lineage for answer in answers)]
    known = [placed(answer, sorted(lineages, key=len, reverse=True)) for answer in answers]
    start = structs.replace(ours, lineage=_without_empty_end(ours.lineage, ours.last))
    ranked = sorted(known, key=lambda each: each.priority, reverse=True)
    if trusted:
        fitting = [each for each in ranked if shared(start.lineage, ours.last, each.lineage, each.last) == ours.last]
        trunk = max([start, *fitting], key=_progress)
    else:
        ranked.append(start)
        trunk = max(ranked, key=_progress)
    floor = ours.last if trusted else 0

    by_number: dict[int, tuple[Accepted, str]] = {}
    inconsistencies: list[Inconsistency] = []
    surplus: list[Surplus] = []
    for answer in ranked:
        common = shared(trunk.lineage, trunk.last, answer.lineage, answer.last)
        for update in answer.updates:
            if not floor < update.server_seq <= common:
                continue
            kept = by_number.setdefault(update.server_seq, (update, answer.location_name))
            if not _same(kept[0], update):
                inconsistencies.append(Inconsistency(*kept, update, answer.location_name))
            elif not kept[0].client_id and update.client_id:
                by_number[update.server_seq] = (update, kept[1])
        extra = beyond(answer, trunk.lineage, trunk.last)
        if extra is not None:
            surplus.append(extra)

    answered = dict(ours.answered)
    for answer in answers:
        for client_id, local_seq in answer.answered.items():
            answered[client_id] = max(local_seq, answered.get(client_id, 0))
    updates = [by_number[number][0] for number in sorted(by_number)]
    # The newest number always stands; where it is not here, its client has not said all, or nothing that can be.
    last = updates[-1].server_seq if updates else floor
    return Rebuilt(
        lineage=_rejoined(trunk, ours, last),
        last=last,
        updates=_once(updates, ours.answered if trusted else {}),
        surplus=surplus,
        inconsistencies=inconsistencies,
        answered=answered,
    )


def _number(update: Accepted) -> int:
    return update.server_seq


def _progress(answer: Answer) -> tuple[int, int]:
    return len(_without_empty_end(answer.lineage, answer.last)), answer.last


def _without_empty_end(lineage: tuple[EpochBegun, ...], last: int) -> tuple[EpochBegun, ...]:
    """A lineage without the epochs at its end that hold nothing."""
    size = len(lineage)
    while size > 1 and lineage[size - 1].after_server_seq == last:
        size -= 1
    # Of a server that knows nothing even the first epoch is empty.
    return lineage[:size] if last else ()


def _rejoined(trunk: Answer, ours: Answer, last: int) -> tuple[EpochBegun, ...]:
    """The trunk, and after it those of our epochs that hold nothing: who was told of them has nothing to lose."""
    of_trunk = {begun.epoch for begun in trunk.lineage}
    empty = ours.lineage[len(_without_empty_end(ours.lineage, ours.last)) :]
    ends = [EpochBegun(epoch=each.epoch, after_server_seq=last) for each in empty if each.epoch not in of_trunk]
    begun = (EpochBegun(epoch=each.epoch, after_server_seq=min(each.after_server_seq, last)) for each in trunk.lineage)
    return (*begun, *ends)


def _same(one: Accepted, other: Accepted) -> bool:
    return one.key == other.key and same_value(one.value, other.value)


def _once(updates: list[Accepted], answered: Mapping[str, int]) -> list[Accepted]:
    """Each author's local number once: a second update under it is nobody's."""
    seen: set[tuple[str, int]] = set()
    result: list[Accepted] = []
    for update in updates:
        whose = (update.client_id, update.local_seq)
        if update.local_seq and (whose in seen or update.local_seq <= answered.get(update.client_id, 0)):
            result.append(structs.replace(update, local_seq=0))
        else:
            result.append(update)
        seen.add(whose)
    return result
