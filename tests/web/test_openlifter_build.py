"""What counts as a build of OpenLifter, and what is made of it."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.web import openlifter_build
from appliance.web.openlifter_build import HOOK, Build, NotABuild, build_of, prepare
from tests.web.builds import FILES, INDEX, ROUTER, SCRIPT, STYLE, made_for, packed, put


def build_with(index: str) -> Build:
    """A build whose index page is this one."""
    files = {**FILES, "index.html": index}
    return prepare({name: text.encode() for name, text in files.items()})


def scripts_and_base(build: Build) -> str:
    """What stands in the page between the start of its head and the end of our script's tag."""
    text = build.index.decode()
    return text[: text.index(HOOK) + len(HOOK)]


class TestThePage:
    def test_our_script_comes_first_in_the_head(self) -> None:
        build = build_with(INDEX)
        assert scripts_and_base(build).endswith(f'<html lang="en"><head><base href="/openlifter/">{HOOK}')
        assert build.index.decode().count("<base") == 1

    def test_nothing_else_of_the_page_changes(self) -> None:
        ours = f'<base href="/openlifter/">{HOOK}'
        assert build_with(INDEX).index.decode().replace(ours, "") == INDEX.replace('<base href="/openlifter/">', "")

    @pytest.mark.parametrize(
        "head", ["<head>", "<HEAD>", '<head lang="en"\n data-x="a>b">', "<head\n>", "<!-- <head> --><head>"]
    )
    def test_a_head_may_be_written_in_any_way(self, head: str) -> None:
        page = INDEX.replace("<head>", head, 1)
        assert scripts_and_base(build_with(page)).endswith(f'{head}<base href="/openlifter/">{HOOK}')

    def test_a_page_without_head_is_refused(self) -> None:
        page = INDEX.replace("<head>", "", 1).replace("</head>", "")
        with pytest.raises(NotABuild, match="no <head>"):
            build_with(page)

    def test_inline_scripts_are_hashed_as_the_browser_sees_them(self) -> None:
        script = "a < b && c;\n// <head>\n"
        page = INDEX.replace("<body>", f"<body><script>{script}</script>").replace("\n", "\r\n")
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert build_with(page).script_hashes[0] == f"sha256-{digest}"
        assert len(build_with(page).script_hashes) == 2

    @pytest.mark.parametrize(
        ("index", "why"),
        [
            (INDEX.replace("root", "app"), 'no <div id="root">'),
            (INDEX.replace(f'<script src="/openlifter/{SCRIPT}"></script>', ""), "no script of its own"),
            (INDEX.replace("2f72e0c3", "00000000"), "main.00000000.js, which is missing"),
            (INDEX.replace(f"/openlifter/{SCRIPT}", "https://cdn.example/main.js"), "from another host"),
            (INDEX.replace(f"/openlifter/{SCRIPT}", "//cdn.example/main.js"), "from another host"),
            (INDEX.replace("/openlifter/", "%PUBLIC_URL%/"), "source, not a build"),
        ],
    )
    def test_what_is_no_openlifter_is_refused_with_the_reason(self, index: str, why: str) -> None:
        with pytest.raises(NotABuild, match=why):
            build_with(index)

    def test_a_page_that_is_not_utf_8_is_refused(self) -> None:
        with pytest.raises(NotABuild, match="UTF-8"):
            prepare({"index.html": b"\xff"})


class TestBuildsMadeForAnotherAddress:
    @pytest.mark.parametrize("address", ["/releases/1.3/", "/"])
    def test_they_are_told_where_they_are(self, address: str, tmp_path: Path) -> None:
        build = build_of(put(tmp_path, made_for(address)))
        here = build_of(put(tmp_path, made_for("/openlifter/")))
        assert build.made_for == address
        assert build.index == here.index
        assert build.script_hashes == here.script_hashes
        assert build.assets[STYLE].content == here.assets[STYLE].content
        assert build.assets[SCRIPT].content.startswith(ROUTER.encode())

    def test_without_a_base_the_links_tell(self) -> None:
        page = INDEX.replace('<base href="/openlifter/">', "").replace("/openlifter/", "/meet/")
        build = build_with(page)
        assert build.made_for == "/meet/"
        assert f'src="/openlifter/{SCRIPT}"' in build.index.decode()

    def test_relative_links_count_from_our_base(self) -> None:
        page = INDEX.replace('<base href="/openlifter/">', '<base href="./">').replace('"/openlifter/', '"./')
        build = build_with(page)
        assert (build.made_for, f'src="./{SCRIPT}"' in build.index.decode()) == ("/openlifter/", True)
        assert '<base href="./">' not in build.index.decode()

    def test_what_was_rewritten_is_not_cached_for_ever(self, tmp_path: Path) -> None:
        here = build_of(put(tmp_path / "here"))
        assert (here.assets[SCRIPT].immutable, here.assets[STYLE].immutable) == (True, True)
        moved = build_of(put(tmp_path / "moved", made_for("/releases/1.3/")))
        assert (moved.assets[SCRIPT].immutable, moved.assets[STYLE].immutable) == (False, False)


class TestFiles:
    def test_only_names_with_a_hash_are_kept_for_ever(self, tmp_path: Path) -> None:
        assets = build_of(put(tmp_path)).assets
        assert {name for name, asset in assets.items() if asset.immutable} == {SCRIPT, STYLE}

    def test_service_workers_source_maps_and_forwarding_pages_are_left_out(self, tmp_path: Path) -> None:
        assert set(build_of(put(tmp_path)).assets) == {"favicon.ico", "manifest.json", SCRIPT, STYLE}

    @pytest.mark.parametrize("top", ["", "build/", "openlifter-1.4/", "openlifter-1.4/build/"])
    def test_folder_and_zip_give_the_same_build_however_deep_it_lies(self, top: str, tmp_path: Path) -> None:
        put(tmp_path / "folder" / top)
        build = build_of(tmp_path / "folder")
        assert build_of(packed(tmp_path / "zip", top=top)) == build
        assert SCRIPT in build.assets

    def test_of_several_builds_one_must_be_named(self, tmp_path: Path) -> None:
        put(tmp_path / "one")
        put(tmp_path / "two")
        with pytest.raises(NotABuild, match=r"several builds.*/one, .*/two"):
            build_of(tmp_path)

    def test_nothing_there_is_told_apart_from_nothing_usable(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            build_of(tmp_path / "absent")
        with pytest.raises(NotABuild, match=r"no index\.html"):
            build_of(tmp_path)

    def test_a_folder_without_index_page_is_not_searched(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("/etc/passwd")
        with pytest.raises(NotABuild, match=r"no index\.html"):
            build_of(tmp_path)

    def test_a_link_is_refused_not_followed(self, tmp_path: Path) -> None:
        put(tmp_path / "build")
        (tmp_path / "build" / "static" / "passwd").symlink_to("/etc/passwd")
        with pytest.raises(NotABuild, match="passwd is a link"):
            build_of(tmp_path / "build")

    def test_a_linked_folder_or_pipe_is_refused(self, tmp_path: Path) -> None:
        put(tmp_path / "build")
        (tmp_path / "build" / "media").symlink_to("/etc")
        with pytest.raises(NotABuild, match="media is a link"):
            build_of(tmp_path / "build")
        (tmp_path / "build" / "media").unlink()
        os.mkfifo(tmp_path / "build" / "pipe")
        with pytest.raises(NotABuild, match="pipe is a link or a special file"):
            build_of(tmp_path / "build")


class TestZips:
    @pytest.mark.parametrize(
        "name",
        ["../evil.js", "/etc/evil.js", "a/../../evil.js", "a\\..\\evil.js", "C:/evil.js", "a//evil.js", "a/./evil.js"],
    )
    def test_a_name_that_leads_out_is_refused(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(NotABuild, match="that zip is not safe"):
            build_of(packed(tmp_path / "a.zip", {**FILES, name: "evil"}))

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_name_that_comes_twice_is_refused(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("index.html", "another")
        with pytest.raises(NotABuild, match=r"'index\.html': that zip is not safe"):
            build_of(path)

    def test_a_link_is_refused(self, tmp_path: Path) -> None:
        path = packed(tmp_path / "a.zip")
        link = zipfile.ZipInfo("static/passwd")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(link, "/etc/passwd")
        with pytest.raises(NotABuild, match="static/passwd is a link"):
            build_of(path)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda content: b"not a zip",
            lambda content: b"",
            lambda content: content[: len(content) // 2],
            lambda content: content.replace(b"icon", b"ikon"),
        ],
    )
    def test_a_damaged_zip_is_refused(self, spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in FILES.items():
                archive.writestr(name, text)
        path.write_bytes(spoil(path.read_bytes()))
        with pytest.raises(NotABuild, match="not a zip that can be read"):
            build_of(path)

    def test_a_zip_that_lies_about_its_sizes_is_not_unpacked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(openlifter_build, "MAX_FILE_BYTES", 2**20)
        path = packed(tmp_path / "a.zip", {**FILES, "huge": "0" * 2**24})
        assert path.stat().st_size < 2**16
        with pytest.raises(NotABuild, match="huge is larger than 1 MiB"):
            build_of(path)


@pytest.mark.parametrize("kind", ["folder", "zip"])
class TestLimits:
    def place(self, kind: str, tmp_path: Path, files: dict[str, str]) -> Path:
        return put(tmp_path / "a", files) if kind == "folder" else packed(tmp_path / "a.zip", files)

    def test_a_huge_file_is_refused(self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openlifter_build, "MAX_FILE_BYTES", 2**20)
        with pytest.raises(NotABuild, match="huge is larger than 1 MiB"):
            build_of(self.place(kind, tmp_path, {**FILES, "huge": "0" * (2**20 + 1)}))

    def test_too_much_in_all_is_refused(self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openlifter_build, "MAX_BYTES", 2**20)
        with pytest.raises(NotABuild, match="more than 1 MiB"):
            build_of(self.place(kind, tmp_path, {**FILES, "one": "0" * 2**19, "two": "0" * 2**19}))

    def test_too_many_files_are_refused(self, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(openlifter_build, "MAX_FILES", 10)
        with pytest.raises(NotABuild, match="more than 10 files"):
            build_of(self.place(kind, tmp_path, {**FILES, **{str(number): "" for number in range(10)}}))
