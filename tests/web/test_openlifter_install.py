"""Putting OpenLifter on the appliance."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance import cli
from appliance.web import openlifter_install
from appliance.web.openlifter_build import NotABuild, build_of
from appliance.web.openlifter_install import install
from tests.web.builds import FILES, INDEX, made_for, packed, put

OLD = INDEX.replace("<title>", "<title>Old ")


def contents(folder: Path) -> dict[str, str]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the appliance looks, in a data directory that does not exist yet."""
    return tmp_path / "data" / "openlifter"


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_build_is_copied_unchanged_without_its_source_maps(kind: str, place: Path, tmp_path: Path) -> None:
    source = put(tmp_path / "build") if kind == "folder" else packed(tmp_path / "build.zip", top="build/")
    installed = install(source, place)
    expected = {name: text for name, text in FILES.items() if not name.endswith(".map")}
    assert contents(place) == expected
    assert (installed.files, installed.replaced) == (len(expected), False)
    assert build_of(place) == build_of(source)
    assert [path.name for path in place.parent.iterdir()] == ["openlifter"]


def test_a_zip_cannot_write_beside_the_place_where_the_build_goes(place: Path, tmp_path: Path) -> None:
    # Without the folder "x/", which leads to the build, the rest of this name begins at the root.
    outside = tmp_path / "evil"
    source = packed(tmp_path / "build.zip", {**FILES, f"{outside}": "evil"}, top="x/")
    with pytest.raises(NotABuild, match="that zip is not safe"):
        install(source, place)
    assert not outside.exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_the_one_before_goes_only_when_the_new_one_is_there(
    exchange: bool, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not exchange:  # as on a file system that cannot
        monkeypatch.setattr(openlifter_install, "_RENAME_EXCHANGE", 1 << 30)
    install(put(tmp_path / "old", {**FILES, "index.html": OLD, "old.txt": ""}), place)
    assert install(put(tmp_path / "new"), place).replaced
    assert "old.txt" not in contents(place)
    assert contents(place)["index.html"] == INDEX
    assert [path.name for path in place.parent.iterdir()] == ["openlifter"]


@pytest.mark.parametrize("step", ["_write", "_swap"])
def test_what_fails_half_way_changes_nothing(
    step: str, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(put(tmp_path / "old", index=OLD), place)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(openlifter_install, step, full)
    with pytest.raises(OSError, match="No space left"):
        install(put(tmp_path / "new"), place)
    assert contents(place)["index.html"] == OLD
    assert [path.name for path in place.parent.iterdir()] == ["openlifter"]


def test_what_is_no_build_changes_nothing(place: Path, tmp_path: Path) -> None:
    install(put(tmp_path / "old", index=OLD), place)
    for source in (tmp_path / "absent", put(tmp_path / "bad", index="<p>Hello</p>")):
        with pytest.raises(NotABuild):
            install(source, place)
    assert contents(place)["index.html"] == OLD


def test_a_damaged_build_and_an_empty_folder_are_replaced(place: Path, tmp_path: Path) -> None:
    place.mkdir(parents=True)
    install(put(tmp_path / "new"), place)
    (place / "index.html").write_text("damaged")
    install(tmp_path / "new", place)
    assert build_of(place)


def test_what_is_not_ours_is_left_alone(place: Path, tmp_path: Path) -> None:
    place.mkdir(parents=True)
    (place / "thesis.txt").write_text("years of work")
    with pytest.raises(NotABuild, match="something else"):
        install(put(tmp_path / "new"), place)
    assert contents(place) == {"thesis.txt": "years of work"}


class TestCommand:
    def run(self, *words: object) -> int:
        return cli.main(["install-openlifter", *map(str, words), "--log-format", "text"])

    def test_it_says_what_was_installed_and_where(
        self, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        source = put(tmp_path / "build", made_for("/releases/1.3/"))
        assert self.run(source, "--data-dir", place.parent) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"Installed OpenLifter in {place}: 8 files, ")
        assert "made for /releases/1.3/; here it is served under /openlifter/" in said
        assert self.run(source, "--openlifter-dir", place) == 0
        assert capsys.readouterr().out.startswith(f"Replaced the OpenLifter in {place}")

    def test_it_says_why_not(self, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(tmp_path, "--data-dir", place.parent) == 1
        said = capsys.readouterr().err
        assert said.startswith(f"openlifter-appliance: not installed: {tmp_path} has no index.html")
        assert not place.exists()
