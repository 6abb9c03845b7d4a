"""Whose turn it is: the photo that hangs, since when, whether it is held, and what somebody wants to see instead.

Knows nothing of pictures and panels. Used by the player and its parts alone, from its thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from frame.ahead import Way
from frame.playlist import Item, Playlist
from sync.clock import Clock

WISH_SECONDS = 30.0
"""So long a photo is waited for that was asked for before it arrived, as one from a phone is."""


@dataclass(frozen=True)
class Current:
    """What is on the wall."""

    item: Item
    since: float
    """Monotonic seconds."""
    at: int
    """Wall clock, seconds since 1970."""


class Turn:
    """`current` hangs until its time is over, or until the `urge` of a person is fulfilled."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wish: tuple[str, float] | None = None
        self.current: Current | None = None
        self.paused = False
        self.urge: Way | None = None

    def begin(self, item: Item) -> None:
        """It came on the wall now."""
        self.current = Current(item, self._clock.monotonic(), int(self._clock.now().timestamp()))

    def begin_again(self) -> None:
        """What hangs gets its whole time once more."""
        if self.current is not None:
            self.current = replace(self.current, since=self._clock.monotonic())

    def give_way(self) -> None:
        """What hangs has been seen for long enough, unless it is held."""
        if self.current is not None and not self.paused:
            self.current = replace(self.current, since=float("-inf"))

    def leave(self, *, others: bool) -> None:
        """What hangs may no longer be shown: the next one replaces it at once; without `others` nothing does."""
        self.urge = Way.NEXT
        if not others:
            self.current = None

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        if self.paused:
            self.begin_again()
        self.paused = False

    def press(self, way: Way) -> None:
        """Somebody wants another one now; what was wished for before counts no more."""
        self.urge, self._wish = way, None

    def wish(self, key: str) -> None:
        """Somebody wants that very photo."""
        self._wish = key, self._clock.monotonic() + WISH_SECONDS

    def wished(self, playlist: Playlist) -> Item | None:
        """What somebody asked for, once it is here; it is then what is made and shown first."""
        if self._wish is None:
            return None
        key, until = self._wish
        item = playlist.wished(key)
        there = self.current is not None and self.current.item.entry.key == key
        if there or (item is None and self._clock.monotonic() >= until):
            self._wish = None
        if item is None or there:
            self.urge = None if self.urge is Way.WISH else self.urge
            return None
        self.urge = Way.WISH
        return item

    def seconds_left(self, seconds: float) -> float | None:
        """Of the `seconds` that each photo gets; None while it is held, or none hangs."""
        if self.current is None or self.paused:
            return None
        return max(0.0, self.current.since + seconds - self._clock.monotonic())

    def is_due(self, way: Way, seconds: float) -> bool:
        """Whether a picture that was made for this may replace what hangs."""
        if self.current is None or way in (Way.AGAIN, self.urge):
            return True
        return way is Way.NEXT and self.urge is None and self.seconds_left(seconds) == 0
