"""The numbers of the protocol: version, limits and close codes. Sections refer to PROTOCOL.md."""

from __future__ import annotations

from enum import IntEnum
from sys import float_info

PROTOCOL_VERSION = 1

# Section 1: frames.
MAX_FRAME_BYTES = 1024 * 1024
HEARTBEAT_S = 5.0
AUTHENTICATION_S = 10.0

# A client that hears nothing for this long treats its connection as dead.
SILENCE_S = 12.0

# Section 3: keys and values. A value may not fill a frame by itself, or no relay could carry it; the depth keeps a
# value well inside the recursion limits of every JSON reader that may have to read it later.
MAX_KEY_BYTES = 200
MAX_LOCATION_NAME = 40
MAX_VALUE_BYTES = 256 * 1024
MAX_VALUE_DEPTH = 32
MAX_COMPARED_BYTES = 4 * 1024
ATTEMPTS = 5
ENTRY_IDS_PER_CLIENT = 1000

# Section 4: access.
MIN_PASSWORD = 10
MAX_PASSWORD = 1000
MAX_CLIENT_ID = 100
MAX_LOCATIONS = 100
MEET_ID_DIGITS = 9

# Section 5: updating.
MAX_UPDATES_PER_MESSAGE = 500

# JavaScript counts exactly up to here, so no number of the protocol may be larger.
MAX_INTEGER = 2**53 - 1

# And approximately up to here; a value beyond it would be another one in every browser.
MAX_DOUBLE = int(float_info.max)
MAX_DOUBLE_DIGITS = len(str(MAX_DOUBLE))


class CloseCode(IntEnum):
    """Why a socket was closed, section 1."""

    GOING_DOWN = 1001
    PROTOCOL_ABUSE = 4400
    NOT_AUTHENTICATED = 4401
    TOO_SLOW = 4408
    SUPERSEDED = 4409
    RATE_LIMITED = 4429
