"""Passwords: scrypt of OWASP grade, off the event loop, and quick only for who was right before."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import unicodedata
from collections.abc import Callable, Iterator

import msgspec
import pytest

from appliance.access import passwords as module
from appliance.access.passwords import MAX_WAITING, THREADS, PasswordHash, Passwords, TooManyHashes

RIGHT, WRONG = "squat-bench-deadlift", "squat-bench-curl"
QUICK_N = 2


class Gate:
    """Stands in scrypt's place: counts the hashes, and holds them in their threads until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.hashes = self.inside = self.most_inside = 0
        self.threads: set[int] = set()
        self._lock = threading.Lock()
        self._derive = module._derive

    def __call__(self, secret: bytes, n: int, r: int, p: int, salt: bytes) -> bytes:
        with self._lock:
            self.hashes += 1
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
            self.threads.add(threading.get_ident())
        self.opened.wait(10)
        with self._lock:
            self.inside -= 1
        return self._derive(secret, n, r, p, salt)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    gate.opened.set()
    monkeypatch.setattr(module, "_derive", gate)
    yield gate
    gate.opened.set()


@pytest.fixture
def new() -> Iterator[Callable[..., Passwords]]:
    made: list[Passwords] = []

    def make(n: int = QUICK_N, max_waiting: int = MAX_WAITING) -> Passwords:
        made.append(Passwords(n=n, r=1, p=1, max_waiting=max_waiting))
        return made[-1]

    yield make
    for passwords in made:
        passwords.close()


async def stored_hash(new: Callable[..., Passwords]) -> PasswordHash:
    """The hash of `RIGHT`, made by a process that is gone: nobody remembers it."""
    return await new().hash(RIGHT)


class TestAHash:
    async def test_is_scrypt_with_a_random_salt(self, new: Callable[..., Passwords]) -> None:
        first, second = await new().hash(RIGHT), await new().hash(RIGHT)
        assert first.salt != second.salt
        assert len(first.salt) == 16
        assert first.digest == hashlib.scrypt(RIGHT.encode(), salt=first.salt, n=QUICK_N, r=1, p=1, dklen=32)

    async def test_is_of_owasp_grade_and_fits_a_pi_unless_told_otherwise(self) -> None:
        passwords = Passwords()
        try:
            stored = await passwords.hash(RIGHT)
        finally:
            passwords.close()
        assert (stored.n, stored.r, stored.p) == (2**15, 8, 3)
        assert 128 * stored.n * stored.r == 32 * 2**20
        expected = hashlib.scrypt(
            RIGHT.encode(), salt=stored.salt, n=stored.n, r=stored.r, p=stored.p, dklen=32, maxmem=2**26
        )
        assert stored.digest == expected

    async def test_is_stored_and_read_back(self, new: Callable[..., Passwords]) -> None:
        stored = await stored_hash(new)
        assert msgspec.json.decode(msgspec.json.encode(stored), type=PasswordHash) == stored

    @pytest.mark.parametrize(
        ("n", "r", "p"),
        [(2**30, 8, 1), (2**15, 2**20, 1), (2**15, 8, 10**6), (3, 8, 1), (0, 8, 1), (2, 0, 1)],
    )
    def test_that_would_cost_too_much_to_check_is_not_even_decoded(self, n: int, r: int, p: int) -> None:
        bundle = msgspec.json.encode({"n": n, "r": r, "p": p, "salt": "A" * 22 + "==", "digest": "A" * 43 + "="})
        with pytest.raises(msgspec.ValidationError, match="is not possible here"):
            msgspec.json.decode(bundle, type=PasswordHash)
        with pytest.raises(ValueError, match="is not possible here"):
            Passwords(n, r, p)

    @pytest.mark.parametrize(("salt", "digest"), [(15, 32), (65, 32), (16, 31)])
    def test_of_another_shape_is_refused(self, salt: int, digest: int) -> None:
        with pytest.raises(ValueError, match=f"salt of {salt} bytes with a digest of {digest}"):
            PasswordHash(QUICK_N, 1, 1, bytes(salt), bytes(digest))


class TestVerify:
    async def test_tells_right_from_wrong(self, new: Callable[..., Passwords]) -> None:
        passwords, stored = new(), await stored_hash(new)
        assert not await passwords.verify(WRONG, stored)
        assert await passwords.verify(RIGHT, stored)
        assert not await passwords.verify(WRONG, stored)

    async def test_goes_by_the_parameters_of_the_stored_hash(self, new: Callable[..., Passwords]) -> None:
        assert await new(n=16).verify(RIGHT, await stored_hash(new))

    async def test_takes_a_letter_and_its_accent_as_the_letter_with_accent(self, new: Callable[..., Passwords]) -> None:
        passwords = new()
        stored = await passwords.hash(unicodedata.normalize("NFC", "développé-couché"))
        assert await passwords.verify(unicodedata.normalize("NFD", "développé-couché"), stored)

    @pytest.mark.parametrize("odd", ["", "\ud800 lone surrogate", "nul\0inside", "x" * 100_000])
    async def test_survives_any_text(self, new: Callable[..., Passwords], odd: str) -> None:
        passwords, stored = new(), await stored_hash(new)
        assert not await passwords.verify(odd, stored)
        assert await passwords.verify(odd, await passwords.hash(odd))

    async def test_does_the_same_work_for_an_unknown_meet(
        self, new: Callable[..., Passwords], gate: Gate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        work: list[tuple[int, int, int, int]] = []

        def noting(secret: bytes, n: int, r: int, p: int, salt: bytes) -> bytes:
            work.append((n, r, p, len(salt)))
            return gate(secret, n, r, p, salt)

        monkeypatch.setattr(module, "_derive", noting)
        passwords, stored = new(), await stored_hash(new)
        work.clear()
        for _ in range(2):
            assert not await passwords.verify(WRONG, None)
            assert not await passwords.verify(WRONG, stored)
        assert work == [(QUICK_N, 1, 1, 16)] * 4


class TestARightPasswordIsRemembered:
    async def test_so_a_storm_of_displays_needs_one_hash(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords, stored = new(), await stored_hash(new)
        assert await passwords.verify(RIGHT, stored)
        before = gate.hashes
        assert all(await asyncio.gather(*(passwords.verify(RIGHT, stored) for _ in range(200))))
        assert gate.hashes == before

    async def test_from_when_it_was_chosen(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords = new()
        stored = await passwords.hash(RIGHT)
        assert await passwords.verify(RIGHT, stored)
        assert gate.hashes == 1

    async def test_so_it_gets_in_while_a_guesser_keeps_all_threads_busy(
        self, new: Callable[..., Passwords], gate: Gate
    ) -> None:
        passwords = new(max_waiting=0)
        stored = await passwords.hash(RIGHT)
        gate.opened.clear()
        guesses = [asyncio.create_task(passwords.verify(WRONG, stored)) for _ in range(THREADS)]
        await asyncio.sleep(0)
        assert await passwords.verify(RIGHT, stored)
        with pytest.raises(TooManyHashes):
            await passwords.verify(WRONG, stored)
        assert not any(guess.done() for guess in guesses)
        gate.opened.set()
        assert not any(await asyncio.gather(*guesses))

    async def test_for_this_hash_only(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords = new()
        await passwords.hash(RIGHT)
        changed = await passwords.hash("another-password")
        assert not await passwords.verify(RIGHT, changed)

    async def test_but_a_wrong_one_never(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords, stored = new(), await stored_hash(new)
        before = gate.hashes
        for _ in range(3):
            await passwords.verify(WRONG, stored)
            await passwords.verify(WRONG, None)
        assert gate.hashes == before + 6

    async def test_not_in_the_clear_and_not_without_bound(
        self, new: Callable[..., Passwords], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "MAX_REMEMBERED", 2)
        passwords = new()
        for number in range(4):
            await passwords.hash(f"{RIGHT}-{number}")
        assert len(passwords._remembered) == 2
        assert all(len(tag) == 32 and RIGHT.encode() not in tag for tag in passwords._remembered.values())


class TestTheThreads:
    async def test_hash_two_at_once_and_leave_the_event_loop_free(
        self, new: Callable[..., Passwords], gate: Gate
    ) -> None:
        passwords = new()
        gate.opened.clear()
        hashes = [asyncio.create_task(passwords.hash(f"password-{number}")) for number in range(8)]
        # The loop runs on while both threads stand at the gate.
        asyncio.get_running_loop().call_later(0.01, gate.opened.set)
        await asyncio.gather(*hashes)
        assert gate.hashes == 8
        assert gate.most_inside <= THREADS == 2
        assert threading.get_ident() not in gate.threads

    async def test_refuse_what_would_wait_too_long_and_recover(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords = new(max_waiting=3)
        gate.opened.clear()
        hashes = [asyncio.create_task(passwords.hash(f"password-{number}")) for number in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyHashes) as refused:
            await passwords.verify(RIGHT, None)
        assert refused.value.waiting == 3
        assert refused.value.retry_after_ms > 0
        assert str(refused.value) == "3 passwords are waiting to be hashed"
        gate.opened.set()
        await asyncio.gather(*hashes)
        assert not await passwords.verify(RIGHT, None)

    async def test_skip_the_hashes_of_clients_that_went_away(self, new: Callable[..., Passwords], gate: Gate) -> None:
        passwords = new(max_waiting=3)
        gate.opened.clear()
        busy = [asyncio.create_task(passwords.hash(f"password-{number}")) for number in range(2)]
        gone = [asyncio.create_task(passwords.hash(f"gone-{number}")) for number in range(3)]
        await asyncio.sleep(0)
        for task in gone:
            task.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        still_here = asyncio.create_task(passwords.hash(RIGHT))
        await asyncio.sleep(0)
        gate.opened.set()
        await asyncio.gather(*busy, still_here)
        assert gate.hashes == 3

    async def test_take_nothing_once_closed(self, new: Callable[..., Passwords]) -> None:
        passwords = new()
        passwords.close()
        with pytest.raises(RuntimeError):
            await passwords.hash(RIGHT)
