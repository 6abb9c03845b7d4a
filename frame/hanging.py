"""What the picture on the wall does while it hangs: its clock ticks, a panorama travels, a photo is approached.

Used by the player and its parts, from its thread.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from frame.making import Made
from frame.stage import Stage
from frame.theme import WANDER_SECONDS, Theme
from frame.worker import Worker
from sync.clock import Clock

if TYPE_CHECKING:
    from frame.displays.contract import Above
    from frame.overlays.afloat import Afloat
    from frame.overlays.clock import Clock as ClockFace
    from frame.transitions.moving import Motion
    from frame.transitions.travel import Travel
    from sync.settings.wall import Corner

TRAVEL_SECONDS = 1 / 30
"""Between two frames of a panorama that travels."""
APPROACH_SECONDS = 1 / 20
"""The same of a photo that is slowly approached."""
_COME_SECONDS, _COME_STEPS = 0.6, 12
"""In which the words of a panorama appear."""


class Hanging:
    """`hang` takes what came on the wall; `go_on` is called with each tick of the player."""

    def __init__(self, stage: Stage, theme: Theme, worker: Worker, clock: Clock) -> None:
        self._stage, self._theme, self._worker, self._time = stage, theme, worker, clock
        self._since = 0.0
        self._travel: Travel | None = None
        self._motion: Motion | None = None
        self._clock: ClockFace | None = None
        self._afloat: Afloat | None = None
        self._above: tuple[Above, ...] = ()
        self._words: Above | None = None
        self._words_since = 0.0
        self._said: tuple[int, tuple[Above, ...]] = (0, ())
        self._dimmed: tuple[tuple[Above, ...], int, tuple[Above, ...]] | None = None

    @property
    def travels(self) -> bool:
        return self._travel is not None

    @property
    def moves(self) -> bool:
        return self._travel is not None or self._motion is not None

    @property
    def clock_at(self) -> Corner | None:
        """Where a clock stands."""
        clock = self._afloat or self._clock or (None if self._motion is None else self._motion.clock)
        return None if clock is None else clock.position

    @property
    def above(self) -> tuple[Above, ...]:
        """What belongs above what hangs: words and clock of a panorama, as dim as that is drawn; the same objects for
        as long as it looks the same."""
        level, pieces = self._stage.level, (*self._spoken(), *self._above)
        if level == 100 or not pieces:
            return pieces
        if self._dimmed is None or self._dimmed[:2] != (pieces, level):
            from frame.overlays.marks import faded

            dimmed = tuple(replace(each, picture=faded(each.picture, level / 100)) for each in pieces)
            self._dimmed = (pieces, level, dimmed)
        return self._dimmed[2]

    def _spoken(self) -> tuple[Above, ...]:
        """The words of a panorama, which come a moment after it."""
        if self._words is None:
            return ()
        step = min(_COME_STEPS, int(_COME_STEPS * (self._time.monotonic() - self._words_since) / _COME_SECONDS))
        if self._said[0] != step:
            from frame.overlays.marks import faded

            self._said = (step, (replace(self._words, picture=faded(self._words.picture, step / _COME_STEPS)),))
        return self._said[1]

    def stand(self) -> None:
        """Approach it no more; from now on its clock ticks by itself."""
        if self._motion is not None:
            self._clock, self._motion = self._motion.clock, None

    def wind(self, made: Made) -> None:
        """It is about to replace what hangs, which moves no more and lets go of what it moved with. It may have waited
        for its turn for hours: its clock is put right before anybody sees it."""
        self._travel = self._motion = None
        if made.words is not self._words:
            self._words = None
        late = self._theme.tick(made.clock)
        if late is not None:
            self._stage.patch(*late, picture=made.picture)
        if made.afloat is not None:
            self._afloat, self._above = made.afloat, ()
            self._float()

    def hang(self, made: Made) -> None:
        """It is on the panel now."""
        self._clock, self._afloat, self._since = made.clock, made.afloat, self._time.monotonic()
        if made.afloat is None:
            self._above = ()
        if made.words is not self._words:
            self._words, self._words_since, self._said = made.words, self._since, (0, ())
        self._travel, self._motion = made.travel, None
        display = self._stage.display
        if made.moving is not None and display is not None:
            from frame.transitions.moving import Motion

            self._clock = None  # each of its key pictures has one
            self._motion = Motion(
                made.moving, made.picture, made.clock, display=display, worker=self._worker, now=self._since
            )

    def as_it_hangs(self) -> Made | None:
        """The same picture once more; None where nothing is on the panel."""
        on_panel = self._stage.on_panel
        return None if on_panel is None else Made(on_panel[0], self._clock, self._afloat, self._words)

    def go_on(self) -> bool:
        """Draw what is due; whether it is time to write all words anew, a little beside."""
        now = self._time.monotonic()
        if (change := self._theme.tick(self._clock)) is not None:
            self._stage.patch(*change)
        self._float()
        if self._motion is not None and not self._stage.approach(self._motion, now):
            self.stand()
        if self._travel is not None and not self._stage.travel(self._travel, now - self._since):
            self._travel = None
        if now - self._since <= WANDER_SECONDS or not self._theme.speaks():
            return False
        self._since = now
        return True

    def _float(self) -> None:
        if self._afloat is None:
            return
        style = self._theme.style()
        lines = style.clock_lines()
        if not self._above or lines != self._afloat.said:
            self._above = (self._afloat.draw(lines, style.drift),)

    def seconds(self) -> float | None:
        """Until it wants to be drawn again; None while nothing moves."""
        if self._travel is not None:
            return TRAVEL_SECONDS
        return APPROACH_SECONDS if self._motion is not None else None
