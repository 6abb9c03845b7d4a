"""Which part of a picture is kept when a crop must lose some: heads whole, faces in the upper third, else what is busy.

Pure: sizes in pixels, faces as fractions of the upright picture. Called by layout, and by paint for pictures without
faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.catalogue import FaceEntry

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

HAIR, CHIN, SIDE = 0.45, 0.2, 0.15
"""Immich's boxes are faces; a head is so much more of the box's height above and below it, and of its width beside."""
SMALL = 0.12
"""A face with less than this of the largest one's area is somebody in the background."""
_STEPS = 40
_UPPER_THIRD, _MIDDLE = 0.36, 0.5


def boxes_on(faces: Sequence[FaceEntry]) -> tuple[Box, ...]:
    """Where a catalogue's faces are; what no picture can have is left out."""
    boxes = (face.box for face in faces if face.box is not None)
    return tuple(box for box in boxes if all(isinstance(edge, float | int) and 0 <= edge <= 1 for edge in box))


def heads(faces: Sequence[Box]) -> list[Box]:
    """Whole heads of the faces that matter, within the picture."""
    sound = [box for box in faces if 0 <= box[0] < box[2] <= 1 and 0 <= box[1] < box[3] <= 1]
    largest = max((_area(box) for box in sound), default=0.0)
    return [_head(box) for box in sound if _area(box) >= SMALL * largest]


def _head(box: Box) -> Box:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    return (
        max(0.0, left - SIDE * width),
        max(0.0, top - HAIR * height),
        min(1.0, right + SIDE * width),
        min(1.0, bottom + CHIN * height),
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def window(picture: tuple[float, float], size: tuple[float, float], faces: Sequence[Box], focus: Box) -> Box:
    """The part of `picture` that is `size` large (no larger than it) and keeps the heads, or `focus` without any.

    Gives left, top, right, bottom in pixels.
    """
    kept = heads(faces)
    spans = [(box[0], box[2], _area(box)) for box in kept] or [(focus[0], focus[2], 1.0)]
    left = _place(picture[0], size[0], spans, _MIDDLE)
    spans = [(box[1], box[3], _area(box)) for box in kept] or [(focus[1], focus[3], 1.0)]
    top = _place(picture[1], size[1], spans, _UPPER_THIRD if kept else _MIDDLE)
    return (left, top, left + size[0], top + size[1])


def _place(length: float, size: float, spans: Sequence[tuple[float, float, float]], wanted: float) -> float:
    """Where a window of `size` begins on an axis of `length`: first it keeps the spans whole, then it places them."""
    slack = length - size
    if slack <= 0:
        return 0.0
    low, high = min(span[0] for span in spans) * length, max(span[1] for span in spans) * length
    ideal = min(max(0.0, (low + high) / 2 - wanted * size), slack)
    places = [ideal, *(slack * step / _STEPS for step in range(_STEPS + 1))]

    def worth(place: float) -> tuple[float, float]:
        kept = sum(_kept(span, length, place, size) for span in spans)
        return (round(kept, 6), -abs(place - ideal))

    return max(places, key=worth)


def _kept(span: tuple[float, float, float], length: float, place: float, size: float) -> float:
    """Half a face is worth far less than half of a whole one."""
    low, high, weight = span[0] * length, span[1] * length, span[2]
    seen = max(0.0, min(high, place + size) - max(low, place)) / max(1e-9, high - low)
    return weight * seen**4


def loses_a_head(picture: tuple[float, float], crop: Box, faces: Sequence[Box]) -> bool:
    """Whether the crop cuts into a head that matters by more than a hair."""
    left, top, right, bottom = crop[0] / picture[0], crop[1] / picture[1], crop[2] / picture[0], crop[3] / picture[1]
    for head in heads(faces):
        width, height = head[2] - head[0], head[3] - head[1]
        if (
            head[0] < left - 0.1 * width
            or head[2] > right + 0.1 * width
            or head[1] < top - 0.15 * height
            or head[3] > bottom + 0.1 * height
        ):
            return True
    return False
