"""The catalogue of what can go wrong on the wire: code, meaning, what the person in charge does.

The pages, the doctor and the docs speak from this table; ``docs/errors.md`` is made from it.
"""

from __future__ import annotations

import sys

from msgspec import Struct

from appliance.protocol.words import AUTHENTICATION_S, CloseCode


class CatalogueEntry(Struct, frozen=True):
    """One error: its ``code`` as it stands on the wire, what it means and what to do about it."""

    code: str
    meaning: str
    remedy: str


MESSAGES = (
    CatalogueEntry(
        "MALFORMED_MESSAGE",
        "A client sent something that is not a message of this protocol; it names the field that is wrong.",
        "Nothing was changed. Update that client; tell its author what errMsg says.",
    ),
    CatalogueEntry(
        "UNKNOWN_MESSAGE_TYPE",
        "A client sent a message that this version of the appliance does not know.",
        "Nothing was changed. The client is probably newer: update the appliance.",
    ),
    CatalogueEntry(
        "INVALID_SESSION",
        "The client's session has ended, was revoked, or belongs to another meet or another appliance.",
        "Join the meet again at that table. Its unsent changes are kept there.",
    ),
    CatalogueEntry(
        "JOIN_REJECTED",
        "The meet id, the password or the location name is not right, or there were too many wrong tries.",
        "Check the three groups of digits and the password; after too many tries, wait as long as it says.",
    ),
    CatalogueEntry(
        "RATE_LIMITED",
        "Somebody creates, joins or publishes more often than people do.",
        "Wait a moment. If nobody is doing anything, look for a program gone wild on that computer.",
    ),
    CatalogueEntry(
        "SERVER_BUSY",
        "The storage refuses to write: the disk is full, failing, or damaged.",
        "Keep the tables open, nothing is lost. Free space or replace the card; service resumes by itself.",
    ),
    CatalogueEntry(
        "UPDATE_REJECTED",
        "A change was not taken: a location with priority had changed the same thing, or the change is not possible.",
        "The table shows both values. Enter the change again if it is still wanted.",
    ),
)

CLOSE_CODES = {
    CloseCode.GOING_DOWN: CatalogueEntry(
        "1001", "The appliance is shutting down.", "Tables go on by themselves and reconnect when it is back."
    ),
    CloseCode.PROTOCOL_ABUSE: CatalogueEntry(
        "4400",
        "A program kept sending what is not a message of this protocol.",
        "Find out what it is. It may reconnect.",
    ),
    CloseCode.NOT_AUTHENTICATED: CatalogueEntry(
        "4401",
        f"A connection said nothing that let it in for {AUTHENTICATION_S:.0f} seconds.",
        "None needed: the client connects again when it has something to say.",
    ),
    CloseCode.TOO_SLOW: CatalogueEntry(
        "4408",
        "A client could not keep up with what was sent to it.",
        "It reconnects and catches up by itself. If it happens often, its network is too weak.",
    ),
    CloseCode.SUPERSEDED: CatalogueEntry(
        "4409", "The same client connected again; the older connection was closed.", "None needed."
    ),
    CloseCode.RATE_LIMITED: CatalogueEntry(
        "4429", "A client went on although it was told that it is too fast.", "See RATE_LIMITED."
    ),
}


def as_markdown() -> str:
    """docs/errors.md."""
    rows = [f"| `{entry.code}` | {entry.meaning} | {entry.remedy} |" for entry in (*MESSAGES, *CLOSE_CODES.values())]
    return "\n".join([_MARKDOWN_HEAD, *rows, ""])


_MARKDOWN_HEAD = """\
<!-- Written by `make docs` from appliance/protocol/errors.py. Do not edit. -->
# Errors

What can go wrong between the appliance and a table, and what the person in charge does. Codes in capitals are messages,
numbers are the reasons for which a connection was closed.

| code | what it means | what to do |
| --- | --- | --- |"""


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
