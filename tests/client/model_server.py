"""A server in memory, simple enough to be obviously right: section 5 read aloud, by scanning the whole log.

It is the model that clients are held against. Nothing is shared with the engine but the key grammar.
"""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

from msgspec import Struct

from appliance.protocol import keys, messages
from appliance.protocol.messages import FromClient, FromServer

FIRST_EPOCH = "00000000000000e1"
MEET_ID = "123456789"


class Entry(Struct):
    """One line of the log."""

    number: int
    key: str
    path: keys.Path
    value: Any
    client_id: str
    location: str
    overrules: int = 0
    overruled_location: str = ""


class ModelServer:
    """One meet. `say` gives it a client's message; what it says back, and to the others, waits in ``said``."""

    def __init__(self, priorities: dict[str, int]) -> None:
        self.priorities = priorities
        self.epoch = FIRST_EPOCH
        self.log: list[Entry] = []
        self.answers: dict[str, list[int | messages.Rejection]] = {}
        self.locations: dict[str, str] = {}
        self.said: dict[str, list[FromServer]] = {}
        self.busy = False
        self.diverged = 0

    # ------------------------------------------------------------ what stands

    def standing(self, entries: list[Entry] | None = None) -> list[Entry]:
        """The updates that no later one to the same key or a prefix of it has replaced."""
        log = self.log if entries is None else entries
        return [
            old for old in log if not any(new.number > old.number and _is_prefix(new.path, old.path) for new in log)
        ]

    def digest(self) -> str:
        """Section 8."""
        a = sum(crc32(f"{entry.key}@{entry.number}".encode()) for entry in self.standing()) % 2**32
        b = sum(crc32(f"{entry.number}@{entry.key}".encode()) for entry in self.standing()) % 2**32
        return f"{a:08x}{b:08x}"

    def value(self, key: str) -> Any:
        """The value that stands at exactly this key, None for nothing."""
        return next((entry.value for entry in self.standing() if entry.key == key), None)

    # ------------------------------------------------------------ connections

    def connect(self, client_id: str) -> None:
        """A new socket for a client: what was on its way on the old one is gone."""
        self.said[client_id] = []

    def disconnect(self, client_id: str) -> None:
        """The socket is gone."""
        self.said.pop(client_id, None)

    def heartbeat(self) -> messages.Heartbeat:
        """Where the log stands."""
        return messages.Heartbeat(epoch=self.epoch, last_server_seq=len(self.log), state_digest=self.digest())

    def say(self, client_id: str, message: FromClient) -> None:
        """A client says something."""
        match message:
            case messages.JoinMeet():
                self.locations[client_id] = message.location_name
                self._tell(
                    client_id,
                    messages.MeetJoined(
                        session_token=f"token of {client_id}",
                        client_id=client_id,
                        epoch=self.epoch,
                        last_server_seq=len(self.log),
                        location_name=message.location_name,
                        priority=self.priorities[message.location_name],
                        expires_at=0,
                        last_local_seq_num=len(self.answers.get(client_id, [])),
                    ),
                )
            case messages.ClientPull():
                after = message.last_server_seq if message.epoch in (None, self.epoch) else 0
                self._relay(client_id, [entry for entry in self.standing() if entry.number > after])
                self._tell(
                    client_id,
                    messages.PullDone(epoch=self.epoch, last_server_seq=len(self.log), state_digest=self.digest()),
                )
            case messages.StateDiverged():
                self.diverged += 1
            case messages.StateRecovery():
                # Whatever was asked for: this server loses nothing.
                pass
            case messages.RecoverMeet():
                self._tell(client_id, messages.JoinRejected(reason="the meet is here"))
            case messages.UpdateInit() if self.busy:
                self._tell(client_id, messages.ServerBusy(retry_after_ms=1000, reason="disk full"))
            case messages.UpdateInit():
                for update in message.updates:
                    self._update(client_id, update)
            case _:
                raise AssertionError(f"the model knows no {message}")

    # ------------------------------------------------------------ section 5

    def _update(self, client_id: str, update: messages.Update) -> None:
        answers = self.answers.setdefault(client_id, [])
        local_seq = update.local_seq_num
        if local_seq > len(answers) + 1:
            reason = f"gap: expected {len(answers) + 1}"
            self._reject(client_id, messages.Rejection(local_seq_num=local_seq, conflict=False, reason=reason))
            return
        if local_seq == len(answers) + 1:
            answers.append(self._decide(client_id, update))
        answer = answers[local_seq - 1]
        if isinstance(answer, int):
            ack = messages.Ack(local_seq_num=local_seq, server_seq_num=answer)
            self._tell(client_id, messages.UpdateAck(update_acks=[ack]))
        else:
            self._reject(client_id, answer)

    def _decide(self, client_id: str, update: messages.Update) -> int | messages.Rejection:
        path = keys.parse(update.update_key)
        assert not isinstance(path, keys.MalformedKey)
        location = self.locations[client_id]
        conflicting = [
            entry
            for entry in self.standing()
            if keys.overlap(entry.path, path)
            and entry.client_id != client_id
            and entry.number > update.after_server_seq_num
            and json.dumps(entry.value) != json.dumps(update.update_value)
        ]
        if path[0] == "registration" and len(path) > 3:
            entry = next((each for each in self.standing() if each.path == path[:3]), None)
            if entry is None or entry.value is None:
                return messages.Rejection(
                    local_seq_num=update.local_seq_num,
                    conflict=entry in conflicting,
                    reason="no such entry",
                    server_seq_num=entry.number if entry else None,
                    location_name=entry.location if entry else None,
                )
        outranking = [each for each in conflicting if self.priorities[each.location] >= self.priorities[location]]
        if outranking:
            stands = outranking[-1]
            return messages.Rejection(
                local_seq_num=update.local_seq_num,
                conflict=True,
                reason="conflict",
                server_seq_num=stands.number,
                location_name=stands.location,
            )
        accepted = Entry(len(self.log) + 1, update.update_key, path, update.update_value, client_id, location)
        if conflicting:
            accepted.overrules = conflicting[-1].number
            accepted.overruled_location = conflicting[-1].location
        self.log.append(accepted)
        for reader in self.said:
            if reader != client_id:
                self._relay(reader, [accepted])
        return accepted.number

    def _reject(self, client_id: str, rejection: messages.Rejection) -> None:
        self._tell(client_id, messages.UpdateRejected(updates_rejected=[rejection]))
        if rejection.conflict and rejection.server_seq_num:
            self._relay(client_id, [each for each in self.standing() if each.number >= (rejection.server_seq_num or 0)])

    def _relay(self, client_id: str, entries: list[Entry]) -> None:
        if entries:
            relayed = [_relayed(entry) for entry in entries]
            self._tell(client_id, messages.UpdateRelay(updates_relayed=relayed, epoch=self.epoch))

    def _tell(self, client_id: str, message: FromServer) -> None:
        if client_id in self.said:
            self.said[client_id].append(message)


def _is_prefix(one: keys.Path, other: keys.Path) -> bool:
    return other[: len(one)] == one


def _relayed(entry: Entry) -> messages.Relayed:
    overrules = messages.Overruled(server_seq_num=entry.overrules, location_name=entry.overruled_location)
    return messages.Relayed(
        update_key=entry.key,
        update_value=entry.value,
        server_seq_num=entry.number,
        location_name=entry.location,
        overrules=overrules if entry.overrules else None,
    )
