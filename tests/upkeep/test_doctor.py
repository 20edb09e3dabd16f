"""Each thing that may be wrong is named, with what it means and what to do."""

from __future__ import annotations

import pytest
from msgspec import structs

from appliance.upkeep.doctor import Finding, Reached, Readings, State, Warned, examine, worst

WELL = Readings(
    version="1.0",
    running=True,
    name="Box",
    reached=(Reached("192.168.1.5:80", None), Reached("openlifter.local", None)),
    heard=("192.168.1.9",),
    wall_s=2.0,
    made_s=1.0,
    disk_total=32 * 10**9,
    disk_free=20 * 10**9,
    write_s=0.01,
    snapshots=3,
    snapshot_age_s=600.0,
    meets=2,
)


def of(topic: str, **changes: object) -> Finding:
    """The finding of a topic, of an appliance that is well but for these readings."""
    found = [each for each in examine(structs.replace(WELL, **changes)) if each.topic == topic]
    return max(found, key=lambda each: list(State).index(each.state))


def test_one_that_is_well_is_told_in_few_words() -> None:
    findings = examine(WELL)
    assert worst(findings) is State.WELL
    assert not any(finding.meaning or finding.remedy for finding in findings)
    assert findings[0].found == "version 1.0 runs as “Box”, with 2 meets"


@pytest.mark.parametrize(
    ("topic", "changes", "state", "says"),
    [
        ("Appliance", {"running": False}, State.BAD, "does not run"),
        ("Network", {"reached": ()}, State.BAD, "no cable"),
        (
            "Address",
            {"reached": (Reached("10.0.0.1:80", "refused"),)},
            State.BAD,
            "10.0.0.1:80 does not answer: refused",
        ),
        ("Name", {"announced": False}, State.LOOK, "not announced"),
        ("Other devices", {"heard": ()}, State.LOOK, "none was heard"),
        ("Other devices", {"heard": None}, State.LOOK, "not possible to listen"),
        ("Names", {"responders": ("avahi",)}, State.LOOK, "avahi"),
        ("Clock", {"wall_s": 0.0}, State.LOOK, "not set"),
        ("Disk", {"disk_free": 10**8}, State.BAD, "nearly full: 100 MB of 32.0 GB free"),
        ("Disk", {"disk_free": None}, State.LOOK, "cannot be seen"),
        ("Writing", {"write_problem": "No space left on device"}, State.BAD, "No space left"),
        ("Writing", {"write_s": 0.4}, State.LOOK, "400 ms"),
        ("Results", {"results_queued": 1, "results_wait_for": "no internet"}, State.LOOK, "1 to be sent: no internet"),
        ("Results", {"results_failed": 1}, State.BAD, "1 could not be sent"),
        ("Snapshots", {"unsaved": True, "snapshot_age_s": 7200.0}, State.LOOK, "3, the newest 2 hours old"),
        ("OpenLifter", {"openlifter": False}, State.BAD, "not installed"),
        ("Warning", {"warnings": (Warned("disk 1", "It is so.", "Do this."),)}, State.LOOK, "disk 1"),
    ],
)
def test_what_is_wrong_is_named(topic: str, changes: dict[str, object], state: State, says: str) -> None:
    finding = of(topic, **changes)
    assert (finding.state, says in finding.found) == (state, True)


def test_clients_that_may_be_kept_apart_are_explained() -> None:
    finding = of("Other devices", heard=())
    assert "clients are probably isolated from each other" in finding.remedy
    assert "AP isolation" in finding.remedy


def test_a_clock_in_1970_does_not_harm_the_meet_and_that_is_said() -> None:
    assert "The meet itself does not mind" in of("Clock", wall_s=0.0).meaning


def test_what_does_not_run_has_addresses_and_a_disk_but_no_snapshots() -> None:
    findings = examine(structs.replace(WELL, running=False))
    assert {finding.topic for finding in findings} == {
        "Appliance",
        "Address",
        "Other devices",
        "Clock",
        "Disk",
        "Writing",
    }
    assert [finding.state for finding in findings[1:]] == [State.WELL] * 6


@pytest.mark.parametrize(
    ("seconds", "said"), [(30, "30 seconds"), (300, "5 minutes"), (90_000, "25 hours"), (200_000, "2 days")]
)
def test_ages_are_told_in_the_unit_that_fits(seconds: float, said: str) -> None:
    assert f"the newest {said} old" in of("Snapshots", snapshot_age_s=seconds).found


def test_other_appliances_are_named() -> None:
    assert of("Other devices", others=("Spare",)).found == "1 heard by multicast; other appliances: Spare"


def test_results_that_only_wait_for_their_next_try_are_well() -> None:
    assert of("Results", results_queued=2) == Finding("Results", State.WELL, "2 to be sent")
