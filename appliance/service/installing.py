"""The appliance as a service of this machine: writes its unit for systemd, and takes it away again."""

from __future__ import annotations

import os
import pwd
import re
import shlex
import subprocess
import sys
from importlib import resources
from pathlib import Path

from msgspec import Struct

UNIT_NAME = "openlifter-appliance.service"
SETTINGS_NAME = "openlifter.toml"
COMMAND_NAME = "openlifter-appliance"

# Where systemd's ProtectHome= lets nobody look.
_HOMES = (Path("/home"), Path("/root"), Path("/run/user"))

# What needs no quotes and no escapes in a unit.
_PLAIN_PATH = re.compile(r"/[\w./+@-]+")

SYSTEMCTL_S = 360.0


class CannotInstall(Exception):
    """The service cannot be installed or removed. The text says why, and what to do."""


class Place(Struct, frozen=True):
    """Where things go on a machine."""

    unit: Path = Path("/etc/systemd/system") / UNIT_NAME
    settings: Path = Path("/etc/openlifter-appliance") / SETTINGS_NAME
    booted: Path = Path("/run/systemd/system")
    """There while systemd runs the machine: sd_booted(3)."""


class Installation(Struct, frozen=True):
    """The installation of this package that a service is to run.

    ``command`` is the absolute path of ``openlifter-appliance``; ``user`` whose home it lies in, None if it lies where
    every user can run it.
    """

    command: Path
    user: str | None = None


def unit_text(installation: Installation | None = None) -> str:
    """The unit; without an installation as it is in the package, for the Raspberry Pi image.

    Raises:
        CannotInstall: the path of the command cannot stand in a unit.
    """
    text = _packaged(UNIT_NAME)
    if installation is None:
        return text
    if _PLAIN_PATH.fullmatch(str(installation.command)) is None:
        raise CannotInstall(
            f"{installation.command} has a space or another character that a service cannot have in its path: "
            "install the appliance elsewhere, such as in /opt/openlifter-appliance"
        )
    text = re.sub(r"(?m)^(ExecStart=)\S+", rf"\g<1>{installation.command}", text)
    if installation.user is not None:
        # Only that user may look into this home.
        text = re.sub(r"(?m)^DynamicUser=.*\n", "", text)
        text = re.sub(r"(?m)^User=.*", f"User={installation.user}", text)
        text = re.sub(r"(?m)^ProtectHome=.*", "ProtectHome=read-only", text)
    return text


def this_installation() -> Installation:
    """The one that runs now.

    Raises:
        CannotInstall: a service cannot run it.
    """
    command = Path(sys.executable).with_name(COMMAND_NAME)
    if not command.is_file():
        raise CannotInstall(f"there is no {command}: install the package first, with `{sys.executable} -m pip install`")
    # A virtual environment links to an interpreter, and an editable one to the source.
    places = [command, Path(sys.executable).resolve(), Path(__file__)]
    return installation_at(command, places)


def installation_at(command: Path, places: list[Path]) -> Installation:
    """The installation with a command, all of whose files are at or beside ``places``.

    Raises:
        CannotInstall: no user that a service may have can read them all.
    """
    at_home = next((place for place in places if any(place.is_relative_to(home) for home in _HOMES)), None)
    if at_home is not None:
        owner = pwd.getpwuid(at_home.stat().st_uid)
        if owner.pw_uid == 0:
            raise CannotInstall(f"{at_home} is in the home of root, and a service of ours is not root: {_ELSEWHERE}")
        return Installation(command, owner.pw_name)
    for place in places:
        for folder in place.parents:
            if not folder.stat().st_mode & 0o001:
                raise CannotInstall(f"{folder} lets only its owner in, so no service can run {place}: {_ELSEWHERE}")
    return Installation(command)


_ELSEWHERE = (
    "install the appliance where every user can read it: sudo python3 -m venv /opt/openlifter-appliance, then "
    "sudo /opt/openlifter-appliance/bin/pip install with this package"
)


def planned(installation: Installation, place: Place) -> str:
    """What `install` would do, for a person to read, with the files it would write."""
    files = [(place.unit, unit_text(installation))]
    if not place.settings.exists():
        files.insert(0, (place.settings, _packaged(SETTINGS_NAME)))
    written = [f"# would be written: {path}\n{text}" for path, text in files]
    steps = "".join(f"# would be run: {shlex.join(['systemctl', *step])}\n" for step in _START)
    return "\n".join([*written, steps])


def install(installation: Installation, place: Place) -> str:
    """Write the unit, and its settings unless there are some; start it now and with every start of the machine.

    Done again it brings the unit up to date and restarts the service. Returns what to tell the operator.

    Raises:
        CannotInstall: nothing is started; what was written stays, to be looked at.
    """
    _check(place)
    text = unit_text(installation)
    try:
        if not place.settings.exists():
            place.settings.parent.mkdir(parents=True, exist_ok=True)
            place.settings.write_text(_packaged(SETTINGS_NAME))
            place.settings.chmod(0o644)
        place.unit.write_text(text)
        place.unit.chmod(0o644)
    except OSError as error:
        raise CannotInstall(f"{error.filename}: {error.strerror}") from error
    for step in _START:
        _systemctl(*step)
    return (
        f"The appliance runs, and will after every start of this machine. Its settings are in {place.settings}.\n"
        f"How it is: systemctl status {COMMAND_NAME}\n"
        f"What it did, and at the first start the operator PIN: journalctl -u {COMMAND_NAME}"
    )


def uninstall(place: Place) -> str:
    """Stop the service and take its unit away. Returns what to tell the operator: meets and settings stay.

    Raises:
        CannotInstall: the unit is still there.
    """
    _check(place)
    if not place.unit.exists():
        raise CannotInstall(f"there is no service: {place.unit} does not exist")
    _systemctl("disable", "--now", UNIT_NAME)
    try:
        place.unit.unlink()
    except OSError as error:
        raise CannotInstall(f"{error.filename}: {error.strerror}") from error
    _systemctl("daemon-reload")
    return f"The service is gone. Its meets stay in the data directory that {place.settings} names, and so does that."


# `enable --now` would leave an older one running.
_START = (("daemon-reload",), ("enable", UNIT_NAME), ("restart", UNIT_NAME))


def _check(place: Place) -> None:
    if not place.booted.is_dir():
        raise CannotInstall("this machine is not run by systemd: start the appliance with `serve`")
    if os.geteuid() != 0:
        raise CannotInstall("only root can do this: put sudo before it")


def _systemctl(*arguments: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603  Our own words and a name of ours.
            ["systemctl", *arguments],  # noqa: S607  Wherever this system has it.
            capture_output=True,
            text=True,
            timeout=SYSTEMCTL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotInstall(f"systemctl {' '.join(arguments)}: {error}") from error
    if done.returncode:
        raise CannotInstall(f"systemctl {' '.join(arguments)} failed: {done.stderr.strip() or done.returncode}")


def _packaged(name: str) -> str:
    return resources.files("appliance.service").joinpath(name).read_text(encoding="utf-8")
