"""The unit, its sandbox, and `install-service`.

Without systemd's own tools some are skipped, unless `TESTS_REQUIRE_SYSTEMD=1` says that this is a failure.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import cli
from appliance.service import installing, settings
from appliance.service.installing import (
    CannotInstall,
    Installation,
    Place,
    install,
    installation_at,
    planned,
    uninstall,
    unit_text,
)

ROOT = Path(__file__).parents[2]
MOST_EXPOSURE = 20
"""Of systemd-analyze, in tenths."""


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `systemd-analyze`, which may be missing only where CI does not run."""
    if shutil.which("systemd-analyze") is None:
        if os.environ.get("TESTS_REQUIRE_SYSTEMD") == "1":
            pytest.fail("systemd-analyze is not installed")
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture(params=["in the package", "in a home"])
def unit(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The unit as it is written for a command that exists."""
    user = "daemon" if request.param == "in a home" else None
    path = tmp_path / installing.UNIT_NAME
    path.write_text(unit_text(Installation(Path("/bin/true"), user)))
    return path


class TestUnit:
    def test_systemd_has_nothing_to_say_about_it(self, unit: Path) -> None:
        # It returns 0 for unknown keys and bad values: any output is a failure.
        done = analyze("verify", str(unit))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def test_it_is_hardly_exposed(self, unit: Path) -> None:
        done = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", "--no-pager", str(unit))
        assert done.returncode == 0, done.stdout

    def test_a_worse_one_would_be_seen(self, unit: Path) -> None:
        unit.write_text(unit.read_text().replace("SystemCallFilter=", "#").replace("ProtectSystem=", "ProtectSistem="))
        assert analyze("verify", str(unit)).stderr
        assert analyze("security", "--offline=true", f"--threshold={MOST_EXPOSURE}", str(unit)).returncode == 1

    def test_the_one_in_systemd_is_the_one_in_the_package(self) -> None:
        assert (ROOT / "systemd" / installing.UNIT_NAME).read_text() == unit_text()

    def test_it_waits_for_no_network_and_is_started_again_whatever_ends_it(self) -> None:
        unit = lines(unit_text())
        assert not any("network-online" in line for line in unit)
        assert {"Type=notify", "Restart=always", "WatchdogSec=20s"} <= set(unit)

    def test_what_it_may_write_to_is_where_its_settings_say(self, tmp_path: Path) -> None:
        own = tmp_path / "openlifter.toml"
        own.write_text(installing._packaged(installing.SETTINGS_NAME))
        chosen = settings.load({}, {}, own)
        assert chosen.port == 80
        [state] = [line.partition("=")[2] for line in lines(unit_text()) if line.startswith("StateDirectory=")]
        assert chosen.data_dir == Path("/var/lib") / state
        [command] = [line for line in lines(unit_text()) if line.startswith("ExecStart=")]
        assert command.endswith(f"serve --config {Place().settings}")

    def test_for_another_installation_only_the_command_differs(self) -> None:
        changed = set(lines(unit_text(Installation(Path("/srv/x/bin/openlifter-appliance")))))
        assert changed - set(lines(unit_text())) == {
            "ExecStart=/srv/x/bin/openlifter-appliance serve --config /etc/openlifter-appliance/openlifter.toml"
        }

    def test_from_a_home_it_runs_as_who_lives_there(self) -> None:
        unit = lines(unit_text(Installation(Path("/home/lisa/bin/openlifter-appliance"), "lisa")))
        assert {"User=lisa", "ProtectHome=read-only"} <= set(unit)
        assert not any(line.startswith("DynamicUser") for line in unit)

    @pytest.mark.parametrize(
        "path", ["/opt/my box/x", "/opt/100%/x", '/opt/"/x', "/opt/$HOME/x", "/opt/a\n[Install]/x"]
    )
    def test_a_path_that_means_something_else_in_a_unit_is_refused(self, path: str) -> None:
        with pytest.raises(CannotInstall, match="elsewhere"):
            unit_text(Installation(Path(path)))


class TestWhoseInstallation:
    def test_one_that_everybody_can_read_needs_no_user(self) -> None:
        assert installation_at(Path("/usr/bin/env"), [Path("/usr/bin/env")]).user is None

    def test_one_behind_a_closed_door_is_refused_by_the_name_of_the_door(self, tmp_path: Path) -> None:
        (tmp_path / "closed" / "bin").mkdir(parents=True)
        (tmp_path / "closed").chmod(0o700)
        with pytest.raises(CannotInstall, match="lets only its owner in"):
            installation_at(tmp_path / "closed/bin/x", [tmp_path / "closed/bin/x"])

    def test_one_in_the_home_of_root_is_refused(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root owns files as root")
        monkeypatch.setattr(installing, "_HOMES", (tmp_path,))
        with pytest.raises(CannotInstall, match="is not root"):
            installation_at(tmp_path, [tmp_path])

    def test_one_in_a_home_runs_as_its_owner(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        os.chown(tmp_path, 65534, 65534)
        monkeypatch.setattr(installing, "_HOMES", (tmp_path,))
        assert installation_at(tmp_path, [tmp_path]).user == "nobody"


INSTALLATION = Installation(Path("/opt/openlifter-appliance/bin/openlifter-appliance"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A machine in a folder, with a `systemctl` that writes down what it is told."""
    if os.geteuid() != 0:
        pytest.skip("only root installs a service")
    for folder in ("units", "run", "bin"):
        (tmp_path / folder).mkdir()
    stand_in = tmp_path / "bin" / "systemctl"
    stand_in.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/told\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    return Place(
        unit=tmp_path / "units" / installing.UNIT_NAME,
        settings=tmp_path / "etc" / "openlifter-appliance" / installing.SETTINGS_NAME,
        booted=tmp_path / "run",
    )


def told(place: Place) -> list[str]:
    return (place.booted.parent / "told").read_text().splitlines()


class TestInstalling:
    def test_it_writes_the_unit_and_its_settings_and_starts_it(self, place: Place) -> None:
        said = install(INSTALLATION, place)
        assert place.unit.read_text() == unit_text(INSTALLATION)
        assert [stat.S_IMODE(path.stat().st_mode) for path in (place.unit, place.settings)] == [0o644, 0o644]
        assert told(place) == ["daemon-reload", f"enable {installing.UNIT_NAME}", f"restart {installing.UNIT_NAME}"]
        assert str(place.settings) in said
        assert "operator PIN" in said

    def test_done_again_it_leaves_the_settings_alone(self, place: Place) -> None:
        install(INSTALLATION, place)
        place.settings.write_text("[server]\nport = 8080\n")
        place.unit.write_text("an older one")
        install(INSTALLATION, place)
        assert "8080" in place.settings.read_text()
        assert place.unit.read_text() == unit_text(INSTALLATION)

    def test_a_plan_shows_it_all_and_does_nothing(self, place: Place) -> None:
        plan = planned(INSTALLATION, place)
        assert unit_text(INSTALLATION) in plan
        assert f"systemctl enable {installing.UNIT_NAME}" in plan
        assert "port = 80" in plan
        assert not place.unit.exists()
        assert not (place.booted.parent / "told").exists()

    def test_uninstalling_keeps_the_data_and_the_settings(self, place: Place) -> None:
        install(INSTALLATION, place)
        assert "stay" in uninstall(place)
        assert told(place)[-2:] == [f"disable --now {installing.UNIT_NAME}", "daemon-reload"]
        assert place.settings.exists()
        assert not place.unit.exists()
        with pytest.raises(CannotInstall, match="there is no service"):
            uninstall(place)

    def test_what_systemctl_refuses_is_told(self, place: Place) -> None:
        (place.booted.parent / "bin" / "systemctl").write_text("#!/bin/sh\necho it is masked >&2\nexit 1\n")
        with pytest.raises(CannotInstall, match="systemctl daemon-reload failed: it is masked"):
            install(INSTALLATION, place)

    def test_without_systemd_nothing_is_written(self, place: Place) -> None:
        place.booted.rmdir()
        with pytest.raises(CannotInstall, match="not run by systemd"):
            install(INSTALLATION, place)
        with pytest.raises(CannotInstall, match="not run by systemd"):
            uninstall(place)
        assert not place.settings.exists()

    def test_without_root_nothing_is_written(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(CannotInstall, match="sudo"):
            install(INSTALLATION, place)
        assert not place.unit.exists()


def test_the_command_says_what_is_missing_in_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    if Path("/run/systemd/system").is_dir():
        pytest.skip("this machine is run by systemd, and its services are not for tests")
    assert cli.main(["uninstall-service"]) == 1
    assert "not run by systemd" in capsys.readouterr().err


def test_the_command_is_that_of_the_interpreter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    with pytest.raises(CannotInstall, match="install the package first"):
        installing.this_installation()
