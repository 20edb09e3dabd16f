"""The checksum of what stands, PROTOCOL.md section 8.

Addition is commutative, so the digest follows each update in constant time: add what now stands, subtract what it
replaced.
"""

from __future__ import annotations

from zlib import crc32

EMPTY_DIGEST = "0" * 16
_MODULUS_MASK = 0xFFFFFFFF


class Digest:
    """A running digest over the set of (key, its standing server number)."""

    __slots__ = ("_a", "_b")

    def __init__(self) -> None:
        self._a = 0
        self._b = 0

    def add(self, key: str, server_seq: int) -> None:
        """Count the update to ``key`` with this number in."""
        self._a += crc32(f"{key}@{server_seq}".encode())
        self._b += crc32(f"{server_seq}@{key}".encode())

    def subtract(self, key: str, server_seq: int) -> None:
        """Count an update that was added before, and stands no longer, out."""
        self._a -= crc32(f"{key}@{server_seq}".encode())
        self._b -= crc32(f"{server_seq}@{key}".encode())

    def __str__(self) -> str:
        return f"{self._a & _MODULUS_MASK:08x}{self._b & _MODULUS_MASK:08x}"
