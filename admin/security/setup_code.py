"""The code that only the wall shows: eight digits, ten minutes, five tries, then another one. Kept in memory alone."""

from __future__ import annotations

import hmac
import secrets
from threading import Lock

from sync.clock import Clock

DIGITS, LIFE_SECONDS, TRIES = 8, 600.0, 5


class SetupCode:
    """The present code."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._renew()

    def current(self) -> str:
        """What the wall is to show now; another one once this is used up."""
        with self._lock:
            self._renew_if_used_up()
            return self._code

    def matches(self, typed: str) -> bool:
        """Whether somebody typed it; blanks and dashes between the digits do not count."""
        digits = "".join(character for character in typed if character not in " -\u00a0")
        with self._lock:
            self._renew_if_used_up()
            self._tries += 1
            return hmac.compare_digest(digits.encode(errors="replace"), self._code.encode())

    def _renew_if_used_up(self) -> None:
        if self._tries >= TRIES or self._clock.monotonic() - self._made >= LIFE_SECONDS:
            self._renew()

    def _renew(self) -> None:
        self._code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        self._made = self._clock.monotonic()
        self._tries = 0
