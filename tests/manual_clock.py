"""A clock that a test sets by hand; sleeping moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class ManualClock:
    wall: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    mono: float = 1000.0
    believed: bool = True

    def monotonic(self) -> float:
        return self.mono

    def now(self) -> datetime:
        return self.wall

    def trusted(self) -> bool:
        return self.believed

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Time passes: both clocks move."""
        self.mono += seconds
        self.wall += timedelta(seconds=seconds)

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock; the monotonic one does not move."""
        self.wall += timedelta(seconds=seconds)
