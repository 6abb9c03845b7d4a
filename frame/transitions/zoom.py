"""A slow zoom and pan that ends on the faces: which part of a picture larger than the panel is seen at a time.

Pure geometry. The picture is made `GROWN` times as large as the panel; the eye moves within that, never enlarging past
what was made. Used by moving.
"""

from __future__ import annotations

from collections.abc import Sequence

from frame.render.crop import Box, heads
from frame.render.layout import Size
from frame.transitions.slide import eased

GROWN = 1.09


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
    way = eased(min(1.0, max(0.0, share)))
    near = way if inwards else 1 - way
    width = picture[0] + (panel[0] - picture[0]) * near
    height = picture[1] + (panel[1] - picture[1]) * near
    left = min(max(0.0, target[0] * picture[0] - width / 2), picture[0] - width)
    top = min(max(0.0, target[1] * picture[1] - height / 2), picture[1] - height)
    return (left, top, left + width, top + height)


def steps(panel: Size) -> int:
    """So many pictures make it smooth: between two of them no edge moves by more than about a pixel."""
    return max(2, round(max(panel) * (GROWN - 1) / 2))
