"""The picture of a wall that has no photos yet: calm, and it says what to do. Drawn with Pillow's own font.

Lines may be handed in (the phone page's address and its code); the first is the large one. An address among them
stands beside the words as a QR code too, on a picture that has room for both. Called by the player.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

from frame.overlays.fonts import Fonts, load
from frame.overlays.sentences import SET_UP

MOST_LINES = 8
_MOST_CHARACTERS = 64
_TOP, _BOTTOM = (38, 52, 64), (17, 21, 29)
_LARGE, _SMALL, _COMMAND = (244, 238, 226), (190, 197, 201), (232, 196, 140)
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_welcome(size: tuple[int, int], *, rotation: int = 0, lines: Sequence[str] = ()) -> Image.Image:
    """The welcome picture for a panel of `size` physical pixels that hangs turned by `rotation` degrees clockwise."""
    upright = size if rotation in (0, 180) else (size[1], size[0])
    picture = _background(upright)
    lines = list(lines or SET_UP)[:MOST_LINES]
    _write(picture, lines, _place_code(picture, lines))
    # The panel is turned clockwise, so what it gets is turned back.
    return picture if rotation == 0 else picture.transpose(_TURNS[rotation])


def _background(size: tuple[int, int]) -> Image.Image:
    shade = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, _BOTTOM), Image.new("RGB", size, _TOP), shade)


def _place_code(picture: Image.Image, lines: list[str]) -> tuple[int, int]:
    """Draw the code of the address among the lines, right of them or below; gives the size that is left to the words,
    from the top left."""
    width, height = picture.size
    address = next((line.strip() for line in lines if line.startswith(("http://", "https://"))), "")
    if not address:
        return width, height
    from frame.overlays.qr import draw_qr

    beside = width > height
    side = min(height * 0.52, width * 0.3) if beside else min(width * 0.56, height * 0.34)
    code = draw_qr(address, int(side))
    if code is None:
        return width, height
    if beside:
        margin = min(int(width * 0.07), (height - code.height) // 2)
        left = width - code.width - margin
        picture.paste(code, (left, (height - code.height) // 2), code)
        return left, height
    margin = int(height * 0.12)
    top = height - code.height - margin
    picture.paste(code, ((width - code.width) // 2, top), code)
    return width, top


def _write(picture: Image.Image, lines: list[str], room: tuple[int, int]) -> None:
    width, height = room
    lines = [piece for line in lines for piece in wrap(line, _MOST_CHARACTERS) or [""]]
    unit = min(width / 34, height / 18, height / (6 + 2 * len(lines)))
    draw = ImageDraw.Draw(picture)
    steps = [unit * (4.2 if place == 0 else 1.9) for place in range(len(lines))]
    top = (height - sum(steps)) / 2 + unit
    foreign = not all(map(str.isascii, lines))
    for place, (line, step) in enumerate(zip(lines, steps, strict=True)):
        font = _fitting(line, foreign, unit * (1.9 if place == 0 else 0.95), width * 0.86)
        colour = _LARGE if place == 0 else _COMMAND if _stands_out(line) else _SMALL
        draw.text((width / 2, top), line, font=font, fill=colour, anchor="ma")
        if place == 0:
            below = top + unit * 3
            draw.line([(width / 2 - unit * 1.5, below), (width / 2 + unit * 1.5, below)], fill=_COMMAND, width=2)
        top += step


def _stands_out(line: str) -> bool:
    """What is to be typed: a command, an address, a code."""
    return line.startswith(("mantelpiece ", "http://", "https://")) or line.replace(" ", "").isdigit()


def _fitting(line: str, foreign: bool, size: float, width: float) -> Font:
    font = _font(line, size, foreign=foreign)
    length = font.getlength(line)
    return font if length <= width else _font(line, max(1.0, size * width / length), foreign=foreign)


@cache
def _fonts() -> Fonts:
    return Fonts()


def _font(line: str, size: float, *, foreign: bool) -> Font:
    """Pillow's own font knows only ASCII; for all else the system's, where there is one, and then for every line of
    the picture: two faces side by side look like a mistake."""
    strange = next((letter for letter in line if letter.isalpha() and not letter.isascii()), None)
    if strange is not None:
        path = _fonts().for_letter(strange, "sans")
        with suppress(OSError):
            return load(path, max(1, round(size))) if path else ImageFont.truetype("DejaVuSans.ttf", size)
    if foreign:
        path = _fonts().face("sans")
        with suppress(OSError):
            return load(path, max(1, round(size))) if path else ImageFont.truetype("DejaVuSans.ttf", size)
    return ImageFont.load_default(max(1.0, size))
