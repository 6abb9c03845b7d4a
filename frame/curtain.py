"""What stands between the photos and who looks at the wall: the night, a sign, the welcome of an empty wall.

Used by the player and its parts, from its thread.
"""

from __future__ import annotations

from frame.overlays.empty_wall import lines_of_empty_wall
from frame.poster import Poster
from frame.power.decide import Press
from frame.power.screen import Screen
from frame.sign import Sign
from frame.stage import Stage
from sync.clock import Clock
from sync.settings.tree import Settings


class Curtain:
    """Photos are seen while it is `open`; a sign is always lit: somebody stands there and asked for it."""

    def __init__(self, stage: Stage, screen: Screen | None, clock: Clock) -> None:
        self._stage, self._screen = stage, screen
        self._sign = Sign(clock)
        self._poster = Poster(stage, self._sign)
        self.welcome: tuple[str, ...] = ()
        """What an empty wall says instead of its own words."""

    @property
    def dark(self) -> bool:
        return self._stage.level == 0

    @property
    def sign(self) -> tuple[str, ...]:
        """The lines of the sign that is up, if any."""
        return self._sign.lines

    @property
    def open(self) -> bool:
        return not self.dark and not self.sign

    @property
    def drawn(self) -> bool:
        """Whether words hang there in place of a photo."""
        return self._poster.shown is not None

    def put_up(self, lines: tuple[str, ...], seconds: float, *, over_photo: bool = False) -> bool:
        """A sign for so long (`over_photo`: the photo shines through), or none; whether one came down by that."""
        was_up = bool(self.sign)
        self._sign.put_up(lines, seconds, over_photo=over_photo)
        return was_up and not self.sign

    def seconds_left(self) -> float:
        """Of the sign; 0 where its time is over, or none is up."""
        return self._sign.seconds_left()

    def light(self) -> None:
        """Who presses anything in the dark wants to see something."""
        if self._screen is not None:
            self._screen.press(Press.ON)

    def follow_screen(self) -> bool:
        """Draw as bright as is wanted now; whether that ended the dark."""
        if self._screen is None:
            return False
        level = 100 if self.sign else self._screen.drawn_level(self._screen.decide().level)
        if level == self._stage.level:
            return False
        was_dark = self.dark
        self._stage.dim(level)
        self.draw_anew()
        return was_dark

    def keep_panel(self, *, photo: bool) -> None:
        """After the picture: what lights up is this tick's. The first photo waits for no tool."""
        display = self._stage.display
        if self._screen is None or display is None or display.stand_in:
            return
        if photo or self.dark or self.drawn:
            self._screen.keep_panel(100 if self.sign else self._screen.decision.level, display.name)

    def draw(self, settings: Settings, *, troubled: bool, left_out: bool, photo: bool) -> None:
        """The words that are to hang there, once; `photo` says that one hangs behind."""
        own = lines_of_empty_wall(
            settings.language, albums=bool(settings.albums), troubled=troubled, left_out=left_out
        )
        self._poster.draw(settings.wall, self.welcome or own, photo=photo)

    def draw_anew(self) -> None:
        """Something else is on the panel by now than the words that were drawn."""
        self._poster.shown = None
