"""All photos that may be shown, as a few flat arrays in album order: 100,000 of them take 4 MB.

Keys are held as 64-bit digests; whoever wants the facts of a photo asks the catalogue by its number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, fields, replace
from datetime import date
from hashlib import blake2b
from typing import Any

from frame.selection.bursts import Shot, look_of, spares
from sync.catalogue import Candidate

_LEAST_WEIGHT = 0.001
FAVOURITE, SPARE = 1, 2
"""A spare is one of a burst that another picture stands for."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Parallel arrays; an index into them is valid for this pool alone."""

    numbers: array[int]
    """The catalogue's ids."""
    digests: array[int]
    weights: array[float]
    taken: array[int]
    """UTC seconds; 0 where unknown."""
    places: array[int]
    """Position of the album, then of the photo in it, as one number."""
    shapes: array[float]
    """Width over height; 0 where unknown."""
    days: array[int]
    """The day it was taken on, where it was taken, counted from year 1; 0 where unknown."""
    flags: array[int]
    """FAVOURITE, SPARE."""
    albums: array[int]
    """A bit for each album, as the catalogue's candidates have them."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def columns(self) -> tuple[array[Any], ...]:
        """All arrays, in the order of the fields."""
        return tuple(getattr(self, field.name) for field in fields(self))

    def with_weights(self, weights: array[float]) -> Pool:
        """The same photos, weighed otherwise."""
        return replace(self, weights=weights)

    def find(self, digest: int) -> int | None:
        """The index of the photo with that digest, or None."""
        try:
            return self.digests.index(digest)
        except ValueError:
            return None


def digest_of(key: str) -> int:
    """64 bits that stand for a photo's key, the same in every process."""
    return int.from_bytes(blake2b(key.encode(errors="surrogatepass"), digest_size=8).digest(), "little")


def gather(
    candidates: Iterable[Candidate], hidden: Set[int] = frozenset(), left_out: Set[int] = frozenset()
) -> Pool:
    """The pool of `candidates` (already in album order) without those whose digest is hidden or id is in `left_out`."""
    pool = _empty()
    shots: list[Shot] = []
    for candidate in candidates:
        digest = digest_of(candidate.key)
        if digest in hidden or candidate.id in left_out:
            continue
        pool.numbers.append(candidate.id)
        pool.digests.append(digest)
        pool.weights.append(max(candidate.weight, _LEAST_WEIGHT))
        pool.taken.append(candidate.taken)
        album, position = candidate.order
        pool.places.append(album * 100_000_000 + position)
        width, height = candidate.size
        pool.shapes.append(width / height if width > 0 and height > 0 else 0.0)
        pool.days.append(_day(candidate.local_time))
        pool.flags.append(FAVOURITE if candidate.favourite else 0)
        pool.albums.append(candidate.albums)
        look, worth = look_of(candidate.thumbhash), (int(candidate.favourite), candidate.rating)
        shots.append(Shot(len(shots), candidate.taken, round(pool.shapes[-1], 3), look, worth))
    for index in spares(shots):
        pool.flags[index] |= SPARE
    return pool


def _empty() -> Pool:
    columns: list[array[Any]] = [array(each) for each in "IQdqQflBQ"]
    return Pool(*columns)


def _day(local_time: str) -> int:
    try:
        return date.fromisoformat(local_time[:10]).toordinal()
    except ValueError:
        return 0


def part(pool: Pool, indices: Sequence[int]) -> Pool:
    """The pool of these indices alone, in their order."""
    return Pool(*(array(one.typecode, map(one.__getitem__, indices)) for one in pool.columns))


def without(pool: Pool, digest: int) -> Pool:
    """The pool without one photo; the same pool when it is not in there."""
    index = pool.find(digest)
    if index is None:
        return pool
    return Pool(*(one[:index] + one[index + 1 :] for one in pool.columns))
