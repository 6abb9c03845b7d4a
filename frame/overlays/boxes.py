"""Boxes on a wall, as left, top, right, bottom: put into one another, and whether they meet. Pure."""

from __future__ import annotations

from frame.overlays.measure import margin
from frame.render.layout import Size

Place = tuple[int, int, int, int]
"""Left, top, right, bottom."""

_GAP = 0.6
"""Between words and the picture that they belong to, or the clock, in margins."""


def gap_on(canvas: Size) -> int:
    """In pixels of that wall."""
    return round(margin(canvas) * _GAP)


def placed(size: Size, inside: Place, position: str) -> Place:
    """A box of that size in its corner of another; `position` is a value of settings' Corner."""
    left, top, right, bottom = inside
    x = left
    if position.endswith("right"):
        x = right - size[0]
    elif position.endswith("middle"):
        x = (left + right - size[0]) // 2
    y = top if position.startswith("top") else bottom - size[1]
    return (x, y, x + size[0], y + size[1])


def corners(place: tuple[int, int, int, int]) -> Place:
    """Of a left, top, width and height."""
    left, top, width, height = place
    return (left, top, left + width, top + height)


def shrunk(box: Place, by: int) -> Place:
    """Smaller by so much on every side; below 0 larger."""
    return (box[0] + by, box[1] + by, box[2] - by, box[3] - by)


def across(one: Place, other: Place) -> bool:
    """Whether one stands above the other, or in it."""
    return one[0] < other[2] and other[0] < one[2]


def meet(one: Place, other: Place) -> bool:
    """Whether they have a pixel in common."""
    return across(one, other) and one[1] < other[3] and other[1] < one[3]


def inside(one: Place, other: Place) -> bool:
    """Whether all of one lies in the other."""
    return one[0] >= other[0] and one[1] >= other[1] and one[2] <= other[2] and one[3] <= other[3]


def shared(one: Place, other: Place) -> int:
    """How many pixels they have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return wide * down if wide > 0 and down > 0 else 0


def box_on_panel(box: Place, canvas: Size, rotation: int) -> Place:
    """Where a box of the canvas lies on the panel."""
    left, top, right, bottom = box
    width, height = canvas
    if rotation == 90:
        return (top, width - right, bottom, width - left)
    if rotation == 180:
        return (width - right, height - bottom, width - left, height - top)
    if rotation == 270:
        return (height - bottom, left, height - top, right)
    return box
