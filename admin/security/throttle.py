"""Guesses at the password or the set-up code, counted over all addresses: an attacker on the LAN owns many.

Five are free; then each costs twice the wait of the one before, up to 15 minutes, on the monotonic clock.
"""

from __future__ import annotations

from threading import Lock

from sync.clock import Clock
from sync.errors import MantelpieceError

FREE = 5
FIRST_SECONDS, LONGEST_SECONDS = 2.0, 900.0
FORGET_SECONDS = 3600.0


class TooManyGuesses(MantelpieceError):
    """Fact `seconds`: how long nobody may guess."""


class Throttle:
    """One bucket for the whole page."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._last = clock.monotonic()

    def take(self) -> None:
        """Begin a guess: wrong until `succeeded`, so that guesses at once count each. Raises TooManyGuesses."""
        with self._lock:
            left = self._seconds_left()
            if left > 0:
                seconds = round(left) or 1
                raise TooManyGuesses(f"Too many wrong guesses; wait {seconds} seconds.", seconds=seconds)
            self._failures += 1
            self._last = self._clock.monotonic()

    def succeeded(self) -> None:
        """The guess was right."""
        with self._lock:
            self._failures = 0

    def _seconds_left(self) -> float:
        passed = self._clock.monotonic() - self._last
        if passed > FORGET_SECONDS:
            self._failures = 0
        if self._failures < FREE:
            return 0.0
        # The exponent is bounded so as not to overflow.
        wait: float = FIRST_SECONDS * 2 ** min(self._failures - FREE, 20)
        return min(wait, LONGEST_SECONDS) - passed
