"""A sign over the photos for a while: the phone page's address and its code on a wall that shows photos already."""

from __future__ import annotations

from sync.clock import Clock

LONGEST_SECONDS = 3600.0


class Sign:
    """Its lines, empty while no sign is up, and when it comes down by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = 0.0
        self.lines: tuple[str, ...] = ()
        self.over_photo = False
        """Whether the photo shines through."""

    def put_up(self, lines: tuple[str, ...], seconds: float, *, over_photo: bool = False) -> None:
        """Instead of any other; no lines or no time take it down."""
        self.lines = lines if seconds > 0 else ()
        self.over_photo = over_photo and bool(self.lines)
        self._until = self._clock.monotonic() + min(seconds, LONGEST_SECONDS)

    def seconds_left(self) -> float:
        """0 where its time is over, or none is up."""
        return max(0.0, self._until - self._clock.monotonic()) if self.lines else 0.0
