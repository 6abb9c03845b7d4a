"""Asking until there is an answer: a slot for each attempt, pauses that grow and never fall together, Retry-After.

What of an error stays is raised at once. Belongs to one server; thread-safe.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from sync.clock import Clock
from sync.errors import Cancelled, NotAvailable, ServerError, TooManyRequests
from sync.immich.deadline import Patience
from sync.immich.slots import Slots

T = TypeVar("T")


class Again(Exception):
    """Inside this package: an error that another attempt may cure."""

    def __init__(self, error: ServerError, *, at_once: bool = False) -> None:
        super().__init__()
        self.error = error
        self.at_once = at_once


class Retry:
    """The patience with one server."""

    def __init__(self, slots: Slots, clock: Clock, patience: Patience) -> None:
        self._slots = slots
        self._clock = clock
        self._patience = patience
        self._random = random.Random()  # noqa: S311

    def until_answered(self, once: Callable[[], T], cancelled: Callable[[], bool]) -> T:
        """Call `once` in a slot until it gives an answer, an error that stays, or the attempts are used up."""
        waited = 0.0
        attempt = 1
        while True:
            answer, at_once = self.once(once, cancelled)
            if not isinstance(answer, ServerError):
                return answer
            pause = self._pause(answer, attempt, at_once=at_once)
            waited += pause or 0.0
            if pause is None or attempt >= self._patience.attempts or waited > self._patience.longest_wait_seconds:
                raise answer
            self._sleep(pause, cancelled)
            attempt += 1

    def once(self, once: Callable[[], T], cancelled: Callable[[], bool]) -> tuple[T | ServerError, bool]:
        """One attempt in a slot: the answer, or the error and whether another attempt may follow at once."""
        try:
            with self._slots.one(cancelled):
                return once(), False
        except Again as again:
            return again.error, again.at_once
        except (TooManyRequests, NotAvailable) as error:
            return error, False

    def _pause(self, error: ServerError, attempt: int, *, at_once: bool) -> float | None:
        """Seconds until the next attempt; None where another attempt is of no use."""
        if isinstance(error, NotAvailable):
            return None
        if error.facts.get("status") == 500 and attempt > 1:
            # 1.x and 2.x answer so for an original that is missing on their disk.
            return None
        asked = error.facts.get("retry_after_seconds")
        if isinstance(asked, float):
            return asked + self._random.uniform(0, 0.1 * asked)
        if at_once and attempt == 1:
            # Immich closes an idle connection after five seconds: the next request finds it dead.
            return 0.0
        return self._random.uniform(0, self._patience.backoff_seconds * 2 ** (attempt - 1))

    def _sleep(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        while seconds > 0:
            if cancelled():
                raise Cancelled("Cancelled while waiting for the server.")
            self._clock.sleep(min(seconds, 0.5))
            seconds -= 0.5
