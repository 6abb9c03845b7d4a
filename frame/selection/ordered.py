"""One after another: in album order, or by the time a photo was taken, newest or oldest first; then from the front.

The position survives restarts and changes of the list: it goes on after the photo that was last, and when that one is
gone, where it stood. A newcomer newer than all that was there sends `newest` back to the front.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

from frame.selection.memory import Memory, Position
from frame.selection.pool import Pool
from frame.selection.shuffle import Resting, never
from sync.settings.wall import Selection

_MIDDLE = 1 << 61
_UNKNOWN = 1 << 62
"""Photos without a date come last, whichever end of time is first."""


class Ordered:
    """Chooses from `pool` in the order of `mode`; writes how far it came into `memory`."""

    def __init__(self, pool: Pool, memory: Memory, mode: Selection) -> None:
        self._pool = pool
        self._memory = memory
        self._mode = mode
        values = pool.places if mode is Selection.SEQUENTIAL else array("q", _ranks(pool, mode))
        keys = [value << 64 | digest for value, digest in zip(values, pool.digests, strict=True)]
        self._values = values
        self._order = array("I", sorted(range(len(pool)), key=keys.__getitem__))
        self._keys = keys

    def peek(self, resting: Resting = never) -> int | None:
        """Index of the photo that is next, or None; changes nothing. An order waits for nobody."""
        if not self._order:
            return None
        return self._order[self._place() % len(self._order)]

    def take(self, digest: int) -> None:
        """The photo was shown or passed over: go on after it."""
        index = self._pool.find(digest)
        if index is None:
            return
        place = self._order.index(index)
        following = self._order[(place + 1) % len(self._order)]
        front, before = self._values[self._order[0]], self._memory.positions.get(self._mode)
        if before is not None and front < before.front <= self._values[index]:
            front = before.front  # it was ready when newcomers came, who are still to come
        self._memory.positions[self._mode] = Position(
            at=digest,
            value=self._values[index],
            following=self._pool.digests[following],
            front=front,
        )

    def may_join(self, index: int) -> bool:
        """Only the one that comes after the next: an order that skips is none."""
        return len(self._order) > 2 and self._order[(self._place() + 1) % len(self._order)] == index

    def rank(self, index: int) -> int:
        """1 for the first of the order."""
        return self._order.index(index) + 1

    def _place(self) -> int:
        position = self._memory.positions.get(self._mode)
        if position is None:
            return 0
        if self._mode is Selection.SEQUENTIAL:
            return self._place_in_album_order(position)
        if self._mode is Selection.NEWEST and self._values[self._order[0]] < position.front:
            return 0
        return bisect_right(self._order, position.value << 64 | position.at, key=self._keys.__getitem__)

    def _place_in_album_order(self, position: Position) -> int:
        for digest, further in ((position.at, 1), (position.following, 0)):
            index = self._pool.find(digest)
            if index is not None:
                return self._order.index(index) + further
        return bisect_left(self._order, position.value << 64, key=self._keys.__getitem__)


def _ranks(pool: Pool, mode: Selection) -> list[int]:
    sign = -1 if mode is Selection.NEWEST else 1
    return [_MIDDLE + sign * taken if taken else _UNKNOWN for taken in pool.taken]
