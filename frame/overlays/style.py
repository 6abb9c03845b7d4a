"""How the words of one picture are chosen and put: settings, language and time in one frozen piece for the worker.

Made by the theme for each picture; `wording` goes to the decoding child, `clock` is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from math import cos, sin
from typing import TYPE_CHECKING

from msgspec.structs import replace as with_changes

from frame.overlays.captions import captions, clock_lines
from frame.overlays.locale import locale_of
from frame.render.layout import viewer_canvas
from frame.render.request import Wording
from sync.catalogue import PhotoEntry
from sync.settings.wall import Corner, Words

if TYPE_CHECKING:
    from PIL.Image import Image

    from frame.overlays.afloat import Afloat
    from frame.overlays.clock import Clock
    from frame.overlays.contrast import Verdict
    from frame.overlays.fonts import Fonts
    from frame.render.tone import Tone

_WANDERS_SECONDS = 900.0
"""In about six times as long words have been everywhere that they may."""


@cache
def _fonts() -> Fonts:
    from frame.overlays.fonts import Fonts

    return Fonts()


@lru_cache(maxsize=4)
def _clock_size(canvas: tuple[int, int], words: Words, language: str) -> tuple[int, int]:
    from frame.overlays.clock_area import clock_size

    return clock_size(canvas, words, locale_of(language), _fonts())


def drift_at(seconds: float) -> tuple[float, float]:
    """Where words stand in their play then, -1 to 1 each way."""
    turn = seconds / _WANDERS_SECONDS
    return sin(turn), cos(0.7 * turn)


@dataclass(frozen=True)
class Style:
    words: Words
    language: str
    now: datetime | None
    """Local time; None while nobody knows it."""
    drift: tuple[float, float] = (0.0, 0.0)
    warmth: float = 0.0
    """Of the evening, 0 to 1."""
    renew: Callable[[], Style] | None = None
    """Gives the style of a later moment."""

    def current(self) -> Style:
        """As it is now, with the clock where it is."""
        return self.renew()._with_clock_at(self.words.clock_position) if self.renew is not None else self

    def beside(self, heads: Sequence[tuple[int, int, int, int]], canvas: tuple[int, int]) -> Style:
        """For a picture on that wall with these heads: its clock keeps off them, where there is a place that does."""
        if not heads or not (self.words.clock or self.words.date):
            return self
        from frame.overlays.clock_area import clock_corner

        size = _clock_size(canvas, self.words, self.language)
        return self._with_clock_at(clock_corner(canvas, self.words, size, heads))

    def _with_clock_at(self, corner: Corner) -> Style:
        return replace(self, words=with_changes(self.words, clock_position=corner))

    def wording(
        self, entry: PhotoEntry, partner: PhotoEntry | None, *, size: tuple[int, int], rotation: int
    ) -> Wording | None:
        """What is written on this picture, or None."""
        today = None if self.now is None else self.now.date()
        entries = [entry] if partner is None else [entry, partner]
        blocks = [captions(each, self.words, locale_of(self.language), today) for each in entries]
        if len(blocks) == 2:
            # What is true of both is said once.
            blocks[1] = tuple(line for line in blocks[1] if line not in blocks[0])
            blocks = blocks if blocks[1] else blocks[:1]
        canvas = viewer_canvas(size, rotation)
        clock = self._clock_place(canvas)
        if not any(blocks) and clock is None:
            return None
        position, scale = self.words.position.value, self.words.size / 100
        return Wording(tuple(blocks), position, scale, self.words.font or "sans", self.drift, clock)

    def _clock_place(self, canvas: tuple[int, int]) -> tuple[int, int, int, int] | None:
        if not (self.words.clock or self.words.date):
            return None
        from frame.overlays.clock_area import clock_place

        return clock_place(canvas, self.words, _clock_size(canvas, self.words, self.language))

    def lacking(self, wording: Wording | None) -> str:
        """A sentence that names the scripts which no font of this machine writes, or empty."""
        missing = _fonts().missing(line for block in wording.blocks for line in block) if wording is not None else {}
        if not missing:
            return ""
        scripts, packages = ", ".join(missing), ", ".join(sorted(set(missing.values())))
        return f"No font here writes {scripts}: install {packages}."

    def clock(
        self, picture: Image, *, rotation: int, tone: Tone | None = None, verdict: Verdict | None = None,
        still: bool = True,
    ) -> Clock | None:  # fmt: skip
        """The clock of this picture, drawn on it; None where none is wanted. All else as Clock has it."""
        if not (self.words.clock or self.words.date):
            return None
        from frame.overlays.clock import Clock
        from frame.render.tone import DAYLIGHT

        size = _clock_size(viewer_canvas(picture.size, rotation), self.words, self.language)
        made = Clock(
            picture, rotation=rotation, words=self.words, fonts=_fonts(), size=size, verdict=verdict,
            tone=tone or DAYLIGHT, still=still,
        )  # fmt: skip
        picture.paste(made.draw(self.clock_lines(), self.drift), made.box[:2])
        return made

    def clock_afloat(self, strip: Image, panel: tuple[int, int], *, rotation: int, tone: Tone) -> Afloat | None:
        """The clock above a panorama; None where none is wanted."""
        if not (self.words.clock or self.words.date):
            return None
        from frame.overlays.afloat import Afloat

        size = _clock_size(viewer_canvas(panel, rotation), self.words, self.language)
        return Afloat(strip, panel, rotation=rotation, words=self.words, fonts=_fonts(), size=size, tone=tone)

    def clock_lines(self) -> tuple[str, ...]:
        """What the clock says now."""
        return clock_lines(self.now, self.words, locale_of(self.language))
