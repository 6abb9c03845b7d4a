"""Who may hang beside a photo: pictures of the same shape from the same day, or its neighbours in the album.

Pure; the playlist looks at the facts of the few that are left and takes the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from frame.selection.pool import Pool
from sync.catalogue import PhotoEntry

MOST = 12
_NEIGHBOURS = 8
_MOST_OF_A_DAY, _AROUND = 2000, 1000
"""Where a day has more photos than that (whole boxes of scans have one date) only so many places before and behind are
looked at."""
_DAYS = 31
"""Neighbours in an album belong together when no more than so many days lie between them."""


def candidates(pool: Pool, index: int, suits: Callable[[float], bool]) -> Iterator[int]:
    """Indices into the pool, the likeliest first, at most MOST of them. `suits` judges a shape (width over height)."""
    found = 0
    for other in _same_day(pool, index):
        if other != index and suits(pool.shapes[other]):
            yield other
            found += 1
            if found >= MOST:
                return
    for step in range(1, _NEIGHBOURS + 1):
        for other in (index + step, index - step):
            if 0 <= other < len(pool) and suits(pool.shapes[other]) and _near(pool, index, other):
                yield other


def _same_day(pool: Pool, index: int) -> list[int]:
    """By how far apart they were taken."""
    day = pool.days[index]
    if not day:
        return []
    found: list[int] = []
    start, stop = 0, len(pool)
    if pool.days.count(day) > _MOST_OF_A_DAY:
        start, stop = max(0, index - _AROUND), index + _AROUND
    while True:
        try:
            start = pool.days.index(day, start, stop)
        except ValueError:
            return sorted(found, key=lambda other: abs(pool.taken[other] - pool.taken[index]))[: 4 * MOST]
        found.append(start)
        start += 1


def _near(pool: Pool, index: int, other: int) -> bool:
    one, two = pool.days[index], pool.days[other]
    same_album = pool.places[index] // 100_000_000 == pool.places[other] // 100_000_000
    return same_album and one != two and (not one or not two or abs(one - two) <= _DAYS)


def kinship(one: PhotoEntry, other: PhotoEntry) -> float:
    """How much two photos belong together; 0 where nothing says that they do."""
    people = {face.person_key for face in one.faces if face.person_key}
    shared = people & {face.person_key for face in other.faces if face.person_key}
    albums = {name for name, _ in one.albums} & {name for name, _ in other.albums}
    same_day = bool(one.local_time) and (one.local_time or "")[:10] == (other.local_time or "")[:10]
    same_place = bool(one.city) and one.city == other.city
    return 3.0 * same_day + 2.0 * bool(shared) + 1.0 * same_place + 0.5 * bool(albums)
