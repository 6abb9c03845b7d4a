"""What pictures are made with at present: layout, mat, words, language and time, and whether that changed.

Also keeps the clock over the picture on the wall up to date. Used by the player and its parts.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from frame.overlays.style import Style, drift_at
from frame.power.sun import sun
from sync.clock import Clock as Time
from sync.clock import zone_of
from sync.settings.tree import Settings
from sync.settings.wall import Wall

if TYPE_CHECKING:
    from PIL.Image import Image

    from frame.overlays.clock import Clock

WANDER_SECONDS = 1800.0
"""Words that stand longer than this are written anew a little beside: a panel remembers what never moves."""

_DUSK_SECONDS = 1800.0


class Theme:
    """`use` takes new settings; `style` says how the next picture is made."""

    def __init__(self, clock: Time) -> None:
        self._clock = clock
        self.settings = Settings()
        self._zone = zone_of("")

    def use(self, settings: Settings) -> bool:
        """Whether pictures look otherwise from now on."""
        old, self.settings = self.settings, settings
        if old.time_zone != settings.time_zone:
            self._zone = zone_of(settings.time_zone)
        return _look(old) != _look(settings)

    def now(self) -> datetime | None:
        """Local time; None while nobody knows it."""
        return self._clock.now().astimezone(self._zone) if self._clock.trusted() else None

    def style(self) -> Style:
        """For a picture that is made now."""
        settings = self.settings
        return Style(settings.words, settings.language, self.now(), self.drift(), self.warmth(), self.style)

    def drift(self) -> tuple[float, float]:
        """Where what stands on the wall for long stands now within its play, -1 to 1 each way."""
        return drift_at(self._clock.monotonic())

    def warmth(self) -> float:
        """Of this hour: grows in the half hour after sunset, and goes before sunrise; none while nobody knows it."""
        now, wanted = self.now(), self.settings.wall.warmth / 100
        if now is None or not wanted:
            return 0.0
        power = self.settings.power
        rise, fall = sun(now.date(), latitude=power.latitude, longitude=power.longitude)
        if not (power.latitude or power.longitude):
            rise, fall = now.replace(hour=6, minute=0), now.replace(hour=20, minute=0)
        dark = max((now - fall).total_seconds(), (rise - now).total_seconds()) / _DUSK_SECONDS
        return wanted * round(min(1.0, max(0.0, dark)), 1)

    def tick(self, clock: Clock | None) -> tuple[Image, tuple[int, int]] | None:
        """What must be drawn over the picture that this clock belongs to, and where; None where it is right already."""
        if clock is None:
            return None
        style = self.style()
        lines = style.clock_lines()
        return None if lines == clock.said else (clock.draw(lines, style.drift), clock.box[:2])

    def speaks(self) -> bool:
        """Whether anything of a photo is written on it."""
        words = self.settings.words
        return any((words.caption, words.people, words.place, words.taken, words.album, words.camera))


def _look(settings: Settings) -> tuple[object, ...]:
    wall: Wall = settings.wall
    mat = (wall.mat_color, wall.mat_width, wall.mat_bevel)
    colour = (wall.gamma, wall.white, wall.warmth)
    placed = (wall.layout, wall.rotation, wall.pairs, wall.motion)
    return (placed, mat, colour, settings.words, settings.language, settings.time_zone)
