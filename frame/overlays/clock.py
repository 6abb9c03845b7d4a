"""The clock over a picture: drawn again each minute, on what the picture looks like below it, and nowhere else.

A tick costs a patch of the panel, not a picture. What is drawn is said by `clock_lines`; no lines bring the bare
picture back. Called by ahead (with a new picture) and by the player (each minute).
"""

from __future__ import annotations

from PIL import Image

from frame.overlays.contrast import WANTED_LARGE, lay, reach_of
from frame.overlays.fonts import Fonts
from frame.overlays.measure import DATE, DRIFT, TIME, clock_rows, drifted, letter_size, margin
from frame.overlays.writing import Line, ink
from frame.render.compose import TURNS
from frame.render.layout import Size, viewer_canvas
from sync.settings_wall import Words

_ALIGNED = 8
"""The pattern of a dithered panel repeats after so many pixels; patches keep to it."""

Box = tuple[int, int, int, int]


class Clock:
    """The clock of one picture; keeps the few pixels that lie under it."""

    def __init__(self, picture: Image.Image, *, rotation: int, words: Words, fonts: Fonts) -> None:
        self._canvas = viewer_canvas(picture.size, rotation)
        self._rotation, self._words, self._fonts = rotation, words, fonts
        self.box = _aligned(_turned(self._area(), self._canvas, rotation), picture.size)
        """Of the panel: what `draw` gives belongs there."""
        self._bare = picture.crop(self.box)
        self.said: tuple[str, ...] = ()

    def draw(self, lines: tuple[str, ...], drift: tuple[float, float]) -> Image.Image:
        """RGB of `box`, with these lines."""
        self.said = lines
        turn = TURNS.get(self._rotation)
        if not lines:
            return self._bare
        upright = self._bare.copy() if turn is None else self._bare.transpose(TURNS[360 - self._rotation])
        size = letter_size(self._canvas, self._words.size / 100)
        style = self._words.font or "sans"
        rows = [
            Line(text, round(size * (TIME if text[:1].isdigit() and ":" in text else DATE)), 1.0, style)
            for text in lines
        ]
        left, right = self._words.clock_position.endswith("left"), self._words.clock_position.endswith("right")
        written = ink(rows, upright.width, self._fonts, right=right, middle=not (left or right))
        lay(upright, written, self._corner(upright.size, written.size, drift), wanted=WANTED_LARGE)
        return upright if turn is None else upright.transpose(turn)

    def _corner(self, room: Size, size: Size, drift: tuple[float, float]) -> tuple[int, int]:
        across, down = drifted(self._canvas, drift)
        edge = margin(self._canvas)
        position = self._words.clock_position
        left = edge if position.endswith("left") else room[0] - size[0] - edge
        if position.endswith("middle"):
            left = (room[0] - size[0]) // 2
        top = edge if position.startswith("top") else room[1] - size[1] - edge
        return max(0, left + across), max(0, top + down)

    def _area(self) -> Box:
        """Of the canvas, as its viewer sees it, up to its corner."""
        size = letter_size(self._canvas, self._words.size / 100)
        rows = clock_rows(self._canvas, self._words)
        reach = margin(self._canvas) + round(min(self._canvas) * DRIFT) + reach_of(rows)
        width = min(self._canvas[0], round(size * (11 if self._words.date else 7)) + reach)
        height = min(self._canvas[1], rows + reach)
        position = self._words.clock_position
        left = 0 if position.endswith("left") else self._canvas[0] - width
        if position.endswith("middle"):
            left = (self._canvas[0] - width) // 2
        top = 0 if position.startswith("top") else self._canvas[1] - height
        return (left, top, left + width, top + height)


def _turned(box: Box, canvas: Size, rotation: int) -> Box:
    """Where a box of the canvas lies on the panel."""
    left, top, right, bottom = box
    width, height = canvas
    if rotation == 90:
        return (top, width - right, bottom, width - left)
    if rotation == 180:
        return (width - right, height - bottom, width - left, height - top)
    if rotation == 270:
        return (height - bottom, left, height - top, right)
    return box


def _aligned(box: Box, panel: Size) -> Box:
    left, top = (edge - edge % _ALIGNED for edge in box[:2])
    right, bottom = (min(most, -(-edge // _ALIGNED) * _ALIGNED) for edge, most in zip(box[2:], panel, strict=True))
    return (left, top, right, bottom)
