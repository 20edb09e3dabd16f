"""What is well with an appliance and its network, and what is not: readings in, findings out. Pure.

The page, the JSON and the command all show these findings, in this order.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

# Below this share of the disk, or this many bytes, there is no room for a weekend of snapshots.
LITTLE_SHARE = 0.1
LITTLE_BYTES = 512 * 1024 * 1024

# A card that takes longer for one small file makes every table wait.
SLOW_WRITE_S = 0.25

# While a meet goes on a snapshot is taken every five minutes.
OLD_SNAPSHOT_S = 15 * 60

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400


class State(StrEnum):
    """How bad it is."""

    WELL = "well"
    LOOK = "look"
    BAD = "bad"


class Finding(Struct, frozen=True):
    """One line of the doctor's report.

    Attributes:
        topic: what was looked at.
        state: how it is.
        found: what exactly was seen.
        meaning: what that means for the meet, "" where it is well.
        remedy: what to do, "" where there is nothing to do.
    """

    topic: str
    state: State
    found: str
    meaning: str = ""
    remedy: str = ""


class Reached(Struct, frozen=True):
    """An address or name that others may use, and why it did not answer; None if it did."""

    address: str
    problem: str | None


class Warned(Struct, frozen=True):
    """A warning of the appliance that holds now, see `docs/warnings.md`."""

    detail: str
    meaning: str
    remedy: str


class Readings(Struct, frozen=True, kw_only=True):
    """What was seen. Times are in seconds, sizes in bytes; None is: could not be seen.

    Attributes:
        running: the appliance runs.
        announced: it may make itself known on the network.
        reached: its addresses and its name, best first.
        heard: the addresses of other devices that were heard by multicast, None if nobody listened.
        others: the names of other appliances.
        responders: other programs of this computer that answer for names, where no warning tells of them.
        wall_s: the wall clock, seconds since 1970; only to be compared with `made_s`.
        made_s: when this version of the appliance was made.
        write_s: how long it took to write and sync a small file.
        write_problem: why that was not possible.
        snapshot_age_s: how old the newest snapshot is.
        unsaved: whether something was changed since.
        results_queued: publications that wait to be sent or are on their way.
        results_failed: those that failed, and wait for somebody.
        results_wait_for: what all that is queued waits for, "" for nothing but its next try.
        openlifter: whether a build of it is here.
    """

    version: str
    running: bool
    announced: bool = True
    name: str = ""
    reached: tuple[Reached, ...] = ()
    heard: tuple[str, ...] | None = None
    others: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    wall_s: float = 0.0
    made_s: float = 0.0
    disk_total: int | None = None
    disk_free: int | None = None
    write_s: float | None = None
    write_problem: str | None = None
    snapshots: int = 0
    snapshot_age_s: float | None = None
    unsaved: bool = False
    meets: int = 0
    results_queued: int = 0
    results_failed: int = 0
    results_wait_for: str = ""
    openlifter: bool = True
    warnings: tuple[Warned, ...] = ()


def examine(readings: Readings) -> list[Finding]:
    """All findings, in the order in which a person should read them."""
    findings = [_program(readings), *_network(readings), _neighbours(readings)]
    if readings.responders:
        findings.append(_responders(readings))
    findings += [_clock(readings), _room(readings), _writing(readings)]
    if readings.running:
        findings += [_snapshots(readings), _results(readings), _openlifter(readings), *_warned(readings)]
    return findings


def worst(findings: Sequence[Finding]) -> State:
    """How it is all in all."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.WELL)


def _program(readings: Readings) -> Finding:
    if not readings.running:
        return Finding(
            "Appliance",
            State.BAD,
            f"version {readings.version} is installed, and does not run",
            "Nobody can reach a meet on this computer.",
            "Start it: openlifter-appliance serve, or switch the box off and on.",
        )
    meets = f"{readings.meets} meet{'' if readings.meets == 1 else 's'}"
    return Finding("Appliance", State.WELL, f"version {readings.version} runs as “{readings.name}”, with {meets}")


def _network(readings: Readings) -> list[Finding]:
    if not readings.reached:
        return [
            Finding(
                "Network",
                State.BAD,
                "no cable with a link, and no Wi-Fi",
                "No other device can reach this one.",
                "Plug in the cable at both ends, and see that the router is switched on. No restart is needed.",
            )
        ]
    if not readings.running:
        return [Finding("Address", State.WELL, f"this computer is at {each.address}") for each in readings.reached]
    findings = [_reached(each) for each in readings.reached]
    if readings.running and not readings.announced:
        findings.append(
            Finding(
                "Name",
                State.LOOK,
                "the appliance is not announced on the network",
                "Tables have to be given an address.",
                "Set discovery to true and let it listen on all addresses, unless this is meant.",
            )
        )
    return findings


def _reached(reached: Reached) -> Finding:
    if reached.problem is None:
        return Finding("Address", State.WELL, f"{reached.address} answers")
    return Finding(
        "Address",
        State.BAD,
        f"{reached.address} does not answer: {reached.problem}",
        "A table that is given this address does not get through.",
        "Use another address of this list. If none answers, look for a firewall on this computer.",
    )


def _neighbours(readings: Readings) -> Finding:
    topic = "Other devices"
    if not readings.announced:
        return Finding(topic, State.WELL, "nobody listened, since the appliance is not announced")
    if readings.heard is None:
        return Finding(topic, State.LOOK, "it was not possible to listen", "Whether names get through is not known.")
    others = f"; other appliances: {', '.join(readings.others)}" if readings.others else ""
    if readings.heard or readings.others:
        count = len(set(readings.heard))
        return Finding(topic, State.WELL, f"{count} heard by multicast{others}")
    return Finding(
        topic,
        State.LOOK,
        "none was heard by multicast",
        "Either there is none yet, or the router keeps its clients apart. Then names such as openlifter.local do not "
        "work, and perhaps not even addresses.",
        "If a phone on this network does not find the appliance: clients are probably isolated from each other. Turn "
        "off guest network, AP isolation or client isolation in the router, or use a cable.",
    )


def _responders(readings: Readings) -> Finding:
    return Finding(
        "Names",
        State.LOOK,
        f"another program answers for names on this computer: {', '.join(readings.responders)}",
        "Mostly both work side by side.",
        "If the appliance is not found by its name, stop that program: avahi-daemon, or multicast DNS in "
        "systemd-resolved.",
    )


def _clock(readings: Readings) -> Finding:
    if readings.wall_s < readings.made_s:
        return Finding(
            "Clock",
            State.LOOK,
            "it is not set: it shows a time before this program was made",
            "Times that are shown are wrong. The meet itself does not mind: it is ordered by numbers. Results are not "
            "sent before the clock is right.",
            "Nothing, for the meet. With internet the clock is set by itself.",
        )
    return Finding("Clock", State.WELL, "it is plausible")


def _room(readings: Readings) -> Finding:
    if readings.disk_free is None or not readings.disk_total:
        return Finding("Disk", State.LOOK, "how full it is cannot be seen")
    free = f"{_bytes(readings.disk_free)} of {_bytes(readings.disk_total)} free"
    if readings.disk_free < min(LITTLE_BYTES, LITTLE_SHARE * readings.disk_total):
        return Finding(
            "Disk",
            State.BAD,
            f"nearly full: {free}",
            "When it is full nothing more can be confirmed; the tables keep their changes until there is room.",
            "Remove files that are not the appliance's, or use a larger card.",
        )
    return Finding("Disk", State.WELL, free)


def _writing(readings: Readings) -> Finding:
    if readings.write_problem is not None:
        return Finding(
            "Writing",
            State.BAD,
            readings.write_problem,
            "Nothing can be stored, so no change is confirmed. The tables keep theirs.",
            "If the disk is full, make room. Else the card is probably dying: keep the tables open, and use another "
            "card; the tables bring the meet back.",
        )
    if readings.write_s is None:
        return Finding("Writing", State.LOOK, "was not tried")
    took = f"a small file was stored in {readings.write_s * 1000:.0f} ms"
    if readings.write_s > SLOW_WRITE_S:
        return Finding(
            "Writing",
            State.LOOK,
            took,
            "Every change waits so long until it is confirmed.",
            "Use a faster card when there is time. A card that became slow may be dying.",
        )
    return Finding("Writing", State.WELL, took)


def _snapshots(readings: Readings) -> Finding:
    if readings.snapshot_age_s is None:
        return Finding("Snapshots", State.WELL, "none yet; one is taken within five minutes of a change")
    found = f"{readings.snapshots}, the newest {_age(readings.snapshot_age_s)} old"
    if readings.unsaved and readings.snapshot_age_s > OLD_SNAPSHOT_S:
        return Finding(
            "Snapshots",
            State.LOOK,
            found,
            "What was done since is on the disk once only.",
            "See the warnings on the operator page, and make one there.",
        )
    return Finding("Snapshots", State.WELL, found)


def _results(readings: Readings) -> Finding:
    if readings.results_failed:
        return Finding(
            "Results",
            State.BAD,
            f"{readings.results_failed} could not be sent",
            "OpenPowerlifting does not have the results of a meet that was published.",
            "openlifter-appliance publications list says why; retry sends them again when that is put right.",
        )
    if not readings.results_queued:
        return Finding("Results", State.WELL, "nothing waits to be sent")
    queued = f"{readings.results_queued} to be sent"
    if readings.results_wait_for:
        return Finding(
            "Results",
            State.LOOK,
            f"{queued}: {readings.results_wait_for}",
            "They are kept, and go by themselves when that is over.",
        )
    return Finding("Results", State.WELL, queued)


def _openlifter(readings: Readings) -> Finding:
    if readings.openlifter:
        return Finding("OpenLifter", State.WELL, "installed")
    return Finding(
        "OpenLifter",
        State.BAD,
        "not installed",
        "Tables cannot open OpenLifter from here.",
        "openlifter-appliance install-openlifter PATH puts a build of it here.",
    )


def _warned(readings: Readings) -> list[Finding]:
    return [Finding("Warning", State.LOOK, each.detail, each.meaning, each.remedy) for each in readings.warnings]


def _bytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _age(seconds: float) -> str:
    for unit, name in ((_DAY_S, "days"), (_HOUR_S, "hours"), (_MINUTE_S, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
