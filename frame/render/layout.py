"""Where one picture, or two that belong together, stand on the wall: pure geometry, as the person who looks sees it.

Never enlarges more than twice: what would need more gets a mat instead of becoming mush on the whole wall. Never shows
less than a third of a picture for the sake of filling. The panel's rotation is not known here: the canvas is what the
viewer sees, and compose turns it afterwards. Called by paint; `shape_suits_a_pair` by whoever chooses partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from frame.render.crop import Box, heads, loses_a_head, window

LARGEST_SCALE = 2.0
LARGEST_IN_MAT = 1.5
"""A small print in a wide mat looks meant; a soft one does not."""
LEAST_SHOWN = 0.3
"""A fill that would leave less of the picture than this is fitted on its blur instead (a panorama on a tall panel)."""
SLIVER = 0.01
"""Bars that take less than this of the picture to avoid are cropped away: a hairline at the edge looks like a fault."""
GOOD_FILL = 0.72
"""`auto` fills the wall where that much of the picture stays and no head is cut; 4:3 on 16:9 is 0.75."""
GOOD_PAIR = 0.75
"""The same of each of two: of 2:3 in half of 16:9 it is just that."""
MAT_WIDTH = 0.08
_OPTICAL = 0.475
"""Share of the free height above what hangs in a mat: a picture in the exact middle looks as if it slipped."""
_SEAM = 0.006
"""Between two pictures that fill the wall, as a share of its longer side."""
_GUTTER = 0.75
"""Between two openings of one mat, as a share of its width."""
_OUTER = 0.62
"""A mat that holds two pictures is narrower outside, so that they stay large."""

Size = tuple[int, int]


class Clear(NamedTuple):
    """What a board leaves free for words: rows above and below its pictures and between two that are stacked, columns
    at both sides."""

    above: int = 0
    below: int = 0
    between: int = 0
    beside: int = 0


NOTHING = Clear()
ABOVE_THE_MIDDLE: Box = (0.5, 0.4, 0.5, 0.4)


@dataclass(frozen=True)
class Pane:
    """What of one picture goes where."""

    crop: Box
    """Left, top, right, bottom of what is shown, in pixels of the upright picture."""
    place: tuple[int, int, int, int]
    """Left, top, width, height on the canvas."""
    need: Size
    """The size that the whole picture has at this scale: decoding to more is wasted."""


@dataclass(frozen=True)
class Plan:
    """One wall."""

    canvas: Size
    """The panel as the viewer sees it, in pixels."""
    panes: tuple[Pane, ...]
    backdrop: str
    """What surrounds them: `none`, `black`, `blur` or `mat`."""


@dataclass(frozen=True)
class Subject:
    """A picture to lay out: its upright size in pixels, its faces, and what to keep in view where it has none."""

    size: Size
    faces: tuple[Box, ...] = ()
    focus: Box = ABOVE_THE_MIDDLE


def viewer_canvas(panel: Size, rotation: int) -> Size:
    """The panel's size as seen by someone in front of it, when it is turned by 0, 90, 180 or 270 degrees."""
    return (panel[1], panel[0]) if rotation in (90, 270) else panel


def heads_on(made: Plan, subjects: Sequence[Subject]) -> list[tuple[int, int, int, int]]:
    """Where the heads that matter come to lie on the wall: left, top, right, bottom."""
    found = []
    for pane, subject in zip(made.panes, subjects, strict=True):
        left, top, width, height = pane.place
        across, down = _scale(pane), height / max(1e-9, pane.crop[3] - pane.crop[1])
        for head in heads(subject.faces):
            ends = [
                left + (head[0] * subject.size[0] - pane.crop[0]) * across,
                top + (head[1] * subject.size[1] - pane.crop[1]) * down,
                left + (head[2] * subject.size[0] - pane.crop[0]) * across,
                top + (head[3] * subject.size[1] - pane.crop[1]) * down,
            ]
            within = (max(left, ends[0]), max(top, ends[1]), min(left + width, ends[2]), min(top + height, ends[3]))
            if within[0] < within[2] and within[1] < within[3]:
                found.append((floor(within[0]), floor(within[1]), ceil(within[2]), ceil(within[3])))
    return found


def seams(made: Plan) -> list[tuple[int, int, int, int]]:
    """What two pictures that fill the wall leave between them: left, top, right, bottom."""
    panes = [pane.place for pane in made.panes]
    return [
        (one[0] + one[2], 0, other[0], made.canvas[1])
        if one[1] == other[1]
        else (0, one[1] + one[3], made.canvas[0], other[1])
        for one, other in pairwise(panes)
    ]


def shape_suits_a_pair(ratio: float, canvas: Size) -> bool:
    """Whether a picture of that width over height would leave the wall half empty, while two of its kind fill it."""
    return 0.4 <= ratio <= 0.95 if canvas[0] >= canvas[1] else 1.05 <= ratio <= 2.5


def plan(
    subject: Subject, canvas: Size, *, layout: str, mat_width: float = MAT_WIDTH, clear: Clear = NOTHING
) -> Plan:
    """Lay out one picture. `layout` is a value of sync.settings.wall.Layout, `mat_width` a share of the shorter
    side."""
    picture = subject.size
    across, down = canvas[0] / picture[0], canvas[1] / picture[1]
    fit, fill = min(across, down), max(across, down)
    shown = fit / fill
    if fill <= LARGEST_SCALE and 1 - shown <= SLIVER and layout != "mat":
        return Plan(canvas, (_filled(subject, (0, 0, *canvas)),), "none")
    enough = {"fill": LEAST_SHOWN, "auto": GOOD_FILL}.get(layout)
    if fill <= LARGEST_SCALE and enough is not None and shown >= enough:
        pane = _filled(subject, (0, 0, *canvas))
        if layout == "fill" or not loses_a_head(picture, pane.crop, subject.faces):
            return Plan(canvas, (pane,), "none")
    if layout in ("mat", "auto") or fit > LARGEST_SCALE:
        return _matted([subject], canvas, mat_width, clear=clear)
    place = _centred(canvas, (picture[0] * fit, picture[1] * fit))
    backdrop = "none" if place[2:] == canvas else "black" if layout == "fit" else "blur"
    return Plan(canvas, (_whole(picture, place),), backdrop)


def pair(
    subjects: Sequence[Subject],
    canvas: Size,
    *,
    layout: str,
    mat_width: float = MAT_WIDTH,
    clear: Clear = NOTHING,
) -> Plan:
    """Lay out two pictures that hang together: side by side on a wide canvas, one above the other on a tall one."""
    if layout == "mat":
        return _matted(subjects, canvas, mat_width, clear=clear)
    if layout == "fit":
        return _matted(subjects, canvas, 0.0, backdrop="black")
    seam = max(2, round(max(canvas) * _SEAM))
    panes = [_filled(subject, cell) for subject, cell in zip(subjects, _cells(subjects, canvas, seam), strict=True)]
    enlarged = max(_scale(pane) for pane in panes) > LARGEST_SCALE
    if enlarged or not all(_good(subject, pane, layout) for subject, pane in zip(subjects, panes, strict=True)):
        if layout == "blur" and not enlarged:
            return _matted(subjects, canvas, 0.0, backdrop="blur")
        return _matted(subjects, canvas, mat_width, clear=clear)
    return Plan(canvas, tuple(panes), "black")


def _good(subject: Subject, pane: Pane, layout: str) -> bool:
    left, top, right, bottom = pane.crop
    shown = (right - left) * (bottom - top) / (subject.size[0] * subject.size[1])
    if layout == "fill":
        return shown >= LEAST_SHOWN
    return shown >= GOOD_PAIR and not loses_a_head(subject.size, pane.crop, subject.faces)


def _scale(pane: Pane) -> float:
    return pane.place[2] / max(1e-9, pane.crop[2] - pane.crop[0])


def _cells(subjects: Sequence[Subject], canvas: Size, seam: int) -> list[tuple[int, int, int, int]]:
    """The wall in two, so that neither picture loses much more than the other."""
    ratios = [subject.size[0] / subject.size[1] for subject in subjects]
    wide = canvas[0] >= canvas[1]
    first = ratios[0] / sum(ratios) if wide else (1 / ratios[0]) / (1 / ratios[0] + 1 / ratios[1])
    length = canvas[0 if wide else 1]
    cut = round((length - seam) * min(0.62, max(0.38, first)))
    if wide:
        return [(0, 0, cut, canvas[1]), (cut + seam, 0, length - cut - seam, canvas[1])]
    return [(0, 0, canvas[0], cut), (0, cut + seam, canvas[0], length - cut - seam)]


def _matted(
    subjects: Sequence[Subject],
    canvas: Size,
    mat_width: float,
    *,
    backdrop: str = "mat",
    clear: Clear = NOTHING,
) -> Plan:
    """Whole pictures, two of them equally high (equally wide one above the other), in a mat or on another ground."""
    together = len(subjects) > 1
    border = min(canvas) * mat_width * (_OUTER if together else 1.0)
    gap = max(min(canvas) * mat_width * _GUTTER, max(canvas) * _SEAM) if together else 0.0
    if canvas[0] < canvas[1]:
        gap = min(max(gap, clear.between), canvas[1] / 5)
    above, below = max(border, clear.above), max(border, clear.below)
    aside = max(border, clear.beside)
    room = (max(canvas[0] / 3, canvas[0] - 2 * aside), max(canvas[1] / 3, canvas[1] - above - below))
    sizes = [(float(width), float(height)) for width, height in (subject.size for subject in subjects)]
    along, cross = (0, 1) if canvas[0] >= canvas[1] else (1, 0)
    if together:
        sizes = [(one[0] / one[cross], one[1] / one[cross]) for one in sizes]
    total = sum(one[along] for one in sizes)
    scale = min((room[along] - gap) / total, room[cross] / sizes[0][cross])
    limits = [subject.size[cross] / one[cross] for subject, one in zip(subjects, sizes, strict=True)]
    scale = min(scale, (LARGEST_IN_MAT if backdrop == "mat" else LARGEST_SCALE) * min(limits))
    height = scale * (sizes[0][1] if along == 0 else total) + (0 if along == 0 else gap)
    free = clear.above == clear.below == 0
    share = _OPTICAL if backdrop == "mat" and free else 0.5
    top = (canvas[1] - height) * share if free else above + (canvas[1] - above - below - height) * share
    at = (canvas[0] - gap - total * scale) / 2 if along == 0 else top
    panes = []
    for subject, one in zip(subjects, sizes, strict=True):
        size = (one[0] * scale, one[1] * scale)
        corner = (at, top) if along == 0 else ((canvas[0] - size[0]) / 2, at)
        panes.append(_whole(subject.size, _within(canvas, corner, size)))
        at += size[along] + gap
    return Plan(canvas, tuple(panes), backdrop)


def _within(canvas: Size, corner: tuple[float, float], size: tuple[float, float]) -> tuple[int, int, int, int]:
    width, height = (min(canvas[axis], max(1, round(size[axis]))) for axis in (0, 1))
    left = min(max(0, round(corner[0])), canvas[0] - width)
    top = min(max(0, round(corner[1])), canvas[1] - height)
    return (left, top, width, height)


def _centred(canvas: Size, size: tuple[float, float]) -> tuple[int, int, int, int]:
    width, height = (min(canvas[axis], max(1, round(size[axis]))) for axis in (0, 1))
    return ((canvas[0] - width) // 2, (canvas[1] - height) // 2, width, height)


def _whole(picture: Size, place: tuple[int, int, int, int]) -> Pane:
    return Pane((0.0, 0.0, float(picture[0]), float(picture[1])), place, (place[2], place[3]))


def _filled(subject: Subject, place: tuple[int, int, int, int]) -> Pane:
    picture = subject.size
    scale = max(place[2] / picture[0], place[3] / picture[1])
    size = (min(float(picture[0]), place[2] / scale), min(float(picture[1]), place[3] / scale))
    crop = window(picture, size, subject.faces, subject.focus)
    return Pane(crop, place, (ceil(picture[0] * scale), ceil(picture[1] * scale)))


def cover(size: Size, shape: Size) -> Box:
    """The largest centred part of `size` that has the proportions of `shape`: left, top, right, bottom."""
    scale = max(shape[0] / size[0], shape[1] / size[1])
    width, height = min(float(size[0]), shape[0] / scale), min(float(size[1]), shape[1] / scale)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return (left, top, left + width, top + height)
