"""The fair shuffle: every photo once before any repeats, by weight, over restarts and changes of the list.

A photo of weight w has turns 0, 1, 2 …; its turn k falls due once within the virtual time k/w to (k+1)/w, at a moment
that a hash of seed, photo and k decides. The photo whose turn falls due first is next. A newcomer starts with the turn
of the present moment: it comes in this round, and does not come many times to catch up. What must be remembered is
only which photos used their turn of the running round; the seed may be lost without harm.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from math import floor, inf

from frame.selection.memory import Memory
from frame.selection.pool import Pool

_MASK = (1 << 64) - 1
_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_LEAST, _RANGE = 0.001, 0.998 / 9007199254740992
_EARLY = 0.25
"""Share of a round."""
_TOP = _MASK >> 11
_MOST_ASLEEP = 12
"""So many resting photos are looked past; each costs a pass over all."""

Resting = Callable[[int], bool]


def never(_digest: int) -> bool:
    """Nobody rests."""
    return False


class Shuffle:
    """Chooses from `pool`; writes what it used into `memory`."""

    def __init__(self, pool: Pool, memory: Memory) -> None:
        self._pool = pool
        self._memory = memory
        self._due = array("d", _first_dues(pool, memory))
        self._round = floor(memory.now)
        self._prune()

    def peek(self, resting: Resting = never) -> int | None:
        """Index of the photo that is next, or None; changes nothing. Who rests (by digest) lets others go first."""
        if not self._due:
            return None
        first = self._earliest()
        if resting(self._pool.digests[first]):
            first = self._first_awake(first, resting)
        if len(self._due) > 1 and self._pool.digests[first] == self._memory.last:
            return self._runner_up(first)
        return first

    def take(self, digest: int) -> None:
        """The photo's turn is used."""
        index = self._pool.find(digest)
        if index is None:
            return
        memory, weight = self._memory, self._pool.weights[index]
        # Time goes on to the earliest turn only: a photo that came before its time pulls no other one along.
        memory.now = max(memory.now, self._due[self._earliest()])
        memory.marks[digest] = self._due[index]
        self._due[index] = _due(self._hash(digest), floor(self._due[index] * weight) + 1, weight)
        if floor(memory.now) != self._round:
            self._round = floor(memory.now)
            self._prune()

    def may_join(self, index: int) -> bool:
        """Whether it still has a turn in the running round."""
        weight = self._pool.weights[index]
        return floor(self._due[index] * weight) <= floor(self._memory.now * weight)

    def _earliest(self) -> int:
        return self._due.index(min(self._due))

    def _first_awake(self, first: int, resting: Resting) -> int:
        """The earliest that does not rest; the very earliest where many rest."""
        asleep: list[tuple[int, float]] = []
        found = first
        for _ in range(_MOST_ASLEEP):
            asleep.append((found, self._due[found]))
            self._due[found] = inf
            found = self._earliest()
            if self._due[found] == inf or not resting(self._pool.digests[found]):
                break
        awake = self._due[found] < inf and not resting(self._pool.digests[found])
        for index, due in asleep:
            self._due[index] = due
        return found if awake else first

    def _runner_up(self, first: int) -> int:
        """Not the same photo twice running, where another one has its turn in this round too."""
        due = self._due[first]
        self._due[first] = inf
        second = self._earliest()
        self._due[first] = due
        weight = self._pool.weights[second]
        in_this_round = floor(self._due[second] * weight) <= floor(max(self._memory.now, due) * weight)
        return second if in_this_round else first

    def _hash(self, digest: int) -> int:
        return digest ^ self._memory.seed & _MASK

    def _prune(self) -> None:
        """Forget marks of rounds that are over."""
        longest = 1 / min(self._pool.weights, default=1.0)
        since = min(floor(self._memory.now), self._memory.now - longest)
        memory = self._memory
        memory.marks = {digest: mark for digest, mark in memory.marks.items() if mark >= since}


def _first_dues(pool: Pool, memory: Memory) -> Iterator[float]:
    """When each photo falls due first: `_due` in one loop, for the wall stands still while 100,000 are asked."""
    now, marks, seed = memory.now, memory.marks, memory.seed & _MASK
    for digest, weight in zip(pool.digests, pool.weights, strict=True):
        turn = floor(now * weight)
        mark = marks.get(digest)
        # A mark from far ahead is damage; believing it would keep the photo off the wall for ever.
        if mark is not None and turn <= (used := floor(mark * weight)) <= turn + 1:
            turn = used + 1
        place = (digest ^ seed) + turn * _STEP
        mixed = place * _FIRST & _MASK
        share = _LEAST + _RANGE * ((mixed ^ mixed >> 29) * _SECOND >> 11 & _TOP)
        if share < _EARLY and turn:
            mixed = (place - _STEP) * _FIRST & _MASK
            if _LEAST + _RANGE * ((mixed ^ mixed >> 29) * _SECOND >> 11 & _TOP) > 1 - _EARLY:
                share += 0.5
        yield (turn + share) / weight


def _due(mixed: int, turn: int, weight: float) -> float:
    share = _share(mixed, turn)
    if share < _EARLY and turn and _share(mixed, turn - 1) > 1 - _EARLY:
        share += 0.5  # late in one round and early in the next would be twice in a short while
    return (turn + share) / weight


def _share(mixed: int, turn: int) -> float:
    """A number within 0.001 to 0.999, evenly spread over photos and turns (much of splitmix64; 100,000 are asked)."""
    mixed = (mixed + turn * _STEP) * _FIRST & _MASK
    mixed = (mixed ^ mixed >> 29) * _SECOND & _MASK
    return _LEAST + _RANGE * (mixed >> 11)
