"""The pixels of the panel: pictures at their places, around them black, a mat or a blur, and their turn for the panel.

The blur is made at an eighth of the size, where it costs next to nothing and comes out smoother. Runs in the decoding
child.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, sqrt
from random import Random

from PIL import Image, ImageChops, ImageFilter

from frame.render.layout import Plan, Size, cover
from frame.render.mat import board, colour_of, cut
from frame.render.request import Mat

_SHRINK = 8
_BLUR = 1 / 28
"""Radius of the blur, and below that of the shadow, as a share of the canvas's longer side."""
_DARKER = 0.62
_SHADOW = 0.3
_SHADOW_RADIUS = 1 / 150
_GRAIN = 3
_GRAIN_SIDE = 64

# A dark blur has few levels, and eight bits of them show as contours on a wall at night. So it is blurred and enlarged
# on a square-root scale, which has four steps for one there, and comes back through a grain that hides the rounding.
_ENCODE = [round(255 * sqrt(level / 255)) for level in range(256)] * 3
_DECODE = [floor(_DARKER * max(0, level - _GRAIN / 2) ** 2 / 255 + 0.5) for level in range(256)] * 3

TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
"""Against the panel's own turn: Pillow counts counter-clockwise, the panel was turned clockwise."""


def turned(canvas: Image.Image, rotation: int) -> Image.Image:
    """The canvas as a panel wants it that hangs turned by so many degrees clockwise."""
    turn = TURNS.get(rotation)
    return canvas if turn is None else canvas.transpose(turn)


def compose(pictures: Sequence[Image.Image], plan: Plan, mat: Mat) -> Image.Image:
    """Put RGB pictures, already as large as their places, on the canvas."""
    if plan.backdrop == "none":
        return pictures[0]
    colour = colour_of(mat.colour, pictures) if plan.backdrop == "mat" else (0, 0, 0)
    if plan.backdrop == "blur":
        canvas = _backdrop(pictures[0], plan)
    else:
        canvas = board(plan.canvas, colour) if plan.backdrop == "mat" else Image.new("RGB", plan.canvas)
    for picture, pane in zip(pictures, plan.panes, strict=True):
        canvas.paste(picture, pane.place[:2])
        if plan.backdrop == "mat":
            cut(canvas, pane.place, colour, bevel=mat.bevel)
    return canvas


def _backdrop(foreground: Image.Image, plan: Plan) -> Image.Image:
    small = (-(-plan.canvas[0] // _SHRINK), -(-plan.canvas[1] // _SHRINK))
    part = foreground.resize(small, Image.Resampling.BILINEAR, box=cover(foreground.size, small))
    blurred = part.point(_ENCODE).filter(ImageFilter.GaussianBlur(max(small) * _BLUR))
    shaded = Image.composite(Image.new("RGB", small), blurred, _shadow(small, plan))
    smooth = shaded.resize(plan.canvas, Image.Resampling.BILINEAR)
    grain = _grain(plan.canvas[0])
    for top in range(0, smooth.height, _GRAIN_SIDE):
        strip = smooth.crop((0, top, smooth.width, top + _GRAIN_SIDE))
        smooth.paste(ImageChops.add(strip, grain).point(_DECODE), (0, top))
    return smooth


def _shadow(small: Size, plan: Plan) -> Image.Image:
    """A soft dark edge around the pictures, so that they stand before their blur instead of melting into it."""
    mask = Image.new("L", small)
    for pane in plan.panes:
        left, top, width, height = (edge / _SHRINK for edge in pane.place)
        mask.paste(255, (round(left), round(top), round(left + width), round(top + height)))
    return mask.filter(ImageFilter.GaussianBlur(max(small) * _SHADOW_RADIUS)).point(lambda value: value * _SHADOW)


def _grain(width: int) -> Image.Image:
    """A strip of the same noise each time, 0 to _GRAIN, so that a picture always gives the same pixels."""
    noise = Random(1)  # noqa: S311
    rows = [bytes(noise.randint(0, _GRAIN) for _ in range(_GRAIN_SIDE)) for _ in range(_GRAIN_SIDE)]
    across = -(-width // _GRAIN_SIDE)
    grey = Image.frombytes("L", (width, _GRAIN_SIDE), b"".join((row * across)[:width] for row in rows))
    return Image.merge("RGB", (grey, grey, grey))
