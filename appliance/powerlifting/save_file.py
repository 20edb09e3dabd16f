"""The meet as a file that OpenLifter opens: `.openlifter`, its whole state as one JSON value (FACTS.md, section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from appliance.powerlifting.openlifter import RELEASE

_VERSIONS: Final = {"stateVersion": "0", "releaseVersion": RELEASE}
_FIRST_ENTRY_ID: Final = 5000
_LIFTING: Final = {
    "day": 1,
    "platform": 1,
    "flight": "A",
    "lift": "S",
    "overrideAttempt": None,
    "overrideEntryId": None,
    "columnDivisionWidthPx": 90,
}


def save_file(state: Mapping[str, Any], lifting: object) -> dict[str, Any]:
    """OpenLifter's whole state.

    What every browser has for itself is as OpenLifter begins: the language, the width of a column.

    Args:
        state: ``meet`` and ``registration`` as `meet.state.State.materialise` gives them.
        lifting: what the table shows at which the file is to open, None for none.
    """
    entries = [entry for entry in state.get("registration", {}).get("entries", ()) if isinstance(entry.get("id"), int)]
    ids = [entry["id"] for entry in entries]
    return {
        "versions": dict(_VERSIONS),
        "language": "en",
        "meet": state.get("meet", {}),
        "registration": {
            "nextEntryId": max(ids, default=_FIRST_ENTRY_ID - 1) + 1,
            "entries": entries,
            "lookup": {str(entry_id): index for index, entry_id in enumerate(ids)},
        },
        "lifting": {**_LIFTING, **(lifting if isinstance(lifting, dict) else {})},
    }
