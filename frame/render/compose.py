"""The pixels of the panel: the picture at its place, around it black or its own blur, then turned for the panel.

The blur is made at an eighth of the size, where it costs next to nothing and comes out smoother. Runs in the decoding
child.
"""

from __future__ import annotations

from PIL import Image, ImageFilter

from frame.render.layout import Plan, Size, cover

_SHRINK = 8
_BLUR = 1 / 36
"""Radius of the blur as a share of the canvas's longer side."""
_DARKER = 0.62
_SHADOW = 0.45
_SHADOW_RADIUS = 1.6
"""In pixels of the small backdrop."""

_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
"""Against the panel's own turn: Pillow counts counter-clockwise, the panel was turned clockwise."""


def compose(foreground: Image.Image, plan: Plan, *, rotation: int) -> Image.Image:
    """Put an RGB picture, already as large as its place, on the canvas. Gives RGB of the panel's own size."""
    left, top, width, height = plan.place
    if plan.backdrop == "none":
        canvas = foreground
    else:
        canvas = Image.new("RGB", plan.canvas) if plan.backdrop == "black" else _backdrop(foreground, plan)
        canvas.paste(foreground, (left, top, left + width, top + height))
    turn = _TURNS.get(rotation)
    return canvas if turn is None else canvas.transpose(turn)


def _backdrop(foreground: Image.Image, plan: Plan) -> Image.Image:
    small = (-(-plan.canvas[0] // _SHRINK), -(-plan.canvas[1] // _SHRINK))
    part = foreground.resize(small, Image.Resampling.BILINEAR, box=cover(foreground.size, small))
    blurred = part.filter(ImageFilter.GaussianBlur(max(small) * _BLUR))
    shaded = Image.composite(
        Image.new("RGB", small), blurred.point(lambda value: value * _DARKER), _shadow(small, plan)
    )
    return shaded.resize(plan.canvas, Image.Resampling.BICUBIC)


def _shadow(small: Size, plan: Plan) -> Image.Image:
    """A soft dark edge around the picture, so that it stands before its blur instead of melting into it."""
    left, top, width, height = (edge / _SHRINK for edge in plan.place)
    mask = Image.new("L", small)
    mask.paste(255, (round(left), round(top), round(left + width), round(top + height)))
    return mask.filter(ImageFilter.GaussianBlur(_SHADOW_RADIUS)).point(lambda value: value * _SHADOW)
