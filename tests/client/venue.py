"""Client cores and the model server, with a network in between that a test holds in its hand."""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

from appliance.client.core import ClientCore
from appliance.client.credentials import Join, Saved
from appliance.client.events import Event
from appliance.client.pending import Pending
from appliance.protocol.codec import decode_from_client, decode_from_server, encode
from appliance.protocol.messages import FromClient, FromServer, MalformedMessage, UnknownMessageType
from tests.client.model_server import MEET_ID, ModelServer

Kind = TypeVar("Kind")


class Wire:
    """One client at the model server. Frames travel when they are told to, encoded as on the wire."""

    def __init__(self, server: ModelServer, name: str, location: str, saved: Saved | None = None) -> None:
        self.server = server
        self.name = name
        join = Join(MEET_ID, location, "correct horse", name)
        self.core = ClientCore(join, saved, Random(1))
        self.now = 0.0
        self.to_server: list[FromClient] = []
        self.happened: list[Event] = []

    # ------------------------------------------------------------ the connection

    def connect(self) -> None:
        """Open a connection."""
        self.server.connect(self.name)
        self.core.connected(self.now)
        self.collect()

    def drop(self, close_code: int | None = None) -> None:
        """Lose the connection, with everything on it."""
        self.server.disconnect(self.name)
        self.to_server.clear()
        self.core.disconnected(self.now, close_code)
        self.collect()

    def collect(self) -> None:
        """Empty the core."""
        self.to_server.extend(self.core.frames_to_send())
        self.happened.extend(self.core.events())

    @property
    def online(self) -> bool:
        """Whether there is a connection."""
        return self.name in self.server.said

    # ------------------------------------------------------------ frames

    def deliver_up(self, times: int = 1) -> None:
        """The next frame reaches the server: once, twice if it is doubled, or never."""
        frame = self.to_server.pop(0)
        for _ in range(times):
            message = decode_from_client(encode(frame))
            assert not isinstance(message, MalformedMessage | UnknownMessageType), message
            self.server.say(self.name, message)

    def deliver_down(self, times: int = 1) -> None:
        """The next frame reaches the client: once, twice or never."""
        message = self.server.said[self.name].pop(0)
        for _ in range(times):
            self.hear(message)

    def hear(self, message: FromServer) -> None:
        """The client receives a message."""
        self.core.receive(decode_from_server(encode(message)), self.now)
        self.collect()

    def exchange(self) -> None:
        """Deliver everything in both directions until nobody has anything to say."""
        while self.online and (self.to_server or self.server.said[self.name]):
            if self.to_server:
                self.deliver_up()
            if self.server.said[self.name]:
                self.deliver_down()

    # ------------------------------------------------------------ time and changes

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.core.tick(self.now)
        self.collect()

    def set(self, key: str, value: Any, *, kept: bool = True) -> Pending:
        """Make a change, and keep it on disk."""
        update = self.core.set(key, value, self.now)
        if kept:
            self.core.kept(update.local_seq, self.now)
        self.collect()
        return update

    def saw(self, kind: type[Kind]) -> list[Kind]:
        """The events of a kind so far."""
        return [event for event in self.happened if isinstance(event, kind)]


def settle(*wires: Wire) -> None:
    """Deliver everything to everybody."""
    while any(wire.online and (wire.to_server or wire.server.said[wire.name]) for wire in wires):
        for wire in wires:
            wire.exchange()


def joined(server: ModelServer, name: str, location: str) -> Wire:
    """A client that is in the meet and live."""
    wire = Wire(server, name, location)
    wire.connect()
    wire.exchange()
    return wire
