"""The words that go with results, and the names of their files."""

from __future__ import annotations

import hashlib
import re

from appliance import __version__
from appliance.powerlifting import opl_csv
from appliance.powerlifting.opl_csv import NotAnOplFile
from appliance.publishing.model import Outgoing

KEY_LINE = "Submission key: "

_LONGEST_NAME = 40
_ODD = re.compile(r"[^\w.]+")


def title(outgoing: Outgoing) -> str:
    """One line; a correction says so first."""
    kind = "Correction of results" if outgoing.correction else "Results"
    date = _meet(outgoing).get("Date", "")
    return _line(f"{kind}: {outgoing.publication.meet_name}{f' ({date})' if date else ''}")


def text(outgoing: Outgoing) -> str:
    """What a person reads beside the file: whose results these are, and by what they are known."""
    publication, csv = outgoing.publication, outgoing.results.csv
    meet = _meet(outgoing)
    place = ", ".join(filter(None, (meet.get(column) for column in ("MeetTown", "MeetState", "MeetCountry"))))
    facts = {
        "Meet": publication.meet_name,
        "Federation": meet.get("Federation"),
        "Date": meet.get("Date"),
        "Place": place,
        "File": f"{csv_name(outgoing)}, {len(csv)} bytes, SHA-256 {hashlib.sha256(csv).hexdigest()}",
        "Contact": publication.return_email,
    }
    paragraphs = ["Results of a powerlifting meet, for OpenPowerlifting."]
    if outgoing.correction:
        paragraphs.append("This is a correction: it replaces the results of this meet that were submitted before.")
    if publication.doubtful:
        paragraphs.append("These very results may have arrived already: the connection was lost at an earlier try.")
    paragraphs.append("\n".join(f"{name}: {_line(value)}" for name, value in facts.items() if value))
    paragraphs.append(f"{KEY_LINE}{outgoing.key}\nSent by an OpenLifter appliance, version {__version__}.")
    return "\n\n".join(paragraphs) + "\n"


def csv_name(outgoing: Outgoing) -> str:
    """What the file for OpenPowerlifting is called."""
    return f"{stem(outgoing)}.opl.csv"


def stem(outgoing: Outgoing) -> str:
    """The name of the meet, for names of files on any file system."""
    return _ODD.sub("-", outgoing.publication.meet_name).strip("-._")[:_LONGEST_NAME] or "meet"


def bundle(outgoing: Outgoing) -> dict[str, bytes]:
    """All there is of a publication, as files by name: the CSV, the meet for OpenLifter, and the text."""
    return {
        csv_name(outgoing): outgoing.results.csv,
        f"{stem(outgoing)}.openlifter": outgoing.results.state,
        "submission.txt": f"{title(outgoing)}\n\n{text(outgoing)}".encode(),
    }


def _meet(outgoing: Outgoing) -> dict[str, str]:
    try:
        return dict(opl_csv.read(outgoing.results.csv.decode()).meet)
    except (NotAnOplFile, UnicodeDecodeError):
        return {}


def _line(value: str) -> str:
    """What others typed stays within its line."""
    return "".join(char if char.isprintable() else " " for char in value)
