"""The house is in order: a test file per module, and a licence that is the licence.

Arrows and purity are import-linter's (`make arrows`, contracts in pyproject.toml).
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

import appliance

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "appliance"

UNTESTED: dict[str, str] = {
    "boards/model.py": "only data",
    "client/credentials.py": "only data",
    "client/events.py": "only data",
    "meet/records.py": "only data",
    "powerlifting/words.py": "only names",
    "protocol/words.py": "only data",
}
"""Modules without a test file of their own (path in the package) and why that is right."""

MODULES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py")
)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_each_module_has_its_test_file(module: Path) -> None:
    test_file = ROOT / "tests" / module.parent / f"test_{module.name}"
    assert test_file.is_file() != (str(module) in UNTESTED)


def test_exceptions_name_modules_that_exist_and_say_why() -> None:
    assert set(UNTESTED) <= {str(module) for module in MODULES}
    assert all(UNTESTED.values())


def test_the_licence_is_the_unchanged_agpl() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "0d96a4ff68ad6d4b6f1f30f713b18d5184912ba8dd389f86aa7710db079abcb0"


def test_the_changelog_knows_this_version_or_the_next() -> None:
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == "## [Unreleased]" or headings[0].startswith(f"## [{appliance.__version__}]")


def test_the_command_is_installed_under_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"openlifter-appliance": "appliance.cli:main"}
    assert project["name"] == "openlifter-appliance"
