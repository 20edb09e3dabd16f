"""Which screens there are: each has a number to be called by, and what it was told to show.

A screen's id is its number and a word that nobody can guess, ``101-f3k9x2``: whoever knows the id is told what the
screen shows, with the key for it. What a screen was told survives in a file; one that shows up with an id that is not
known, since this appliance is another one, is taken as it comes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from msgspec import Struct, structs

from appliance.displays.showing import Showing

FIRST_NUMBER = 101
MAX_SCREENS = 500
"""More than any venue has; else somebody who reloads a page for fun could fill the list."""

MAX_NAME = 60

_ID = re.compile(r"([1-9][0-9]{0,5})-[A-Za-z0-9_-]{4,32}\Z")


class Screen(Struct, frozen=True, rename="camel"):
    """A screen. ``showing`` is None as long as nobody has told it; ``key_id`` is that of the key it was given."""

    id: str
    name: str = ""
    showing: Showing | None = None
    key_id: str = ""

    @property
    def number(self) -> int:
        """What it is called by: shown large as long as it waits."""
        return int(self.id.partition("-")[0])


class Key(Struct, frozen=True, rename="camel"):
    """A read-only key that was given out; ``label`` says to whom."""

    key_id: str
    meet_id: str
    label: str
    revoked: bool = False


class Remembered(Struct, frozen=True, rename="camel"):
    """What is kept of screens and keys."""

    screens: tuple[Screen, ...] = ()
    keys: tuple[Key, ...] = ()


class TooManyScreens(Exception):
    """No number is free: forget a screen that is gone."""

    def __str__(self) -> str:
        return f"there are {MAX_SCREENS} screens already: forget some that are gone"


class NoSuchScreen(Exception):
    """There is no screen with this id, any more."""


class Screens:
    """The screens and keys. Pure: what has to be kept is `remembered`."""

    def __init__(self, remembered: Remembered = Remembered()) -> None:  # noqa: B008  It is frozen.
        self._screens = {screen.id: screen for screen in remembered.screens}
        self._keys = {key.key_id: key for key in remembered.keys}

    def copy(self) -> Screens:
        """The same, to be changed for itself."""
        copied = Screens()
        copied._screens = dict(self._screens)
        copied._keys = dict(self._keys)
        return copied

    def take_in_newcomers(self, now: Screens, before: Screens) -> None:
        """Add the screens and keys that are in ``now`` and were not there ``before``."""
        for screen in now.all:
            if screen.id not in before._screens:
                self._screens.setdefault(screen.id, screen)
        for key_id, key in now._keys.items():
            if key_id not in before._keys:
                self._keys.setdefault(key_id, key)

    # ------------------------------------------------------------ screens

    @property
    def all(self) -> list[Screen]:
        """By number."""
        return sorted(self._screens.values(), key=lambda screen: screen.number)

    def find(self, screen_id: str) -> Screen:
        """The screen with this id.

        Raises:
            NoSuchScreen: there is none.
        """
        screen = self._screens.get(screen_id)
        if screen is None:
            raise NoSuchScreen
        return screen

    def add(self, *, present: Iterable[str] = (), showing: Showing | None = None, name: str = "") -> Screen:
        """A new screen with a free number. Where there is no room, one goes that waits and is not ``present``.

        Raises:
            TooManyScreens: all are in use.
        """
        self._make_room(present)
        taken = {screen.number for screen in self._screens.values()}
        number = next(number for number in range(FIRST_NUMBER, FIRST_NUMBER + MAX_SCREENS + 1) if number not in taken)
        return self._keep(Screen(f"{number}-{secrets.token_urlsafe(6)}", name[:MAX_NAME], showing))

    def meet_again(self, screen_id: str, present: Iterable[str] = ()) -> Screen | None:
        """The screen that shows up with this id, taken as it comes if it is not known; None if that is no id.

        Raises:
            TooManyScreens: it is not known, and there is no room for it.
        """
        if screen_id in self._screens:
            return self._screens[screen_id]
        if _ID.match(screen_id) is None:
            return None
        self._make_room(present)
        return self._keep(Screen(screen_id))

    def rename(self, screen_id: str, name: str) -> Screen:
        """Give a screen a name. Raises `NoSuchScreen`."""
        return self._keep(structs.replace(self.find(screen_id), name=name.strip()[:MAX_NAME]))

    def assign(self, screen_id: str, showing: Showing | None, key_id: str = "") -> Screen:
        """Tell a screen what to show, None to show its number. Raises `NoSuchScreen`."""
        return self._keep(structs.replace(self.find(screen_id), showing=showing, key_id=key_id))

    def forget(self, screen_id: str) -> None:
        """A screen is gone. Raises `NoSuchScreen`."""
        del self._screens[self.find(screen_id).id]

    def _keep(self, screen: Screen) -> Screen:
        self._screens[screen.id] = screen
        return screen

    def _make_room(self, present: Iterable[str]) -> None:
        if len(self._screens) < MAX_SCREENS:
            return
        here = set(present)
        for screen in self.all:
            if screen.showing is None and not screen.name and screen.id not in here:
                del self._screens[screen.id]
                return
        raise TooManyScreens

    # ------------------------------------------------------------ keys

    @property
    def keys(self) -> list[Key]:
        """All that were given out and not taken back, oldest first."""
        return [key for key in self._keys.values() if not key.revoked]

    def note_key(self, key_id: str, meet_id: str, label: str) -> Key:
        """A key was given out."""
        key = self._keys[key_id] = Key(key_id, meet_id, label.strip()[:MAX_NAME])
        return key

    def revoke(self, key_id: str) -> bool:
        """Take a key back for ever; False if it is none that was given out here."""
        key = self._keys.get(key_id)
        if key is not None:
            self._keys[key_id] = structs.replace(key, revoked=True)
        return key is not None

    def is_revoked(self, key_id: str) -> bool:
        """Whether it was taken back."""
        key = self._keys.get(key_id)
        return key is not None and key.revoked

    def key_of(self, key_id: str) -> Key | None:
        """The key with this id, if it was given out here."""
        return self._keys.get(key_id)

    # ------------------------------------------------------------ to keep

    @property
    def remembered(self) -> Remembered:
        """What has to be kept: all keys, and the screens that somebody has named or told what to show."""
        screens = tuple(screen for screen in self.all if screen.showing is not None or screen.name)
        return Remembered(screens, tuple(self._keys.values()))
