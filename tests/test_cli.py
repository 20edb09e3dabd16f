"""The command line, as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from appliance import __version__, cli
from appliance.service.settings import Settings
from tests.faults.served import Served
from tests.world import Table, World


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    command = [sys.executable, "-m", "appliance", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serve_runs_until_it_is_told_and_leaves_all_work_on_disk(tmp_path: Path, number: signal.Signals) -> None:
    served = Served(tmp_path)
    await served.start()
    try:
        async with aiohttp.ClientSession() as http:
            assert await served.healthy(http)
            async with http.ws_connect(f"{served.url}/ws") as socket:
                table = Table(socket)
                await table.create({"A": 1}, "A")
                assert await table.change(("meet.name", "Cup")) == [1]
    finally:
        code = await served.end(number)
    assert code == 0
    assert [update.key for update in served.stored().updates] == ["meet.name"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "99999"], ["--port", "0 to 65535", "'99999'"]),
        (["--log-level", "loud"], ["--log-level", '"debug"', "'loud'"]),
        (["--config", "/no/such/file.toml"], ["/no/such/file.toml"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_allowed(
    arguments: list[str], said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", *arguments]) == 2
    errors = capsys.readouterr().err
    assert all(word in errors for word in said)


def test_an_unknown_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("OPENLIFTER_PROT", "1")
    assert cli.main(["serve"]) == 2
    assert "OPENLIFTER_PROT" in capsys.readouterr().err


def test_an_unknown_command_or_flag_is_asked_for_wrongly() -> None:
    for arguments in ([], ["dance"], ["serve", "--prot", "1"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 2


def test_it_knows_its_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"openlifter-appliance {__version__}\n")


async def test_a_second_process_on_the_same_data_is_refused(venue: World) -> None:
    done = run("serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(venue.data_dir))
    assert done.returncode == 1
    assert "in use by another appliance" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_damaged_signing_key_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(b"short")
    done = run("serve", "--host", "127.0.0.1", "--port", "0", "--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert "signing.key has 5 bytes" in done.stderr
    assert "Traceback" not in done.stderr


def test_on_a_card_what_is_right_in_the_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is handed on, to be warned of; nothing of it is an error."""
    started: list[tuple[Settings, list[str]]] = []

    async def run_instead(chosen: Settings, *, wrong_settings: list[str]) -> int:
        started.append((chosen, wrong_settings))
        return 0

    monkeypatch.setattr(cli, "_run", run_instead)
    file = tmp_path / "openlifter.toml"
    file.write_text('[server]\nname = "Hall 2"\nport = "secret"\n\n[wifi]\nname = Hall\n')
    assert cli.main(["serve", "--on-a-card", str(file), "--port", "80"]) == 0
    [(chosen, wrong)] = started
    assert (chosen.name, chosen.port) == ("Hall 2", 80)
    assert [line.split(":")[0] for line in wrong] == [
        "openlifter.toml, line 6",
        "openlifter.toml, [server] port",
    ]
    assert "secret" not in str(wrong)
