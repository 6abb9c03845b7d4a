"""Proves that the shuffle is fair: of each album how many photos were on the wall, and since when all of them were.

Pure; called by the control socket's `fairness`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frame.selection.pool import Pool


@dataclass(frozen=True)
class Proof:
    """One album. Times are seconds since 1970."""

    album: str
    photos: int
    shown: int
    """So many of them were on the wall at all, as far as is remembered."""
    since: int | None
    """All of them were on the wall since then; None while some never were."""


def prove(pool: Pool, names: Sequence[str], seen: Mapping[int, int]) -> list[Proof]:
    """For each album by its place among the candidates' bits; more than 62 albums share the last."""
    photos, shown = [0] * len(names), [0] * len(names)
    oldest: list[int | None] = [None] * len(names)
    for index, digest in enumerate(pool.digests):
        at, bits = seen.get(digest), pool.albums[index]
        while bits:
            low = bits & -bits
            place = low.bit_length() - 1
            bits ^= low
            if place >= len(names):
                continue
            photos[place] += 1
            if at is not None:
                shown[place] += 1
                before = oldest[place]
                oldest[place] = at if before is None else min(before, at)
    return [
        Proof(name, photos[place], shown[place], oldest[place] if shown[place] == photos[place] else None)
        for place, name in enumerate(names[:63])
        if photos[place]
    ]
