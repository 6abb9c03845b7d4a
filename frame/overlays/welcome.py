"""A picture of words alone: the welcome of a wall that has no photos yet, a sign, what is told of a photo.

The first line is the large one; what is to be typed stands out, a code of digits as large as the first line. An
address among the lines stands beside the words as a QR code too, on a picture that has room for both. Called by
poster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from frame.overlays.empty_wall import lines_of_empty_wall
from frame.overlays.fonts import Fonts
from frame.overlays.wrapping import wrapped
from frame.overlays.writing import Ink, Line, ink, length

MOST_LINES = 8
_TOP, _BOTTOM = (38, 52, 64), (17, 21, 29)
_LARGE, _SMALL, _COMMAND = (244, 238, 226), (190, 197, 201), (232, 196, 140)
_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_ACROSS, _DOWN = 25, 16
"""The picture in units; a line is about one unit high, the first and a code about two."""
_FIRST, _CODE, _OTHER = 1.9, 2.1, 0.95
_LONG_FIRST = 1.25
"""The first line where it needs more than one row."""
_ABOVE, _ABOVE_CODE, _BELOW_FIRST = 0.5, 0.7, 0.5
"""Space between lines; below the first one stands a stroke."""
_WIDE, _HIGH = 0.86, 0.88
_FITS = 0.98
"""What is made smaller to fit is made a little smaller than that."""
_MOST_ROWS = 3


@dataclass(frozen=True)
class _Row:
    written: Ink
    colour: tuple[int, int, int]
    above: float
    """Space before it."""


def draw_welcome(size: tuple[int, int], *, rotation: int = 0, lines: Sequence[str] = ()) -> Image.Image:
    """The picture for a panel of `size` physical pixels that hangs turned by `rotation` degrees clockwise."""
    upright = size if rotation in (0, 180) else (size[1], size[0])
    picture = _background(upright)
    lines = list(lines or lines_of_empty_wall("en", albums=False, troubled=False))[:MOST_LINES]
    room = _place_code(picture, lines)
    _write(picture, lines, room, scanned=room != upright)
    # The panel is turned clockwise, so what it gets is turned back.
    return picture if rotation == 0 else picture.transpose(_TURNS[rotation])


def _background(size: tuple[int, int]) -> Image.Image:
    shade = Image.linear_gradient("L").resize(size, Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", size, _BOTTOM), Image.new("RGB", size, _TOP), shade)


def _place_code(picture: Image.Image, lines: list[str]) -> tuple[int, int]:
    """Draw the code of the address among the lines, right of them or below; gives the size that is left to the words,
    from the top left."""
    width, height = picture.size
    address = next((line.strip() for line in lines if _is_address(line)), "")
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
    margin = int(height * 0.1)
    top = height - code.height - margin
    picture.paste(code, ((width - code.width) // 2, top), code)
    return width, top


def _write(picture: Image.Image, lines: list[str], room: tuple[int, int], *, scanned: bool) -> None:
    width, height = room
    lines = [_typed(line) if scanned else line for line in lines]
    unit = min(width / _ACROSS, height / _DOWN)
    while True:
        rows = [_row(line, unit, width, first=place == 0) for place, line in enumerate(lines)]
        needed = sum(row.above + row.written.size[1] for row in rows) + unit * _BELOW_FIRST
        if needed <= height * _HIGH or unit < 2:
            break
        unit *= 0.92
    top = (height - needed) / 2 - (unit * 0.3)
    for place, row in enumerate(rows):
        top += row.above + (unit * _BELOW_FIRST if place == 1 else 0)
        left = round((width - row.written.size[0]) / 2)
        picture.paste(row.colour, (left, round(top)), row.written.mask)
        if row.written.colours is not None:
            picture.paste(row.written.colours.convert("RGB"), (left, round(top)), row.written.colours.getchannel("A"))
        top += row.written.size[1]
        if place == 0 and len(rows) > 1:
            below = top + unit * 0.45
            stroke = [(width / 2 - unit * 1.5, below), (width / 2 + unit * 1.5, below)]
            ImageDraw.Draw(picture).line(stroke, fill=_COMMAND, width=max(1, round(unit / 24)))


def _row(text: str, unit: float, width: int, *, first: bool) -> _Row:
    """A line, broken where it is too long for the room, and smaller where it cannot be broken."""
    wide = max(1, round(width * _WIDE))
    size = unit * (_FIRST if first else _CODE if _is_code(text) else _OTHER)
    line = Line(text, max(1, round(size)))
    if first and (long := length(line, _fonts())) > wide:
        line = Line(text, max(1, int(max(unit * _LONG_FIRST, size * _FITS * wide / long))))
    if _is_typed(text) and (long := length(line, _fonts())) > wide:
        line = Line(text, max(1, int(line.size * _FITS * wide / long)))
    rows = wrapped(line, wide, _fonts(), _MOST_ROWS)
    colour = _COMMAND if _is_typed(text) and not first else _LARGE if first else _SMALL
    above = 0.0 if first else unit * (_ABOVE_CODE if _is_code(text) else _ABOVE)
    return _Row(ink(rows, wide, _fonts(), middle=True), colour, above)


def _is_address(line: str) -> bool:
    return line.startswith(("http://", "https://"))


def _is_code(line: str) -> bool:
    return line.replace(" ", "").isdigit()


def _is_typed(line: str) -> bool:
    """What is to be typed: a command, an address, a code."""
    return line.startswith("mantelpiece ") or _is_address(line) or _is_code(line)


def _typed(line: str) -> str:
    """Nobody types the whole address of a photo that can be scanned: where it leads is enough."""
    if not _is_address(line):
        return line
    parts = urlsplit(line.strip())
    return line if parts.path in ("", "/") else parts.netloc


@cache
def _fonts() -> Fonts:
    return Fonts()
