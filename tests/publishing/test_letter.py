"""The words that go with results."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from appliance.meet.records import Results
from appliance.publishing import letter
from tests.publishing.channels.test_mail import outgoing
from tests.publishing.hall import CSV, DIRECTOR


def test_who_reads_it_knows_whose_results_these_are() -> None:
    text = letter.text(outgoing())
    assert "Meet: Cup der Stärksten\nFederation: BVDK\nDate: 2026-11-21\nPlace: Köln, Germany\n" in text
    assert hashlib.sha256(CSV.encode()).hexdigest() in text
    assert f"Contact: {DIRECTOR}\n" in text
    assert f"{letter.KEY_LINE}{outgoing().key}\n" in text
    assert "correction" not in text
    assert "may have arrived" not in text


def test_a_correction_and_a_doubt_are_said() -> None:
    sent = outgoing()
    doubtful = replace(sent, correction=True, publication=replace(sent.publication, doubtful=True))
    assert "it replaces the results" in letter.text(doubtful)
    assert "may have arrived already" in letter.text(doubtful)
    assert letter.title(doubtful) == "Correction of results: Cup der Stärksten (2026-11-21)"


def test_results_that_cannot_be_read_still_have_a_title() -> None:
    odd = replace(outgoing(), results=Results(b"\xff", b""))
    assert letter.title(odd) == "Results: Cup der Stärksten"
    assert "Federation" not in letter.text(odd)


def test_the_bundle_holds_the_file_the_meet_and_the_text() -> None:
    assert list(letter.bundle(outgoing())) == [
        "Cup-der-Stärksten.opl.csv",
        "Cup-der-Stärksten.openlifter",
        "submission.txt",
    ]
