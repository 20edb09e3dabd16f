"""The rules of sections 3 and 5 written down as simply as possible: lists, no tree, no cleverness. The yardstick."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from appliance.meet.log import Decision, Gap, Refused, Repeat
from appliance.meet.records import Accepted, Rejected
from appliance.protocol.messages import Update


def segments(key: str) -> list[str]:
    return key.replace("[", ".[").split(".")


def prefix(short: str, long: str) -> bool:
    return segments(long)[: len(segments(short))] == segments(short)


@dataclass(frozen=True)
class Numbered:
    number: int
    key: str
    value: Any
    client: str
    location: str


@dataclass
class NaiveLog:
    """An append-only list, and every question answered by reading all of it."""

    priorities: dict[str, int]
    accepted: list[Numbered] = field(default_factory=list)
    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def standing(self) -> list[Numbered]:
        return [
            update
            for update in self.accepted
            if not any(later.number > update.number and prefix(later.key, update.key) for later in self.accepted)
        ]

    def receive(self, update: Update, client: str, location: str) -> tuple[Any, ...]:
        answers = self.answers.setdefault(client, [])
        if update.local_seq_num <= len(answers):
            return ("repeat", *answers[update.local_seq_num - 1])
        if update.local_seq_num > len(answers) + 1:
            return ("gap", len(answers) + 1)
        answer = self._decide(update, client, location)
        answers.append(answer)
        return answer

    def _decide(self, update: Update, client: str, location: str) -> tuple[Any, ...]:
        key, value, after = update.update_key, update.update_value, update.after_server_seq_num
        conflicting = [
            v
            for v in self.standing()
            if (prefix(v.key, key) or prefix(key, v.key))
            and v.client != client
            and v.number > after
            and json.dumps(v.value, sort_keys=True) != json.dumps(value, sort_keys=True)
        ]
        path = segments(key)
        if path[0] == "registration" and len(path) > 3:
            entry_key = ".".join(path[:2]) + path[2]
            entry = next((v for v in self.standing() if v.key == entry_key), None)
            if entry is None:
                return ("rejected", False, 0)
            if entry.value is None:
                return ("rejected", entry.number > after and entry.client != client, entry.number)
        outranking = [v for v in conflicting if self.priorities[v.location] >= self.priorities[location]]
        if outranking:
            return ("rejected", True, max(v.number for v in outranking))
        number = len(self.accepted) + 1
        self.accepted.append(Numbered(number, key, value, client, location))
        return ("accepted", number, max((v.number for v in conflicting), default=0))


def plain(decision: Decision) -> tuple[Any, ...]:
    """An engine's decision in the naive log's words."""
    match decision:
        case Accepted(server_seq=number, overrules=overrules):
            return ("accepted", number, overrules)
        case Refused(rejected=rejected):
            return ("rejected", rejected.conflict, rejected.server_seq)
        case Repeat(answer=int(number)):
            return ("repeat", "accepted", number)
        case Repeat(answer=Rejected() as rejected):
            return ("repeat", "rejected", rejected.conflict, rejected.server_seq)
        case Gap(expected=expected):
            return ("gap", expected)
    raise AssertionError(decision)
