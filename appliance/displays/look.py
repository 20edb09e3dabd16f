"""How the displays look: the federation's colours, its logo, and a style sheet of one's own."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, structs

from appliance.service.logging import get_logger
from appliance.storage import durable

MAX_LOGO_BYTES = 1024 * 1024
MAX_CSS_BYTES = 256 * 1024

Colour = Annotated[str, Meta(pattern=r"^(#[0-9a-fA-F]{6})?\Z")]
"""As "#rrggbb"; "" for the one that the displays come with."""

_IMAGES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)", re.IGNORECASE), "image/svg+xml"),
)

_log = get_logger(__name__)


class Colours(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Each sets the custom property of its name in ``display.css``."""

    accent: Colour = ""
    accent_text: Colour = ""
    surface: Colour = ""
    text: Colour = ""


class Logo(Struct, frozen=True):
    """A picture; ``mark`` changes with its content."""

    content: bytes
    content_type: str
    mark: str


class NotALogo(ValueError):
    """The file is no picture that every browser shows, or too large."""

    def __str__(self) -> str:
        return f"the logo must be a PNG, JPEG, WebP or SVG file of at most {MAX_LOGO_BYTES // 1024} KB"


class NotAStyleSheet(ValueError):
    """The file is no text, or too large."""

    def __str__(self) -> str:
        return f"the style sheet must be UTF-8 text of at most {MAX_CSS_BYTES // 1024} KB"


class LookBook:
    """The look of this appliance's displays, in a folder. What is set is on disk when the call returns.

    Args:
        folder: made when something is first set.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.colours = _read_colours(folder / "colours.json")
        content = _read(folder / "logo")
        self.logo = logo_of(content) if content else None
        self.custom_css = (_read(folder / "custom.css") or b"").decode(errors="replace")

    @property
    def css(self) -> str:
        """The style sheet that comes after ``display.css``."""
        colours = {
            field.encode_name: value
            for field in structs.fields(Colours)
            if (value := getattr(self.colours, field.name)) != ""
        }
        lines = "".join(f"  --{name}: {value};\n" for name, value in colours.items())
        # As specific as a theme, and later.
        chosen = f":root, :root[data-theme] {{\n{lines}}}\n" if lines else ""
        return chosen + self.custom_css

    def set_colours(self, colours: Colours) -> None:
        """Use these colours. Raises `StorageError`."""
        self._write("colours.json", msgspec.json.encode(colours))
        self.colours = colours

    def set_logo(self, content: bytes) -> None:
        """Use this logo; none if it is empty.

        Raises:
            NotALogo: the one before stays.
            StorageError: the one before stays.
        """
        logo = logo_of(content) if content else None
        if content and logo is None:
            raise NotALogo
        self._write("logo", content)
        self.logo = logo

    def set_custom_css(self, content: bytes) -> None:
        """Use this style sheet; none if it is empty.

        Raises:
            NotAStyleSheet: the one before stays.
            StorageError: the one before stays.
        """
        try:
            text = content.decode()
        except UnicodeDecodeError:
            raise NotAStyleSheet from None
        if len(content) > MAX_CSS_BYTES or "\0" in text:
            raise NotAStyleSheet
        self._write("custom.css", content)
        self.custom_css = text

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise durable.FileRefused(error) from error
        durable.write(self._folder / name, content)


def logo_of(content: bytes) -> Logo | None:
    """A logo, if its bytes are those of a picture."""
    if len(content) > MAX_LOGO_BYTES:
        return None
    content_type = next((kind for pattern, kind in _IMAGES if pattern.match(content)), None)
    if content_type is None:
        return None
    return Logo(content, content_type, hashlib.sha256(content).hexdigest()[:12])


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.error("look_unreadable", path=str(path), reason=str(error))
        return None


def _read_colours(path: Path) -> Colours:
    content = _read(path)
    try:
        return msgspec.json.decode(content, type=Colours) if content else Colours()
    except msgspec.DecodeError as error:
        _log.error("look_unreadable", path=str(path), reason=str(error))
        return Colours()
