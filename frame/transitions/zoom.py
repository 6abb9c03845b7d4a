"""A slow zoom and pan that ends on the faces: which part of a picture larger than the panel is seen at a time.

Pure geometry. The picture is made `GROWN` times as large as the panel; the eye moves within that, never enlarging past
what was made. Used by moving.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from frame.render.crop import Box, heads
from frame.render.layout import Size

GROWN = 1.09
_GENTLE = 0.15
"""Share of the way on which it gets going, and comes to a stand: between them it is as steady as can be, since the
fastest moment is the one that shows steps."""

_LOOKS = 16


def larger(panel: Size) -> Size:
    """The size that the picture is made at."""
    return round(panel[0] * GROWN), round(panel[1] * GROWN)


def aim(faces: Sequence[Box], other: tuple[float, float]) -> tuple[float, float]:
    """Where it ends, as fractions of the picture: amid the heads, else at `other`."""
    found = heads(faces)
    if not found:
        return other
    return (
        (min(box[0] for box in found) + max(box[2] for box in found)) / 2,
        (min(box[1] for box in found) + max(box[3] for box in found)) / 2,
    )


def seen(picture: Size, panel: Size, target: tuple[float, float], share: float, *, inwards: bool) -> Box:
    """What is seen at that share of the way, 0 to 1: left, top, right, bottom in pixels of the picture.

    Inwards it begins with all of it and ends close to the target; outwards the other way round.
    """
    way = _gone(min(1.0, max(0.0, share)))
    near = way if inwards else 1 - way
    width = picture[0] + (panel[0] - picture[0]) * near
    height = picture[1] + (panel[1] - picture[1]) * near
    left = min(max(0.0, target[0] * picture[0] - width / 2), picture[0] - width)
    top = min(max(0.0, target[1] * picture[1] - height / 2), picture[1] - height)
    return (left, top, left + width, top + height)


def _gone(share: float) -> float:
    """How much of the way lies behind after that share of the time."""
    speed = 1 / (1 - _GENTLE)
    if share < _GENTLE:
        return speed * share * share / (2 * _GENTLE)
    if share > 1 - _GENTLE:
        return 1 - speed * (1 - share) ** 2 / (2 * _GENTLE)
    return speed * (share - _GENTLE / 2)


def steps(picture: Size, panel: Size, target: tuple[float, float]) -> int:
    """So many pictures make it smooth: between two of them no edge moves by more than about a pixel. Further apart they
    would be seen double where one fades into the next, and what is finely drawn would breathe."""
    far, near = (seen(picture, panel, target, share, inwards=True) for share in (0, 1))
    return max(2, ceil(max(abs(one - other) for one, other in zip(far, near, strict=True)) / (1 - _GENTLE)))


def passed(box: tuple[int, int, int, int], panel: Size, target: tuple[float, float]) -> tuple[int, int, int, int]:
    """All that something passes over on the way that lies there while the whole picture is seen; within the panel. It
    may turn round where the eye leaves the picture's edge, so more than both ends are looked at."""
    boxes = [box]
    for step in range(_LOOKS + 1):
        left, top, right, _ = seen(larger(panel), panel, target, step / _LOOKS, inwards=True)
        size = panel[0] / (right - left)
        x, y, end_x, end_y = box[0] * GROWN - left, box[1] * GROWN - top, box[2] * GROWN - left, box[3] * GROWN - top
        boxes.append((floor(x * size), floor(y * size), ceil(end_x * size), ceil(end_y * size)))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (max(0, min(lefts)), max(0, min(tops)), min(panel[0], max(rights)), min(panel[1], max(bottoms)))
