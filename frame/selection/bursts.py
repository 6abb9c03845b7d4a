"""Pictures that are nearly one: taken within seconds of each other, of one shape, and alike in their thumbhash.

Time alone proves nothing: scans of a whole roll share the one second that somebody gave them. Pure. Of each burst the
best stays: a favourite, else the best rated, else the one in the middle, where people have stopped blinking. Called
while a catalogue is read.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ALIKE_SECONDS = 90
"""Between two pictures of a burst."""
_LEVELS, _DETAIL = 3, 1.6
"""How far apart alike pictures may be: in the mean colours (of 63), and in the coarse structure (of 15, on average)."""
_COARSE = 10
LONGEST, LONGEST_SECONDS = 40, 120
"""A burst is no longer than so many pictures: an afternoon of alike ones is not one photo. But whoever kept a finger on
the button has hundreds that are like the first, within this time of it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What is compared of one photo."""

    index: int
    taken: int
    """UTC seconds; 0 where unknown."""
    shape: float
    look: bytes
    """Its thumbhash, or empty."""
    worth: tuple[int, int]
    """Favourite, rating."""


def look_of(thumbhash: str | None) -> bytes:
    """The bytes of Immich's base64; empty where there is none or it is none."""
    try:
        return binascii.a2b_base64(thumbhash or "")
    except (binascii.Error, ValueError):
        return b""


def spares(shots: Sequence[Shot]) -> Iterator[int]:
    """Indices of the photos that another one of their burst stands for."""
    burst: list[Shot] = []
    for shot in sorted((each for each in shots if each.taken), key=lambda each: each.taken):
        if burst and _belongs(burst[-1], shot) and (len(burst) < LONGEST or _goes_on(burst[0], shot)):
            burst.append(shot)
            continue
        yield from _without_best(burst)
        burst = [shot]
    yield from _without_best(burst)


def _belongs(one: Shot, other: Shot) -> bool:
    near = other.taken - one.taken <= ALIKE_SECONDS and abs(one.shape - other.shape) <= 0.02
    return near and bool(one.look and other.look) and alike(one.look, other.look)


def _goes_on(first: Shot, other: Shot) -> bool:
    return other.taken - first.taken <= LONGEST_SECONDS and alike(first.look, other.look)


def alike(one: bytes, other: bytes) -> bool:
    """Whether two thumbhashes are of nearly the same picture."""
    if len(one) < 5 + _COARSE // 2 or len(other) < 5 + _COARSE // 2:
        return one == other
    first, second = (int.from_bytes(each[:3], "little") for each in (one, other))
    if any(abs((first >> shift & 63) - (second >> shift & 63)) > _LEVELS for shift in (0, 6, 12)):
        return False
    start = 6 if first >> 23 else 5
    apart = [abs(a - b) for a, b in zip(_nibbles(one[start:]), _nibbles(other[start:]), strict=False)][:_COARSE]
    return sum(apart) / max(1, len(apart)) <= _DETAIL


def _nibbles(data: bytes) -> Iterator[int]:
    for byte in data:
        yield byte & 15
        yield byte >> 4


def _without_best(burst: list[Shot]) -> Iterator[int]:
    if len(burst) < 2:
        return
    middle = (len(burst) - 1) / 2
    best = max(range(len(burst)), key=lambda at: (burst[at].worth, -abs(at - middle)))
    yield from (shot.index for at, shot in enumerate(burst) if at != best)
