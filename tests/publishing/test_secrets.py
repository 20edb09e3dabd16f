"""Passwords and tokens come from files that nobody else may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.publishing.secrets import CREDENTIALS, Secret, SecretMissing


def a_file(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_file_that_is_named_counts_and_else_systemds_credential(tmp_path: Path) -> None:
    a_file(tmp_path / "mail-password", b"from systemd\n", 0o400)
    env = {CREDENTIALS: str(tmp_path)}
    assert Secret("mail-password", None, env).read() == "from systemd"
    named = a_file(tmp_path / "named", "pass wörd\r\n".encode())
    assert Secret("mail-password", named, env).read() == "pass wörd"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (b"secret", 0o640, "chmod 600"),
        (b"secret", 0o604, "chmod 600"),
        (b"", 0o600, "no single line"),
        (b"one\ntwo", 0o600, "no single line"),
        (b"\xff\xfe", 0o600, "is not text"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_without_the_secret(
    tmp_path: Path, content: bytes, mode: int, said: str
) -> None:
    with pytest.raises(SecretMissing, match=said) as caught:
        Secret("mail-password", a_file(tmp_path / "password", content, mode), {}).read()
    assert "secret" not in str(caught.value)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    assert not Secret("gitlab-token", None, {}).is_set
    with pytest.raises(SecretMissing, match="no file is named for gitlab-token"):
        Secret("gitlab-token", None, {}).read()
    with pytest.raises(SecretMissing, match="No such file"):
        Secret("gitlab-token", tmp_path / "gone", {}).read()
