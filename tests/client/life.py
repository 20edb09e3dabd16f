"""One life of the reference client among others, a bad network and a strange server, and what is written down of it.

Every call into `ClientCore` is written down with its arguments, what came out, and what the client shows afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import Enum
from typing import Any

from msgspec import Struct, structs

from appliance.client.changes import CannotBeSet
from appliance.client.core import ClientCore, MayOnlyRead, NotJoined
from appliance.client.credentials import Create, Join, Saved, SavedSession
from appliance.client.events import Joined, SessionRenewed, Status
from appliance.protocol import messages, words
from appliance.protocol.codec import decode_from_client, decode_value, encode
from appliance.protocol.messages import FromServer, Message
from tests.client.chance import ENTRY, KEYS, Chance
from tests.client.model_server import FIRST_EPOCH, MEET_ID, ModelServer
from tests.client.strange import strange_messages

PRIORITIES = {"Platform 1": 2, "Platform 2": 2, "Registration": 1}
LOCATIONS = ["Platform 1", "Registration", "Registration"]
PASSWORD = "correct horse"
US, THEM = "a", "b"
CLOSE_CODES = [None, None, None, *words.CloseCode]

CANNOT_BE_SET: list[tuple[str, Any]] = [("registration.entries[x]", 1), ("meet", 1)]

_LOST = messages.Rejection(local_seq_num=1, conflict=False, reason="lost")


class Life:
    """One client, its network, its server and the others, and what is written down of it."""

    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        self.server = ModelServer(PRIORITIES)
        self.now = 0.0
        self.steps: list[dict[str, Any]] = []
        self._online = False
        self._to_server: list[messages.FromClient] = []
        self._their_numbers = 0
        self._token = ""
        self._location = self.chance.pick(LOCATIONS)
        self._shown: dict[str, str] = {}
        self._they_join()
        self._be_born(self._first_credentials(), None)

    def written_down(self) -> dict[str, Any]:
        """All of it."""
        return {"draws": self.chance.draws, "steps": self.steps, "canonical": self.core.canonical()}

    def live(self, steps: int) -> None:
        """So many random steps, and then a quiet end."""
        self.connect()
        if self.chance.likely(0.8):
            self._exchange()
        names = [name for name, weight in self._weights().items() for _ in range(weight)]
        ways = self._ways()
        for _ in range(steps):
            ended = self.core.status is Status.ENDED and self.chance.likely(0.7)
            ways["restart" if ended else self.chance.pick(names)]()
        self.server.busy = False
        for _ in range(3):
            self.connect()
            self._exchange()
            self.heartbeat()
            self._exchange()
            self.wait()

    def _weights(self) -> dict[str, int]:
        return {
            "change": 12,
            "they_change": 5,
            "up": 10,
            "down": 14,
            "exchange": 4,
            "look": 3,
            "kept": 2,
            "wait": 3,
            "drop": 1,
            "connect": 5,
            "heartbeat": 2,
            "strange": 6,
            "busy": 1,
            "restart": 1,
            "new_epoch": 1,
            "leave": 1,
        }

    def _ways(self) -> dict[str, Callable[[], None]]:
        return {
            "change": self.change,
            "they_change": self.they_change,
            "up": self.up,
            "down": self.down,
            "exchange": self._exchange,
            "look": self.look,
            "kept": self.kept,
            "wait": self.wait,
            "drop": self.drop,
            "connect": self.connect,
            "heartbeat": self.heartbeat,
            "strange": self.strange,
            "busy": lambda: setattr(self.server, "busy", not self.server.busy),
            "restart": self.restart,
            "new_epoch": self.new_epoch,
            "leave": self.leave,
        }

    # -------------------------------------------------------- ways to live

    def change(self) -> None:
        """We change something, or try to."""
        key, value = self.chance.pick(CANNOT_BE_SET) if self.chance.likely(0.03) else self.chance.change()
        made = self._do("set", key=key, value=value)
        if made is not None and self.chance.likely(0.8):
            self._do("kept", localSeq=made)

    def they_change(self) -> None:
        """The others change something, knowing all or not."""
        key, value = self.chance.change()
        if self.server.log and self.chance.likely(0.5):
            key = self.server.log[-1].key
        self._their_numbers += 1
        update = messages.Update(
            update_key=key,
            update_value=value,
            local_seq_num=self._their_numbers,
            after_server_seq_num=max(0, len(self.server.log) - self.chance.below(3)),
        )
        self.server.answers.setdefault(THEM, [0] * (self._their_numbers - 1))
        busy, self.server.busy = self.server.busy, False
        self.server.say(THEM, messages.UpdateInit(session_token="t", updates=[update]))
        self.server.busy = busy

    def up(self) -> None:
        """A frame of ours reaches the server: once, twice or never."""
        if self._online and self._to_server:
            frame = self._to_server.pop(0)
            for _ in range(self.chance.pick([1, 1, 1, 1, 1, 0, 2])):
                self._serve(encode(frame))

    def down(self) -> None:
        """A frame of the server reaches us: once, twice or never."""
        if self._online and self.server.said[US]:
            message = self.server.said[US].pop(0)
            for _ in range(self.chance.pick([1, 1, 1, 1, 1, 0, 2])):
                self.hear(message)

    def look(self) -> None:
        """We look at one key."""
        self._do("value", key=self.chance.pick([*KEYS, "x.foo[0]", f"{ENTRY}.squatKg[1]", "meet.constructor"]))

    def kept(self) -> None:
        """All that we changed is on disk."""
        self._do("kept", localSeq=self.core.next_local_seq - 1)

    def wait(self) -> None:
        """Time passes; a connection that is of no use is closed."""
        self.now += self.chance.pick([0.25, 1, 2, 5, 10])
        self._do("tick")
        if self.core.hang_up:
            self._hung_up(None)

    def drop(self) -> None:
        """The connection is lost, or closed by the server; or, sometimes, it could not be opened."""
        if self._online or self.chance.likely(0.2):
            self._hung_up(self.chance.pick(CLOSE_CODES))

    def connect(self) -> None:
        """A new connection."""
        if self._online and self.core.hang_up:
            self._hung_up(None)
        if not self._online:
            self.now = max(self.now, self.core.connect_at or 0)
            self._online = True
            self.server.connect(US)
            self._do("connected")

    def heartbeat(self) -> None:
        """The server says where it stands."""
        if self._online:
            self.server.said[US].append(self.server.heartbeat())

    def strange(self) -> None:
        """Something comes that the model server would not say, or not now."""
        epoch = self.chance.pick([self.server.epoch, self.server.epoch, self._unknown_epoch()])
        self.hear(
            self.chance.pick(strange_messages(self.server, epoch, self._token, self.core.next_local_seq, self.chance))
        )

    def restart(self) -> None:
        """The program ends, and begins again from what it kept."""
        session = None
        if self.core.epoch is not None and self.core.meet_id:
            session = SavedSession(
                self.core.meet_id,
                self._location,
                False,
                self._token,
                self.core.epoch,
                self.core.priority,
                self.core.entry_ids,
            )
        saved = Saved(session, self.core.next_local_seq, self.core.pending)
        if self.chance.likely(0.2):
            self._location = self.chance.pick(LOCATIONS)
        password = PASSWORD if self.chance.likely(0.8) or session is None else None
        spaced = "123 456-789" if self.chance.likely(0.5) else MEET_ID
        join = Join(spaced, self._location, password, US, read_only=self.chance.likely(0.1))
        self._online = False
        self.server.disconnect(US)
        self._to_server.clear()
        self._be_born(join, saved)

    def new_epoch(self) -> None:
        """The server comes back in another epoch, sometimes without its newest updates."""
        lost = self.chance.pick([0, 0, 0, 0, 0, 2])
        kept = len(self.server.log) - lost
        del self.server.log[max(0, kept) :]
        for client_id, answers in self.server.answers.items():
            if self.chance.likely(0.8):
                self.server.answers[client_id] = [
                    _LOST if isinstance(answer, int) and answer > kept else answer for answer in answers
                ]
            elif client_id == US:
                self.server.answers[client_id] = answers[: max(0, len(answers) - lost)]
        # In one epoch no number means two updates: so never an old epoch, and no answer before the client has pulled.
        self.server.epoch = self._unknown_epoch()
        if self._online and (lost or self.chance.likely(0.7)):
            self._hung_up(words.CloseCode.GOING_DOWN)

    def leave(self) -> None:
        """We leave for good, which is rare."""
        if self.chance.likely(0.2):
            self._do("leave")

    def hear(self, message: FromServer) -> None:
        """We receive a message."""
        if self._online:
            self._do("receive", message=message)

    # -------------------------------------------------------- the network and the others

    def _exchange(self) -> None:
        for _ in range(30):
            if not self._online or self.core.hang_up:
                return
            if self._to_server:
                self._serve(encode(self._to_server.pop(0)))
            elif self.server.said[US]:
                self.hear(self.server.said[US].pop(0))
            else:
                return

    def _serve(self, frame: bytes) -> None:
        message = decode_from_client(frame)
        assert not isinstance(message, messages.MalformedMessage | messages.UnknownMessageType), message
        match message:
            case messages.LeaveMeet():
                pass
            case messages.CreateMeet():
                self.server.say(US, self._join(message.this_location_name))
                joined = self.server.said[US].pop()
                assert isinstance(joined, messages.MeetJoined)
                block = messages.EntryIdBlock(first=1000, last=1999)
                fields = {**structs.asdict(joined), "meet_id": MEET_ID, "entry_id_block": block}
                self.server.said[US].append(messages.MeetCreated(**fields))
            case _:
                self.server.locations.setdefault(US, self._location)
                self.server.say(US, message)

    def _hung_up(self, close_code: int | None) -> None:
        self._online = False
        self.server.disconnect(US)
        self._to_server.clear()
        self._do("disconnected", closeCode=close_code)

    def _they_join(self) -> None:
        self.server.say(THEM, structs.replace(self._join("Platform 2"), client_id=THEM))
        for _ in range(self.chance.below(4)):
            self.they_change()

    def _join(self, location_name: str) -> messages.JoinMeet:
        return messages.JoinMeet(meet_id=MEET_ID, password=PASSWORD, location_name=location_name, client_id=US)

    def _unknown_epoch(self) -> str:
        return f"{int(FIRST_EPOCH, 16) + len(self.steps):016x}"

    def _first_credentials(self) -> Create | Join:
        if self.chance.likely(0.3):
            endpoints = tuple(
                messages.Endpoint(location_name=name, priority=priority) for name, priority in PRIORITIES.items()
            )
            return Create(self._location, PASSWORD, endpoints, self.chance.pick([None, "Cup"]), US)
        return Join(MEET_ID, self._location, PASSWORD, US)

    # -------------------------------------------------------- calls into the client

    def _be_born(self, credentials: Create | Join, saved: Saved | None) -> None:
        kind = "create" if isinstance(credentials, Create) else "join"
        step = {"do": "begin", "credentials": {"kind": kind, **as_json(credentials)}, "saved": as_json(saved)}
        try:
            self.core = ClientCore(credentials, saved, self.chance)
        except ValueError:
            # No password and no session at this place: with one it goes.
            self.steps.append({**step, "raises": "RangeError"})
            assert isinstance(credentials, Join)
            self._be_born(structs.replace(credentials, password=PASSWORD), saved)
            return
        self._shown = {}
        self._write_down(step)

    def _do(self, do: str, **arguments: Any) -> int | None:
        """Call the client; the local number of a change that was made, None for all else."""
        step = {"do": do, "now": self.now, **{name: as_json(argument) for name, argument in arguments.items()}}
        if do == "value":
            del step["now"]
        made: int | None = None
        try:
            match do, arguments:
                case "set", {"key": key, "value": value}:
                    made = self.core.set(key, value, self.now).local_seq
                    step["made"] = made
                case "kept", {"localSeq": local_seq}:
                    self.core.kept(local_seq, self.now)
                case "value", {"key": key}:
                    step["finds"] = self.core.value(key)
                case "receive", {"message": message}:
                    self.core.receive(message, self.now)
                case "disconnected", {"closeCode": close_code}:
                    self.core.disconnected(self.now, close_code)
                case "connected", _:
                    self.core.connected(self.now)
                case "tick", _:
                    self.core.tick(self.now)
                case "leave", _:
                    self.core.leave(self.now)
                case _:
                    raise AssertionError(do)
        except (CannotBeSet, NotJoined, MayOnlyRead) as error:
            step["raises"] = type(error).__name__
        self._write_down(step)
        return made

    def _write_down(self, step: dict[str, Any]) -> None:
        sent = self.core.frames_to_send()
        happened = self.core.events()
        for event in happened:
            if isinstance(event, Joined):
                self._token = event.message.session_token
            elif isinstance(event, SessionRenewed):
                self._token = event.session_token
        self._to_server.extend(sent)
        shows = self._shows()
        # Compared as text: to Python True is 1.
        shown = {name: json.dumps(value) for name, value in shows.items()}
        changed = {name: value for name, value in shows.items() if self._shown.get(name) != shown[name]}
        self._shown = shown
        written = {"sends": as_json(sent), "events": list(map(event_as_json, happened)), "shows": changed}
        self.steps.append(step | {name: value for name, value in written.items() if value})

    def _shows(self) -> dict[str, Any]:
        core = self.core
        return {
            "status": core.status.value,
            "hangUp": core.hang_up,
            "connectAt": core.connect_at,
            "tickAt": core.tick_at,
            "applied": core.applied,
            "epoch": core.epoch,
            "digest": core.digest,
            "settled": core.settled,
            "pending": [update.local_seq for update in core.pending],
            "nextLocalSeq": core.next_local_seq,
            "meetId": core.meet_id,
            "locationName": core.location_name,
            "priority": core.priority,
            "entryIds": as_json(core.entry_ids),
            "view": core.view(),
        }


def as_json(value: Any) -> Any:
    """Structs as JSON: messages as on the wire, all else by the names that it has in the browser."""
    if isinstance(value, Message):
        return json.loads(encode(value))  # type: ignore[arg-type]
    if isinstance(value, Struct):
        return {camel_case(name): as_json(item) for name, item in structs.asdict(value).items()}
    if isinstance(value, bytes):
        return decode_value(value)
    if isinstance(value, list | tuple):
        return list(map(as_json, value))
    return value.value if isinstance(value, Enum) else value


def event_as_json(event: Struct) -> dict[str, Any]:
    """An event as the browser's client tells it."""
    return {"type": type(event).__name__, **as_json(event)}


def camel_case(name: str) -> str:
    """``local_seq`` as ``localSeq``."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
