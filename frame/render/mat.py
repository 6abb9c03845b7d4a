"""A mat as a framer cuts it: board in a quiet colour of the photo, a bevelled edge, the shade that it throws.

Light falls from the upper left. Called by compose; runs in the decoding child.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache
from math import atan2, cos, sin, tau
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Place = tuple[int, int, int, int]

NAMED: dict[str, Colour] = {
    "light": (232, 228, 219),
    "dark": (43, 42, 42),
    "white": (246, 245, 241),
    "black": (16, 16, 17),
}
_BEVEL = 1 / 220
_SHADE = 1 / 60
_CORE = (250, 248, 242)
_FACES = (0.74, 0.84, 0.95, 1.0)
"""How bright the cut's top, left, right and bottom face are."""
_HINT = 0.13
"""The most colour of a light board: more of it, and one sees the board before the picture."""
_CREAM, _VIOLET, _PINK = 0.105, 0.72, 0.88
"""Hues: boards of red pictures are cream, as framers have them, and violet is hardly felt; pink and mauve are what one
would see first."""
_DARK = 0.36
"""Pictures darker than that, on average, hang on a dark board."""
_GRAIN = 4
_GRAIN_SIDE = 256


def colour_of(wanted: str, pictures: Sequence[Image.Image]) -> Colour:
    """The board: a name of NAMED, `#rrggbb`, or `auto`, which takes its hue from what hangs in it."""
    if wanted in NAMED:
        return NAMED[wanted]
    if wanted.startswith("#"):
        red, green, blue = ImageColor.getrgb(wanted)[:3]
        return (red, green, blue)
    return _quiet_colour(pictures)


def _quiet_colour(pictures: Sequence[Image.Image]) -> Colour:
    """Deep for dark pictures, light for bright ones: a white board around a night scene is all that one would see."""
    across = down = light = weight = 0.0
    for picture in pictures:
        small = picture.resize((24, 24), Image.Resampling.BOX)
        levels = small.tobytes()
        for at in range(0, len(levels), 3):
            red, green, blue = levels[at] / 255, levels[at + 1] / 255, levels[at + 2] / 255
            hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
            strength = saturation * value
            angle = hue * tau
            across, down = across + strength * cos(angle), down + strength * sin(angle)
            light, weight = light + 0.2126 * red + 0.7152 * green + 0.0722 * blue, weight + 1
    light /= max(1.0, weight)
    length = (across * across + down * down) ** 0.5 / max(1.0, weight)
    hue = atan2(down, across) / tau % 1.0
    if hue < _CREAM or hue > _PINK:
        hue = _CREAM
    elif hue > _VIOLET:
        length = 0.0
    if light < _DARK:
        return _rgb(hue, 0.15, min(0.22, 0.06 + length * 0.5))
    lightness = 0.80 + 0.07 * min(1.0, max(0.0, (light - 0.3) / 0.4))
    return _rgb(hue, lightness, min(_HINT, 0.05 + length * 0.4))


def _rgb(hue: float, lightness: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return (round(red * 255), round(green * 255), round(blue * 255))


def board(canvas: tuple[int, int], colour: Colour) -> Image.Image:
    """The whole canvas in that colour with the tooth of paper; even colour on a large panel looks like a screen."""
    flat = Image.new("RGB", canvas, tuple(max(0, level - _GRAIN // 2) for level in colour))
    grain = _grain(canvas[0])
    for top in range(0, canvas[1], _GRAIN_SIDE):
        strip = flat.crop((0, top, canvas[0], min(canvas[1], top + _GRAIN_SIDE)))
        flat.paste(ImageChops.add(strip, grain.crop((0, 0, *strip.size))), (0, top))
    return flat


@lru_cache(maxsize=1)
def _grain(width: int) -> Image.Image:
    """A strip of soft noise, 0 to _GRAIN, the same each time, so that a picture always gives the same pixels."""
    noise = Random(7)  # noqa: S311
    side = _GRAIN_SIDE
    tile = Image.frombytes("L", (side, side), noise.randbytes(side * side)).filter(ImageFilter.BoxBlur(0.6))
    tile = tile.point([max(0, min(_GRAIN, round((level - 128) / 34 + _GRAIN / 2))) for level in range(256)])
    row = Image.new("L", (width, side))
    for left in range(0, width, side):
        row.paste(tile, (left, 0))
    return Image.merge("RGB", (row, row, row))


def cut(canvas: Image.Image, place: Place, colour: Colour, *, bevel: bool) -> None:
    """Draw the opening around a picture that already hangs at `place`: its bevel outside, its shade on the picture."""
    side = min(canvas.size)
    left, top, width, height = place
    right, bottom = left + width, top + height
    if bevel:
        edge = max(2, round(side * _BEVEL))
        core = tuple(round(0.75 * white + 0.25 * level) for white, level in zip(_CORE, colour, strict=True))
        outer = (left - edge, top - edge, right + edge, bottom + edge)
        draw = ImageDraw.Draw(canvas)
        faces = (
            ((outer[0], outer[1]), (outer[2], outer[1]), (right, top), (left, top)),
            ((outer[0], outer[1]), (left, top), (left, bottom), (outer[0], outer[3])),
            ((outer[2] - 1, outer[1]), (right, top), (right, bottom), (outer[2] - 1, outer[3])),
            ((outer[0], outer[3] - 1), (left, bottom), (right, bottom), (outer[2], outer[3] - 1)),
        )
        picture = canvas.crop((left, top, right, bottom))
        for points, bright in zip(faces, _FACES, strict=True):
            draw.polygon(points, fill=tuple(round(level * bright) for level in core))
        canvas.paste(picture, (left, top))
    shade = max(3, round(side * _SHADE))
    _shade(canvas, (left, top, right, min(bottom, top + shade)), upright=True)
    _shade(canvas, (left, top, min(right, left + shade * 2 // 3), bottom), upright=False)


def _shade(canvas: Image.Image, box: Place, *, upright: bool) -> None:
    """A shadow that is darkest at the upper or left edge of the box and fades away across it."""
    size = (box[2] - box[0], box[3] - box[1])
    if min(size) < 1:
        return
    length = size[1] if upright else size[0]
    levels = bytes(round(105 * (1 - (at + 0.5) / length) ** 2) for at in range(length))
    mask = Image.frombytes("L", (1, length) if upright else (length, 1), levels).resize(size)
    canvas.paste((0, 0, 0), box, mask)
