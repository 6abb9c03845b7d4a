"""Told in sequence: a day or a trip begins at its first photo and goes on for some, then the shuffle picks another.

Which chapter comes is as fair as the shuffle that it stands on: every photo has its turn once in a round, and a chapter
that was left goes on where it was left. Pure.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

from frame.selection.memory import Memory, Position
from frame.selection.pool import Pool
from frame.selection.shuffle import Resting, Shuffle, never
from sync.settings.wall import Selection

CHAPTER_SECONDS = 18 * 3600
"""A longer time without a photo ends a day or a trip."""

LONGEST = 2000
"""Photos of one chapter that are looked at; who photographs day and night for months has chapters of this length."""


class Story:
    """`length` photos of a chapter come in a row."""

    def __init__(self, pool: Pool, memory: Memory, length: int) -> None:
        self._pool, self._memory, self._length = pool, memory, length
        self._shuffle = Shuffle(pool, memory)
        # One number each: a box of scans with one date is as quickly sorted, and found in, as any other album.
        self._keys = [taken << 64 | digest for taken, digest in zip(pool.taken, pool.digests, strict=True)]
        self._order = array("I", sorted(range(len(pool)), key=self._keys.__getitem__))

    def peek(self, resting: Resting = never) -> int | None:
        """Index of the photo that is next, or None; changes nothing."""
        following = self._following()
        if following is not None:
            return following
        first = self._shuffle.peek(resting)
        return None if first is None else self._beginning(first)

    def take(self, digest: int) -> None:
        """The photo was shown or passed over: its turn is used."""
        index = self._pool.find(digest)
        if index is None:
            return
        goes_on = index == self._following()
        told = self._position()
        left = told.value - 1 if goes_on and told is not None else self._length - 1
        self._shuffle.take(digest)
        self._memory.positions[Selection.STORY] = Position(at=digest, value=left, following=0, front=0)

    def may_join(self, index: int) -> bool:
        """Only who would follow anyway."""
        return self._shuffle.may_join(index)

    def _position(self) -> Position | None:
        return self._memory.positions.get(Selection.STORY)

    def _following(self) -> int | None:
        """The next of the running chapter that still has its turn; None where it is over or told long enough."""
        told = self._position()
        last = None if told is None or told.value <= 0 else self._pool.find(told.at)
        if last is None or not self._pool.taken[last]:
            return None
        place = self._place(last)
        before = self._pool.taken[last]
        for later in range(place + 1, min(len(self._order), place + LONGEST)):
            other = self._order[later]
            if self._pool.taken[other] - before > CHAPTER_SECONDS:
                return None
            before = self._pool.taken[other]
            if self._shuffle.may_join(other):
                return other
        return None

    def _beginning(self, index: int) -> int:
        """The first of its chapter that still has its turn."""
        if not self._pool.taken[index]:
            return index
        found, after = index, self._pool.taken[index]
        here = self._place(index)
        for place in range(here - 1, max(-1, here - LONGEST), -1):
            other = self._order[place]
            if not self._pool.taken[other] or after - self._pool.taken[other] > CHAPTER_SECONDS:
                break
            after = self._pool.taken[other]
            if self._shuffle.may_join(other):
                found = other
        return found

    def _place(self, index: int) -> int:
        return bisect_left(self._order, self._keys[index], key=self._keys.__getitem__)
