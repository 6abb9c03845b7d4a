"""Small drawn signs for what was done at the wall: a heart, a pause, the night; some with a few words beside them.

Pure but for the fonts. RGBA, to be laid above whatever is on the panel; called by nods.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from math import cos, pi, sin

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from frame.displays.contract import Above
from frame.overlays.boxes import box_on_panel
from frame.overlays.contrast import LIGHT
from frame.overlays.fonts import Fonts
from frame.overlays.measure import letter_size
from frame.overlays.writing import Ink, Line, ink
from frame.render.compose import turned
from frame.render.layout import Size

_DISC = 0.15
"""Its diameter as a share of the wall's shorter side."""
_SMALL = 0.032
"""The same of the mark that stays while the wall is held."""
_GROUND, _GROUND_LEVEL = (18, 19, 22), 150
_ROSE = (240, 98, 104)
_FAINT = 190
"""How strong the mark that stays is, 0 to 255."""
_FINER = 4
"""Drawn so many times as large, so that curves are smooth."""
_HEART_STEPS = 90

Point = tuple[float, float]
Draw = Callable[[ImageDraw.ImageDraw, float], None]


class Mark(Enum):
    """What was done."""

    LIKED = "liked"
    NOT_LIKED = "not-liked"
    HELD = "held"
    GOES_ON = "goes-on"
    FIRST = "first"
    """There is nothing before it."""
    NOT_NOTED = "not-noted"
    DARK = "dark"
    LIGHT = "light"
    WAITS = "waits"
    """What somebody asked for is still being made."""


_HEARTS = (Mark.LIKED, Mark.NOT_LIKED)
"""Narrow at their foot: as large as the others they look smaller."""


@lru_cache(maxsize=4)
def drawn(mark: Mark, canvas: Size, words: str = "") -> Image.Image:
    """The sign on its dark ground, for a wall of that size as its viewer sees it."""
    side = max(40, round(min(canvas) * _DISC))
    beside = _written(words, canvas, side) if words else None
    width = side if beside is None else round(side * 1.12) + beside.size[0] + side // 3
    ground = _rounded((width, side))
    made = Image.new("RGBA", ground.size, (*_GROUND, 0))
    made.putalpha(ground.point(lambda level: level * _GROUND_LEVEL // 255))
    colour = _ROSE if mark is Mark.LIKED else LIGHT
    edge = (ground.height - side) // 2
    shape = _shape(mark, round(side * (0.56 if mark in _HEARTS else 0.46)))
    _lay(made, shape, colour, (edge + side // 2, ground.height // 2))
    if beside is not None:
        middle = edge + round(side * 0.96) + beside.size[0] // 2
        _lay(made, beside.mask, LIGHT, (middle, ground.height // 2))
    return made


@lru_cache(maxsize=2)
def staying(mark: Mark, canvas: Size) -> Image.Image:
    """The small one that stays: the shape alone, in a breath of dark that keeps it visible on snow."""
    side = max(14, round(min(canvas) * _SMALL))
    around = side // 3
    shape = Image.new("L", (side + 2 * around,) * 2)
    shape.paste(_shape(mark, side), (around, around))
    halo = shape.filter(ImageFilter.GaussianBlur(side / 7)).point([min(150, level * 2) for level in range(256)])
    made = Image.new("RGBA", shape.size, (*_GROUND, 0))
    made.putalpha(halo)
    _lay(made, shape.point(lambda level: level * _FAINT // 255), LIGHT, (shape.width // 2, shape.height // 2))
    return made


def _lay(picture: Image.Image, mask: Image.Image, colour: tuple[int, int, int], middle: tuple[int, int]) -> None:
    layer = Image.new("RGBA", picture.size, (*colour, 0))
    whole = Image.new("L", picture.size)
    whole.paste(mask, (middle[0] - mask.width // 2, middle[1] - mask.height // 2))
    layer.putalpha(whole)
    picture.alpha_composite(layer)


def _rounded(size: Size) -> Image.Image:
    """The ground's shape, a little soft at its edge."""
    soft = max(2, size[1] // 24)
    large = Image.new("L", ((size[0] + 4 * soft) * 2, (size[1] + 4 * soft) * 2))
    box = (4 * soft, 4 * soft, large.width - 4 * soft - 1, large.height - 4 * soft - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius=size[1], fill=255)
    return large.resize((large.width // 2, large.height // 2), Image.Resampling.BOX).filter(
        ImageFilter.GaussianBlur(soft * 0.6)
    )


def _written(words: str, canvas: Size, side: int) -> Ink:
    size = min(letter_size(canvas, 1.1), side // 3)
    return ink([Line(words, size)], round(canvas[0] * 0.7), _fonts())


@lru_cache(maxsize=1)
def _fonts() -> Fonts:
    return Fonts()


def _shape(mark: Mark, side: int) -> Image.Image:
    """L, a square of that many pixels."""
    large = Image.new("L", (side * _FINER,) * 2)
    _SHAPES[mark](ImageDraw.Draw(large), side * _FINER)
    return large.resize((side, side), Image.Resampling.LANCZOS)


def _heart(side: float, scale: float = 1.0) -> list[Point]:
    points = []
    for step in range(_HEART_STEPS):
        turn = 2 * pi * step / _HEART_STEPS
        across = 16 * sin(turn) ** 3
        up = 13 * cos(turn) - 5 * cos(2 * turn) - 2 * cos(3 * turn) - cos(4 * turn)
        points.append((side * (0.5 + scale * across / 34), side * (0.465 - scale * up / 34)))
    return points


def _full_heart(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.polygon(_heart(side), fill=255)


def _empty_heart(draw: ImageDraw.ImageDraw, side: float) -> None:
    points = _heart(side, 0.92)
    draw.line([*points, *points[:3]], fill=255, width=round(side * 0.085), joint="curve")


def _bars(draw: ImageDraw.ImageDraw, side: float) -> None:
    for left in (0.2, 0.6):
        box = (side * left, side * 0.12, side * (left + 0.2), side * 0.88)
        draw.rounded_rectangle(box, radius=side * 0.05, fill=255)


def _arrow(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.polygon([(side * 0.24, side * 0.1), (side * 0.9, side * 0.5), (side * 0.24, side * 0.9)], fill=255)


def _start(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.rounded_rectangle((side * 0.1, side * 0.14, side * 0.24, side * 0.86), radius=side * 0.04, fill=255)
    draw.polygon([(side * 0.88, side * 0.14), (side * 0.3, side * 0.5), (side * 0.88, side * 0.86)], fill=255)


def _warning(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.rounded_rectangle((side * 0.42, side * 0.06, side * 0.58, side * 0.64), radius=side * 0.08, fill=255)
    draw.ellipse((side * 0.41, side * 0.76, side * 0.59, side * 0.94), fill=255)


def _moon(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.ellipse((side * 0.08, side * 0.08, side * 0.92, side * 0.92), fill=255)
    draw.ellipse((side * 0.36, side * -0.06, side * 1.08, side * 0.66), fill=0)


def _sun(draw: ImageDraw.ImageDraw, side: float) -> None:
    draw.ellipse((side * 0.29, side * 0.29, side * 0.71, side * 0.71), fill=255)
    for step in range(8):
        across, down = cos(step * pi / 4), sin(step * pi / 4)
        ends = [(side * (0.5 + far * across), side * (0.5 + far * down)) for far in (0.33, 0.46)]
        draw.line(ends, fill=255, width=round(side * 0.08))
        for x, y in ends:
            reach = side * 0.04
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)


def _dots(draw: ImageDraw.ImageDraw, side: float) -> None:
    for middle in (0.14, 0.5, 0.86):
        draw.ellipse((side * (middle - 0.1), side * 0.4, side * (middle + 0.1), side * 0.6), fill=255)


_SHAPES: dict[Mark, Draw] = {
    Mark.LIKED: _full_heart, Mark.NOT_LIKED: _empty_heart, Mark.HELD: _bars, Mark.GOES_ON: _arrow, Mark.FIRST: _start,
    Mark.NOT_NOTED: _warning, Mark.DARK: _moon, Mark.LIGHT: _sun, Mark.WAITS: _dots,
}  # fmt: skip


def above(picture: Image.Image, corner: tuple[int, int], canvas: Size, rotation: int) -> Above:
    """The same for a panel that hangs turned by so many degrees; what would lie beyond its edge is cut off."""
    left, top = max(0, corner[0]), max(0, corner[1])
    right, bottom = (min(edge, at + length) for edge, at, length in zip(canvas, corner, picture.size, strict=True))
    kept = picture.crop((left - corner[0], top - corner[1], right - corner[0], bottom - corner[1]))
    return Above(turned(kept, rotation), box_on_panel((left, top, right, bottom), canvas, rotation)[:2])


def faded(mark: Image.Image, share: float, size: float = 1.0) -> Image.Image:
    """As strong as that share, and that much of its size."""
    made = mark
    if size != 1.0:
        across, down = (max(1, round(length * size)) for length in mark.size)
        made = mark.resize((across, down), Image.Resampling.BICUBIC)
    if share < 1:
        made = made.copy()
        made.putalpha(ImageChops.multiply(made.getchannel("A"), Image.new("L", made.size, round(255 * share))))
    return made
