"""Where a picture stands on the wall: pure geometry, in the orientation of the person who looks.

`plan` never enlarges more than twice (a thumbnail stays a small sharp picture, not mush on the whole wall) and never
shows less than a third of a picture for the sake of filling. The panel's rotation is not known here: the canvas is
what the viewer sees, and compose turns it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

LARGEST_SCALE = 2.0
LEAST_SHOWN = 0.3
"""A fill that would leave less of the picture than this is fitted on its blur instead (a panorama on a tall panel)."""
SLIVER = 0.01
"""Bars that take less than this of the picture to avoid are cropped away: a hairline at the edge looks like a fault."""

Size = tuple[int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Plan:
    """What of the picture goes where."""

    canvas: Size
    """The panel as the viewer sees it, in pixels."""
    crop: Box
    """Left, top, right, bottom of what is shown, in pixels of the upright picture."""
    place: tuple[int, int, int, int]
    """Left, top, width, height on the canvas."""
    backdrop: str
    """What surrounds it: `none`, `black` or `blur`."""
    need: Size
    """The size that the whole picture has at this scale: decoding to more is wasted."""


def viewer_canvas(panel: Size, rotation: int) -> Size:
    """The panel's size as seen by someone in front of it, when it is turned by 0, 90, 180 or 270 degrees."""
    return (panel[1], panel[0]) if rotation in (90, 270) else panel


def plan(picture: Size, canvas: Size, *, layout: str, focus: tuple[float, float]) -> Plan:
    """Lay out an upright picture. `layout` is a value of sync.settings.Layout, `focus` what a crop keeps in view."""
    across, down = canvas[0] / picture[0], canvas[1] / picture[1]
    fit, fill = min(across, down), max(across, down)
    shown = fit / fill
    wanted = layout == "fill" and shown >= LEAST_SHOWN
    if fill <= LARGEST_SCALE and (wanted or 1 - shown <= SLIVER):
        return _filled(picture, canvas, fill, focus)
    scale = min(fit, LARGEST_SCALE)
    width = min(canvas[0], max(1, round(picture[0] * scale)))
    height = min(canvas[1], max(1, round(picture[1] * scale)))
    return Plan(
        canvas=canvas,
        crop=(0.0, 0.0, float(picture[0]), float(picture[1])),
        place=((canvas[0] - width) // 2, (canvas[1] - height) // 2, width, height),
        backdrop="none" if (width, height) == canvas else "black" if layout == "fit" else "blur",
        need=(width, height),
    )


def _filled(picture: Size, canvas: Size, scale: float, focus: tuple[float, float]) -> Plan:
    width = min(float(picture[0]), canvas[0] / scale)
    height = min(float(picture[1]), canvas[1] / scale)
    left = _slide(focus[0] * picture[0] - width / 2, picture[0] - width)
    top = _slide(focus[1] * picture[1] - height / 2, picture[1] - height)
    return Plan(
        canvas=canvas,
        crop=(left, top, left + width, top + height),
        place=(0, 0, *canvas),
        backdrop="none",
        need=(ceil(picture[0] * scale), ceil(picture[1] * scale)),
    )


def _slide(wanted: float, most: float) -> float:
    return min(max(0.0, wanted), max(0.0, most))


def cover(size: Size, shape: Size) -> Box:
    """The largest centred part of `size` that has the proportions of `shape`: left, top, right, bottom."""
    scale = max(shape[0] / size[0], shape[1] / size[1])
    width, height = min(float(size[0]), shape[0] / scale), min(float(size[1]), shape[1] / scale)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return (left, top, left + width, top + height)
