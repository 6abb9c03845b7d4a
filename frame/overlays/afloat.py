"""The clock over a panorama that travels below it: letters by themselves, drawn once a minute, readable on all that
passes under them.

Made in the worker with the panorama; what `draw` gives is put above the pieces by the player.
"""

from __future__ import annotations

from PIL import Image, ImageChops

from frame.displays.contract import Above
from frame.overlays.boxes import box_on_panel
from frame.overlays.clock import Clock
from frame.overlays.clock_area import clock_place
from frame.overlays.contrast import WANTED_LARGE, extremes, judge
from frame.overlays.fonts import Fonts
from frame.render.layout import Size, viewer_canvas
from frame.render.tone import Tone
from frame.transitions.travel import passing
from sync.settings.wall import Words


class Afloat:
    """`said` is what it says, as Clock's."""

    def __init__(
        self, strip: Image.Image, panel: Size, *, rotation: int, words: Words, fonts: Fonts, size: Size, tone: Tone
    ) -> None:
        """`strip` is all that travels, turned for the panel; `size` the largest that the clock gets."""
        verdict = judge(*extremes(_under(strip, panel, rotation, words, size)), WANTED_LARGE)
        self._on_black, self._on_white = (
            Clock(
                Image.new("RGB", panel, ground), rotation=rotation, words=words, fonts=fonts, size=size,
                verdict=verdict, tone=tone,
            )
            for ground in ("black", "white")
        )  # fmt: skip
        self.position = words.clock_position

    @property
    def said(self) -> tuple[str, ...]:
        return self._on_black.said

    def draw(self, lines: tuple[str, ...], drift: tuple[float, float]) -> Above:
        """These lines and their shade, and nothing else."""
        black, white = self._on_black.draw(lines, drift), self._on_white.draw(lines, drift)
        # What white loses on its way through is what covers it.
        covers = ImageChops.invert(ImageChops.subtract(white, black)).getchannel("G")
        return Above(Image.merge("RGBa", (*black.split(), covers)).convert("RGBA"), self._on_black.box[:2])


def _under(strip: Image.Image, panel: Size, rotation: int, words: Words, size: Size) -> Image.Image:
    """All of the strip that comes to lie under the clock."""
    canvas = viewer_canvas(panel, rotation)
    place = clock_place(canvas, words, size) or (0, 0, *canvas)
    return passing(strip, panel, box_on_panel(place, canvas, rotation))
