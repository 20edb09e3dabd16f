"""The look of the displays."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from appliance.displays.look import MAX_CSS_BYTES, MAX_LOGO_BYTES, Colours, LookBook, NotALogo, NotAStyleSheet, logo_of
from appliance.storage.errors import StorageError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'


def test_at_first_it_is_as_the_displays_come(tmp_path: Path) -> None:
    look = LookBook(tmp_path / "look")
    assert (look.css, look.logo, look.custom_css) == ("", None, "")


def test_what_was_set_is_there_after_a_restart(tmp_path: Path) -> None:
    look = LookBook(tmp_path / "look")
    look.set_colours(Colours(accent="#b3122f", accent_text="#ffffff"))
    look.set_logo(PNG)
    look.set_custom_css(b".name { color: red }")
    again = LookBook(tmp_path / "look")
    for each in (look, again):
        assert "--accent: #b3122f;" in each.css
        assert "--accent-text: #ffffff;" in each.css
        assert each.css.endswith(".name { color: red }")
        assert each.logo is not None
        assert each.logo.content_type == "image/png"


def test_what_is_set_to_nothing_is_gone(tmp_path: Path) -> None:
    look = LookBook(tmp_path / "look")
    look.set_logo(PNG)
    look.set_custom_css(b"a {}")
    look.set_logo(b"")
    look.set_custom_css(b"")
    assert LookBook(tmp_path / "look").logo is look.logo is None
    assert look.css == ""


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (SVG, "image/svg+xml"),
        (b"<svg>", "image/svg+xml"),
    ],
)
def test_pictures_are_known_by_their_bytes(content: bytes, content_type: str) -> None:
    logo = logo_of(content)
    assert logo is not None
    assert logo.content_type == content_type


def test_another_picture_has_another_mark() -> None:
    one, other = logo_of(PNG), logo_of(SVG)
    assert one is not None
    assert other is not None
    assert one.mark != other.mark


@pytest.mark.parametrize("content", [b"<html><script>", b"GIF89a", b"x", PNG + bytes(MAX_LOGO_BYTES)])
def test_what_is_no_picture_leaves_the_logo_as_it_is(tmp_path: Path, content: bytes) -> None:
    look = LookBook(tmp_path / "look")
    look.set_logo(PNG)
    with pytest.raises(NotALogo):
        look.set_logo(content)
    assert look.logo == logo_of(PNG)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"a" * (MAX_CSS_BYTES + 1)])
def test_what_is_no_text_is_no_style_sheet(tmp_path: Path, content: bytes) -> None:
    look = LookBook(tmp_path / "look")
    with pytest.raises(NotAStyleSheet):
        look.set_custom_css(content)
    assert look.css == ""


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#123456; } body { display: none", "#12345g"])
def test_a_colour_is_a_colour(colour: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"accent": colour}), type=Colours)


def test_a_file_that_is_damaged_is_as_none(tmp_path: Path) -> None:
    folder = tmp_path / "look"
    LookBook(folder).set_colours(Colours(accent="#b3122f"))
    (folder / "colours.json").write_bytes(b"{")
    assert LookBook(folder).colours == Colours()


def test_a_disk_that_refuses_changes_nothing(tmp_path: Path) -> None:
    look = LookBook(tmp_path / "nowhere" / "look")
    with pytest.raises(StorageError):
        look.set_logo(PNG)
    assert look.logo is None
