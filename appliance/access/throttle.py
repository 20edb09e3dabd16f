"""Slowing down who guesses passwords, and who creates or joins too often. Time is monotonic seconds."""

from __future__ import annotations

from collections import OrderedDict, deque
from math import ceil

import msgspec

FREE_FAILURES = 10
"""So many wrong passwords of one address in `WINDOW_S` are simply refused, over all meets."""

WINDOW_S = 60.0
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0

FORGET_S = WINDOW_S
"""A wait that has been over for so long, without another, is forgotten: the next one starts short again."""

MAX_ADDRESSES = 4096
MAX_MEETS_PER_ADDRESS = 32


class Attempt(msgspec.Struct, frozen=True):
    """Leave to check one password, which counts as wrong until `GuessThrottle` is told otherwise.

    `retry_after_ms` is for the `JOIN_REJECTED` if the password is wrong; 0 leaves it out.
    """

    address: str
    meet_id: str
    admitted_s: float
    retry_after_ms: int


class Wait(msgspec.Struct, frozen=True):
    """Do not even compute a hash; `JOIN_REJECTED` carries `retry_after_ms`, at least 1."""

    retry_after_ms: int


class _Penalty(msgspec.Struct):
    wait_s: float
    until_s: float


class _Guesser:
    """What is remembered of one address."""

    def __init__(self) -> None:
        # Two windows' worth of the free ones are plenty: only whether there are ten in the window matters.
        self.failures: deque[float] = deque(maxlen=2 * FREE_FAILURES)
        self.penalties: dict[str, _Penalty] = {}

    def forget_old(self, now_s: float) -> None:
        while self.failures and now_s - self.failures[0] >= WINDOW_S:
            self.failures.popleft()
        over = [meet for meet, penalty in self.penalties.items() if now_s - penalty.until_s >= FORGET_S]
        for meet_id in over:
            del self.penalties[meet_id]

    def penalise(self, meet_id: str, now_s: float) -> _Penalty:
        """The next longer wait for this meet, from now on."""
        before = self.penalties.get(meet_id)
        wait_s = FIRST_WAIT_S if before is None else min(2 * before.wait_s, LONGEST_WAIT_S)
        if before is None and len(self.penalties) >= MAX_MEETS_PER_ADDRESS:
            # The mildest goes, so that asking for many meets does not wash away the long wait of one.
            del self.penalties[min(self.penalties, key=self._severity)]
        penalty = self.penalties[meet_id] = _Penalty(wait_s, now_s + wait_s)
        return penalty

    def _severity(self, meet_id: str) -> tuple[float, float]:
        penalty = self.penalties[meet_id]
        return (penalty.wait_s, penalty.until_s)


class GuessThrottle:
    """Decides whether a password may be checked at all.

    An address has ten free failures a minute. Beyond these each meet that it tries gets a wait of its own: 1
    s, then one check, then 2 s, one check, 4 s … up to 30 s. Asking during a wait neither lengthens nor
    shortens it: what `retryAfterMs` said stays true. Other addresses, and sessions that are open, notice
    nothing.
    """

    def __init__(self) -> None:
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()

    def admit(self, address: str, meet_id: str, now_s: float) -> Attempt | Wait:
        """Ask before checking a password of this address for this meet."""
        guesser = self._guesser(address)
        guesser.forget_old(now_s)
        penalty = guesser.penalties.get(meet_id)
        if penalty is not None and now_s < penalty.until_s:
            return Wait(_ms(penalty.until_s - now_s))
        retry_after_ms = 0
        if len(guesser.failures) >= FREE_FAILURES:
            first = penalty is None
            penalty = guesser.penalise(meet_id, now_s)
            retry_after_ms = _ms(penalty.wait_s)
            if first:
                return Wait(retry_after_ms)
        # Counted now, not when the hash is done: else parallel guesses would all find the count low.
        guesser.failures.append(now_s)
        return Attempt(address, meet_id, now_s, retry_after_ms)

    def succeeded(self, attempt: Attempt) -> None:
        """The password was right: no failure, and the wait of this address for this meet is over."""
        self.withdrawn(attempt)
        guesser = self._guessers.get(attempt.address)
        if guesser is not None:
            guesser.penalties.pop(attempt.meet_id, None)

    def withdrawn(self, attempt: Attempt) -> None:
        """The password was not checked after all, too many hashes were waiting: no failure."""
        guesser = self._guessers.get(attempt.address)
        if guesser is not None and attempt.admitted_s in guesser.failures:
            guesser.failures.remove(attempt.admitted_s)

    def _guesser(self, address: str) -> _Guesser:
        guesser = self._guessers.get(address)
        if guesser is None:
            guesser = self._guessers[address] = _Guesser()
            if len(self._guessers) > MAX_ADDRESSES:
                self._guessers.popitem(last=False)
        self._guessers.move_to_end(address)
        return guesser


class _Bucket(msgspec.Struct):
    tokens: float
    filled_s: float


class RateLimit:
    """A token bucket for each address.

    Args:
        burst: how many may come at once.
        per_second: how many a second may come in the long run.
    """

    def __init__(self, burst: int, per_second: float) -> None:
        if burst < 1 or per_second <= 0:
            raise ValueError(f"a rate limit lets something pass, not {burst} at once and {per_second} a second")
        self._burst = float(burst)
        self._per_second = per_second
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, address: str, now_s: float) -> int:
        """0 lets the address go on, and counts; else the `retryAfterMs` of its `RATE_LIMITED`."""
        bucket = self._buckets.get(address)
        if bucket is None:
            bucket = self._buckets[address] = _Bucket(self._burst, now_s)
            if len(self._buckets) > MAX_ADDRESSES:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(address)
        bucket.tokens = min(self._burst, bucket.tokens + (now_s - bucket.filled_s) * self._per_second)
        bucket.filled_s = now_s
        # Whoever waits as long as told gets in, whatever rounding did to the fill.
        if bucket.tokens < 1 - 1e-6:
            return _ms((1 - bucket.tokens) / self._per_second)
        bucket.tokens -= 1
        return 0


def _ms(seconds: float) -> int:
    return max(1, ceil(seconds * 1000))
