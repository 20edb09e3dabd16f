"""Meet passwords: hashed with scrypt, two at a time off the event loop, and remembered once proven right."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import unicodedata
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SCRYPT_N = 2**15
SCRYPT_R = 8
SCRYPT_P = 3
"""N=2^15, r=8, p=3 is one of the equivalent settings of the OWASP Password Storage Cheat Sheet
(https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html, "scrypt"). It needs 128·N·r
bytes = 32 MiB for a hash, so two at once fit the smallest Raspberry Pi; the stronger-looking N=2^17, p=1
would need 128 MiB."""

SALT_BYTES = 16
DIGEST_BYTES = 32

MAX_MEMORY_BYTES = 128 * 2**20
MAX_P = 16

THREADS = 2
MAX_WAITING = 32
RETRY_AFTER_MS = 2000
MAX_REMEMBERED = 1000


class PasswordHash(msgspec.Struct, frozen=True):
    """A password as it is stored: scrypt's parameters, salt and digest.

    Raises:
        ValueError: parameters that scrypt does not have, or that would cost this box too much. A recovery
            bundle may bring them; msgspec turns the error into its `ValidationError` when decoding.
    """

    n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    def __post_init__(self) -> None:
        _check_parameters(self.n, self.r, self.p)
        if not SALT_BYTES <= len(self.salt) <= 64 or len(self.digest) != DIGEST_BYTES:
            raise ValueError(f"scrypt salt of {len(self.salt)} bytes with a digest of {len(self.digest)}")


class TooManyHashes(Exception):
    """So many passwords are waiting to be hashed that one more would wait too long: `RATE_LIMITED`."""

    def __init__(self, waiting: int) -> None:
        super().__init__(waiting)
        self.waiting = waiting
        self.retry_after_ms = RETRY_AFTER_MS

    def __str__(self) -> str:
        return f"{self.waiting} passwords are waiting to be hashed"


class Passwords:
    """Makes and checks password hashes off the event loop. To be used from one event loop.

    Args:
        n, r, p: scrypt's parameters for new hashes; a stored hash is checked with its own.
        max_waiting: how many may wait for one of the two threads.

    Raises:
        ValueError: the parameters are none of scrypt's, or need more than 128 MiB.
    """

    def __init__(self, n: int = SCRYPT_N, r: int = SCRYPT_R, p: int = SCRYPT_P, max_waiting: int = MAX_WAITING) -> None:
        _check_parameters(n, r, p)
        self._n, self._r, self._p = n, r, p
        self._max_waiting = max_waiting
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="scrypt")
        self._unfinished = 0
        # Nobody's hash, checked when the meet is unknown so that this takes as long as a wrong password.
        self._nobodys = PasswordHash(n, r, p, secrets.token_bytes(SALT_BYTES), secrets.token_bytes(DIGEST_BYTES))
        self._memory_key = secrets.token_bytes(32)
        self._remembered: OrderedDict[PasswordHash, bytes] = OrderedDict()

    async def hash(self, password: str) -> PasswordHash:
        """A new hash, with a random salt, of a password of any length.

        Raises:
            TooManyHashes: nothing was computed.
        """
        secret = _secret(password)
        salt = secrets.token_bytes(SALT_BYTES)
        digest = await self._scrypt(secret, self._n, self._r, self._p, salt)
        stored = PasswordHash(self._n, self._r, self._p, salt, digest)
        self._remember(stored, self._tag(stored, secret))
        return stored

    async def verify(self, password: str, stored: PasswordHash | None) -> bool:
        """Whether this is the password; False after the same work when there is no meet and so no hash.

        A password that was right before is right at once, without scrypt and without waiting.

        Raises:
            TooManyHashes: nothing was computed.
        """
        against = self._nobodys if stored is None else stored
        secret = _secret(password)
        tag = self._tag(against, secret)
        if hmac.compare_digest(tag, self._remembered.get(against, b"")):
            self._remembered.move_to_end(against)
            return True
        digest = await self._scrypt(secret, against.n, against.r, against.p, against.salt)
        if not hmac.compare_digest(digest, against.digest) or stored is None:
            return False
        self._remember(stored, tag)
        return True

    def close(self) -> None:
        """Stop taking passwords; those that wait are cancelled, those being hashed are left to finish."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _scrypt(self, secret: bytes, n: int, r: int, p: int, salt: bytes) -> bytes:
        if self._unfinished >= THREADS + self._max_waiting:
            raise TooManyHashes(self._unfinished - THREADS)
        self._unfinished += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _derive, secret, n, r, p, salt)
        finally:
            self._unfinished -= 1

    def _tag(self, stored: PasswordHash, secret: bytes) -> bytes:
        """What is remembered of a password: of no use without this process's key, and for this hash only."""
        return hmac.digest(self._memory_key, msgspec.msgpack.encode((stored, secret)), "sha256")

    def _remember(self, stored: PasswordHash, tag: bytes) -> None:
        self._remembered[stored] = tag
        self._remembered.move_to_end(stored)
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)


def _derive(secret: bytes, n: int, r: int, p: int, salt: bytes) -> bytes:
    # cryptography lets go of the interpreter lock meanwhile: the event loop runs on.
    return Scrypt(salt=salt, length=DIGEST_BYTES, n=n, r=r, p=p).derive(secret)


def _secret(password: str) -> bytes:
    # RFC 8265 section 4.2: the same "é" is typed as one character on one system and as two on another.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _check_parameters(n: int, r: int, p: int) -> None:
    if n < 2 or n & (n - 1) or r < 1 or not 1 <= p <= MAX_P or 128 * n * r > MAX_MEMORY_BYTES:
        raise ValueError(f"scrypt with n={n}, r={r}, p={p} is not possible here")
