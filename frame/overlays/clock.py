"""The clock over a picture: drawn again each minute, on what the picture looks like below it, and nowhere else.

A tick costs a patch of the panel, not a picture. What is drawn is said by `clock_lines`; no lines bring the bare
picture back. Made by style.py with a new picture, drawn anew by theme.py each minute.
"""

from __future__ import annotations

from PIL import Image

from frame.overlays.boxes import box_on_panel
from frame.overlays.clock_area import clock_lines_on, clock_place
from frame.overlays.contrast import WANTED_LARGE, Verdict, lay, reach_of
from frame.overlays.fonts import Fonts
from frame.overlays.measure import drifted
from frame.overlays.writing import ink
from frame.render.compose import TURNS
from frame.render.layout import Size, viewer_canvas
from frame.render.tone import DAYLIGHT, Tone
from sync.settings.wall import Corner, Words

_ALIGNED = 8
"""The pattern of a dithered panel repeats after so many pixels; patches keep to it."""

Box = tuple[int, int, int, int]


class Clock:
    """The clock of one picture; keeps the few pixels that lie under it."""

    def __init__(
        self, picture: Image.Image, *, rotation: int, words: Words, fonts: Fonts, size: Size,
        verdict: Verdict | None = None, tone: Tone = DAYLIGHT, still: bool = True,
    ) -> None:  # fmt: skip
        """`size` is the largest that it gets; `verdict` how it is readable, where that is known; `tone` the picture's
        own, which is `still` or moves."""
        self._tone, self._still = tone, still
        self.verdict = verdict
        """How it was made readable last; below a picture that moves it stays the same, or it would flicker."""
        self._stays = verdict is not None
        self._canvas = viewer_canvas(picture.size, rotation)
        self._rotation, self._words, self._fonts = rotation, words, fonts
        self._place = clock_place(self._canvas, words, size) or (0, 0, *self._canvas)
        self.box = _aligned(box_on_panel(self._area(), self._canvas, rotation), picture.size)
        """Of the panel: what `draw` gives belongs there."""
        self._begins = box_on_panel(self.box, picture.size, (360 - rotation) % 360)[:2]
        self._bare = picture.crop(self.box)
        self.said: tuple[str, ...] = ()

    @property
    def position(self) -> Corner:
        """Where it stands."""
        return self._words.clock_position

    def draw(self, lines: tuple[str, ...], drift: tuple[float, float]) -> Image.Image:
        """RGB of `box`, with these lines."""
        self.said = lines
        turn = TURNS.get(self._rotation)
        if not lines:
            return self._bare
        upright = self._bare.copy() if turn is None else self._bare.transpose(TURNS[360 - self._rotation])
        rows = clock_lines_on(self._canvas, self._words, lines)
        right, middle = (self._words.clock_position.endswith(side) for side in ("right", "middle"))
        written = ink(rows, self._place[2] - self._place[0], self._fonts, right=right, middle=middle)
        at, known = self._corner(written.size, drift), self.verdict if self._stays else None
        self.verdict = lay(upright, written, at, wanted=WANTED_LARGE, verdict=known, tone=self._tone, still=self._still)
        return upright if turn is None else upright.transpose(turn)

    def _corner(self, size: Size, drift: tuple[float, float]) -> tuple[int, int]:
        """In the part of the canvas that is kept."""
        across, down = drifted(self._canvas, drift)
        most = drifted(self._canvas, (1.0, 1.0))
        left, top, right, bottom = self._place
        position = self._words.clock_position
        x = left + most[0] if position.endswith("left") else right - most[0] - size[0]
        if position.endswith("middle"):
            x = (left + right - size[0]) // 2
        y = top + most[1] if position.startswith("top") else bottom - most[1] - size[1]
        return max(0, x + across - self._begins[0]), max(0, y + down - self._begins[1])

    def _area(self) -> Box:
        """Of the canvas, as its viewer sees it: the clock and how far a shade goes around it."""
        left, top, right, bottom = self._place
        reach = reach_of(bottom - top, bottom - top)
        width, height = self._canvas
        return (max(0, left - reach), max(0, top - reach), min(width, right + reach), min(height, bottom + reach))


def _aligned(box: Box, panel: Size) -> Box:
    left, top = (edge - edge % _ALIGNED for edge in box[:2])
    right, bottom = (min(most, -(-edge // _ALIGNED) * _ALIGNED) for edge, most in zip(box[2:], panel, strict=True))
    return (left, top, right, bottom)
