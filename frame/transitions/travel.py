"""A panorama that travels: cut into panels, the eye goes from one end to the other while it hangs.

`cut` makes the pieces in the worker; `Travel` says where it is at a time, and is asked by the player at each frame.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from frame.displays.contract import Display, Prepared
from frame.render.layout import LARGEST_SCALE, Size
from frame.transitions.slide import eased, way_of

LEAST_RATIO = 2.4
"""Wider than that is a panorama."""
LONGEST = 3.0
"""In panels; each is a picture in memory. What is longer hangs whole in a mat."""
_SPEED = 0.045
"""Of the panel's side a second, at most."""
_PAUSE_SECONDS = 2.0


def strip_size(picture: Size, canvas: Size) -> Size | None:
    """The size of the whole panorama where it fills the canvas across, or None where it should not travel."""
    width, height = picture
    if width <= 0 or height <= 0 or max(width / height, height / width) < LEAST_RATIO:
        return None
    wide = width > height
    scale = canvas[1] / height if wide else canvas[0] / width
    size = (round(width * scale), canvas[1]) if wide else (canvas[0], round(height * scale))
    panels = size[0] / canvas[0] if wide else size[1] / canvas[1]
    return size if 1.25 <= panels <= LONGEST and scale <= LARGEST_SCALE else None


@dataclass(frozen=True)
class Travel:
    """Prepared pieces, one panel each, in the order in which they are passed; the last one is where it ends."""

    pieces: tuple[Prepared, ...]
    panels: float
    """How far it goes, in panels: 1.5 passes the first piece and half of the second."""
    way: tuple[int, int]
    seconds: float

    def show(self, display: Display, since: float) -> bool:
        """Draw where it is so many seconds after it began; False once it has arrived. Raises DisplayLost."""
        share = (since - _PAUSE_SECONDS) / self.seconds
        if share >= 1:
            display.show(self.pieces[-1])
            return False
        at = eased(max(0.0, share)) * self.panels
        place = min(int(at), len(self.pieces) - 3)
        display.slide(self.pieces[place], self.pieces[place + 1], at - place, self.way)
        return True

    @property
    def first(self) -> Prepared:
        return self.pieces[0]

    @property
    def last(self) -> Prepared:
        return self.pieces[-1]


def passing(strip: Image.Image, panel: Size, box: tuple[int, int, int, int]) -> Image.Image:
    """All of a strip that comes to lie under a box of the panel."""
    left, top, right, bottom = box
    return strip.crop((0, top, strip.width, bottom) if strip.width > panel[0] else (left, 0, right, strip.height))


def cut(strip: Image.Image, display: Display, *, rotation: int, interval_seconds: float) -> Travel:
    """Pieces of a strip that is already turned for the panel; its viewer sees it from the left on, or from the top."""
    panel = display.size
    along = 0 if strip.size[0] > panel[0] else 1
    way = _towards_the_start(rotation, wide=(along == 0) == (rotation in (0, 180)))
    length, side = strip.size[along], panel[along]
    beyond = length - side
    pieces = []
    for at in [*range(0, beyond + side, side), beyond]:
        start = at if way[along] < 0 else beyond - at
        box = (start, 0, start + panel[0], panel[1]) if along == 0 else (0, start, panel[0], start + panel[1])
        pieces.append(display.prepare(strip.crop(box)))  # what lies beyond the strip is black, and never seen
    panels = beyond / side
    seconds = max(6.0, min(interval_seconds * 0.75 - _PAUSE_SECONDS, panels / _SPEED))
    return Travel(tuple(pieces), panels, way, seconds)


def _towards_the_start(rotation: int, *, wide: bool) -> tuple[int, int]:
    """Pictures move left for who looks at them, or up."""
    across, down = way_of(rotation)
    return (across, down) if wide else (-down, across)
