"""One file to one panel picture: decode, lay out, scale, colour, compose, in the order that takes least memory.

Colour comes after scaling: there are fewer pixels then. Called by the decoding child.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from frame.render.colour import to_srgb
from frame.render.compose import compose
from frame.render.decode import OpenPicture
from frame.render.layout import Plan, Size, plan, viewer_canvas


def decode_limit_bytes(panel: Size) -> int:
    """What the decoding alone may take: enough for any display copy, and with the rest still within promise 15."""
    return 24_000_000 + 8 * panel[0] * panel[1]


def paint(path: Path, *, panel: Size, rotation: int, layout: str, focus: tuple[float, float]) -> Image.Image:
    """The panel's pixels, RGB. Raises PictureRefused, or anything that decoders raise on hostile bytes."""
    with OpenPicture(path) as opened:
        where = plan(opened.size, viewer_canvas(panel, rotation), layout=layout, focus=focus)
        upright = opened.load(where.need, limit_bytes=decode_limit_bytes(panel))
        foreground = _scaled(upright, opened.size, where)
        foreground.info = upright.info
        del upright
    return compose(to_srgb(foreground), where, rotation=rotation)


def _scaled(upright: Image.Image, size: Size, where: Plan) -> Image.Image:
    """What the plan shows, at the size of its place. The decoder may have shrunk the picture already."""
    across, down = upright.width / size[0], upright.height / size[1]
    left, top, right, bottom = where.crop
    box = (left * across, top * down, min(right * across, upright.width), min(bottom * down, upright.height))
    target = where.place[2:]
    if target == upright.size and box == (0, 0, *upright.size):
        return upright
    return upright.resize(target, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)
