"""The operator PIN: who knows it looks after the appliance on its operator page.

Its hash lies in a file of its own, not in the database: restoring yesterday's meets does not bring back yesterday's
PIN. The file is read at each use, so a PIN that is changed by command counts at once, and ends every session that was
opened with the one before.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.access.passwords import PasswordHash, Passwords, TooManyHashes
from appliance.access.roles import Role
from appliance.access.secret_file import write_secret
from appliance.access.throttle import GuessThrottle, RateLimit, Wait
from appliance.access.tokens import Claims, TokenSigner, new_session_id
from appliance.service.logging import get_logger

DIGITS = 6
MAX_DIGITS = 12

LIFETIME_S = 12 * 3600
"""A session of the operator page lasts a long day, in service seconds, and cannot be renewed."""

# A million PINs at one guess every two seconds take 23 days, from however many addresses they come.
GUESSES_AT_ONCE, GUESSES_PER_S = 30, 0.5

ALLOWED = f"{DIGITS} to {MAX_DIGITS} digits"

_PIN = re.compile(rf"[0-9]{{{DIGITS},{MAX_DIGITS}}}")
_WHO = "operator"

_log = get_logger(__name__)


class NotAPin(ValueError):
    """It is not made of `ALLOWED`."""

    def __str__(self) -> str:
        return f"the operator PIN must be {ALLOWED}"


class Refused(msgspec.Struct, frozen=True):
    """Not let in. ``retry_after_ms`` is how long to wait before the next try counts, 0 for not at all."""

    reason: str
    retry_after_ms: int


class OperatorPin:
    """Lets the operator in. To be used from one event loop.

    Args:
        path: the file with the hash.
        passwords, signer: the access room.
        service_s: seconds of service now, by which sessions end.
        monotonic: seconds by which guesses are slowed down.
    """

    def __init__(
        self,
        path: Path,
        passwords: Passwords,
        signer: TokenSigner,
        service_s: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._path = path
        self._passwords = passwords
        self._signer = signer
        self._service_s = service_s
        self._monotonic = monotonic
        self._guesses = GuessThrottle()
        self._all_guesses = RateLimit(GUESSES_AT_ONCE, GUESSES_PER_S)

    async def prepare(self) -> str | None:
        """Make a PIN if there is none that can be read; returns the new one, to be shown once.

        Raises:
            OSError: it cannot be stored.
        """
        return None if self._hash() is not None else await new_pin(self._path, self._passwords)

    async def sign_in(self, pin: str, address: str) -> str | Refused:
        """A token for who knows the PIN."""
        now_s = self._monotonic()
        attempt = self._guesses.admit(address, _WHO, now_s)
        wait_ms = attempt.retry_after_ms if isinstance(attempt, Wait) else self._all_guesses.take(_WHO, now_s)
        if isinstance(attempt, Wait) or wait_ms:
            return Refused("too many wrong PINs", wait_ms)
        stored = self._hash()
        try:
            # Spaces are what people put in to read it.
            right = await self._passwords.verify("".join(pin.split())[: MAX_DIGITS + 1], stored)
        except TooManyHashes as busy:
            self._guesses.withdrawn(attempt)
            return Refused("too many people are signing in", busy.retry_after_ms)
        if not right or stored is None:
            _log.warning("operator_refused", address=address)
            return Refused("that is not the operator PIN", attempt.retry_after_ms)
        self._guesses.succeeded(attempt)
        _log.info("operator_signed_in", address=address)
        return self._signer.sign(
            Claims(new_session_id(), "", _WHO, _mark_of(stored), Role.OPERATOR, int(self._service_s()))
        )

    def knows(self, token: str) -> bool:
        """Whether a token is that of an operator session that still lasts."""
        claims = self._signer.read(token)
        if claims is None or claims.role is not Role.OPERATOR:
            return False
        stored = self._hash()
        age_s = self._service_s() - claims.issued_s
        return stored is not None and claims.location_name == _mark_of(stored) and age_s <= LIFETIME_S

    def _hash(self) -> PasswordHash | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=PasswordHash)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            _log.error("operator_pin_unreadable", path=str(self._path), what=str(error))
            return None


async def new_pin(path: Path, passwords: Passwords) -> str:
    """Make and store a random PIN; returns it. Raises OSError."""
    pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    await set_pin(path, pin, passwords)
    return pin


async def set_pin(path: Path, pin: str, passwords: Passwords) -> None:
    """Store a PIN.

    Raises:
        NotAPin: it is not made of digits, or of too few or too many.
        OSError: it cannot be stored; the one before stays.
    """
    if _PIN.fullmatch(pin) is None:
        raise NotAPin
    write_secret(path, msgspec.json.encode(await passwords.hash(pin)))


def _mark_of(stored: PasswordHash) -> str:
    """What a token remembers of the PIN it was given for: enough to tell that it has changed."""
    return hashlib.sha256(stored.salt + stored.digest).hexdigest()[:16]
