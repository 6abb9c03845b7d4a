"""The display and what is on it: opened when it can be, closed when it fails, tried again every five seconds.

No method raises because of the display: a cable that was pulled is a problem to tell of, not an end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from frame.hands.touch import Touch
from sync.clock import Clock
from sync.settings.wall import Transition, Wall

if TYPE_CHECKING:
    from PIL.Image import Image

    from frame.displays.contract import Above, Display, Prepared
    from frame.transitions.moving import Motion
    from frame.transitions.travel import Travel

log = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
STAND_IN_SECONDS = 60.0
"""How often a panel is looked for while something else stands in."""

OpenDisplay = Callable[[str, str], "tuple[Display, list[str]]"]


class Stage:
    """Holds one display, or none for the moment."""

    def __init__(self, open_display: OpenDisplay, clock: Clock) -> None:
        self._open_display = open_display
        self._clock = clock
        self._on_panel: tuple[Prepared] | None = None
        self._dark: tuple[Prepared] | None = None
        self._covered: tuple[Prepared] | None = None
        """The photo behind a sign."""
        self._shines = 0.0
        """The share of that photo which is seen through the sign."""
        self._above: tuple[Above, ...] = ()
        self.level = 100
        """How bright pictures are drawn, in percent; 0 draws black and keeps what comes for later."""
        self._retry_at = clock.monotonic()
        self.display: Display | None = None
        self.error: Exception | None = None
        """Why there is no display."""

    @property
    def problem(self) -> str:
        """The same as a sentence, or empty."""
        return "" if self.error is None else str(self.error) or type(self.error).__name__

    def open_if_due(self, wall: Wall) -> bool:
        """Whether a display was opened just now. One that stands in gives way to a panel that appears later."""
        standing_in = self.display
        if self._clock.monotonic() < self._retry_at or (standing_in is not None and not standing_in.stand_in):
            return False
        opened = None
        with self._or_fail():
            opened = self._open_display(wall.display, wall.size)
        if opened is None:
            return False
        found, reasons = opened
        if standing_in is not None and found.stand_in:
            found.close()
            self._retry_at = self._clock.monotonic() + STAND_IN_SECONDS
            return False
        self.close()
        for reason in reasons:
            log.info("display: not %s", reason)
        log.info("display: %s", found.name)
        self.display, self.error = found, None
        self._retry_at = self._clock.monotonic() + (STAND_IN_SECONDS if found.stand_in else 0)
        return True

    def seconds_to_retry(self) -> float | None:
        """None while there is a panel."""
        if self.display is not None and not self.display.stand_in:
            return None
        return max(0.0, self._retry_at - self._clock.monotonic())

    @property
    def least_seconds(self) -> float:
        """How long each picture must stay, for panels that wear."""
        return float(getattr(self.display, "least_seconds", 0.0))

    @property
    def on_panel(self) -> tuple[Prepared] | None:
        """The picture that is on the panel, in a tuple since it may be anything; None when there is none."""
        return self._on_panel

    def show(
        self, picture: Prepared, wall: Wall, *, at_once: bool = False, should_stop: Callable[[], bool] | None = None
    ) -> bool:
        """Put it on the panel, by way of the transition; False when the display is gone."""
        display, old = self.display, self._on_panel
        if display is None:
            return False
        fades = wall.transition is not Transition.CUT and wall.transition_seconds > 0
        with self._or_fail():
            if self.level < 100 and display.animated:
                self._draw_dimmed(display, picture)
            elif not display.animated or not fades or at_once or old is None:
                display.show(picture)
            elif picture is not old[0]:
                self._change(display, old[0], picture, wall, should_stop)
        if self.display is None:
            return False
        self._on_panel, self._covered = (picture,), None
        return True

    def cover(self, sign: Prepared, *, share: float) -> bool:
        """Put a sign before the photo, of which that share shines through where the panel can mix; False when the
        display is gone."""
        display = self.display
        if display is None:
            return False
        self._covered, self._shines = self._covered or self._on_panel, 0.0 if self.least_seconds else share
        self._on_panel = (sign,)
        with self._or_fail():
            self._draw(display)
        return self.display is not None

    def put_above(self, pieces: tuple[Above, ...], *, moves: bool) -> None:
        """Have these seen above all pictures, in place of those before; what `moves` is drawn anew by itself."""
        display = self.display
        if display is None or not display.animated or pieces == self._above:
            return
        self._above = pieces
        with self._or_fail():
            display.put_above(pieces)
            if not moves:
                self._draw(display)

    def _draw(self, display: Display) -> None:
        """What is on the panel, once more."""
        on_panel = None if self._on_panel is None else self._on_panel[0]
        if self._covered is not None and self._shines:
            display.blend(self._covered[0], on_panel, 1 - self._shines)
        elif self.level < 100:
            self._draw_dimmed(display, on_panel)
        elif self._on_panel is not None:
            display.show(on_panel)

    def _change(
        self, display: Display, old: Prepared, new: Prepared, wall: Wall, should_stop: Callable[[], bool] | None
    ) -> None:
        from frame.transitions.crossfade import crossfade
        from frame.transitions.timed import never

        stop, seconds = should_stop or never, wall.transition_seconds
        if wall.transition is Transition.SLIDE and not wall.reduce_motion:
            from frame.transitions.slide import slide

            rotation = int(wall.rotation.value)
            slide(display, old, new, seconds=seconds, rotation=rotation, clock=self._clock, should_stop=stop)
        else:
            crossfade(display, old, new, seconds=seconds, clock=self._clock, should_stop=stop)

    def travel(self, travel: Travel, since: float) -> bool:
        """Draw a panorama where it is so many seconds after it began; False once it stands. On a dim wall it stands."""
        display = self.display
        if display is None:
            return False
        with self._or_fail():
            if self.level < 100:
                self._draw_dimmed(display, travel.last)
            elif travel.show(display, since):
                return True
        if self.display is not None:
            self._on_panel = (travel.last,)
        return False

    def approach(self, motion: Motion, now: float) -> bool:
        """Draw the moment of a slow approach; False once it stands, and on a dim wall."""
        display = self.display
        if display is None or self.level < 100:
            return False
        moment = motion.blend(now)
        self._on_panel = (motion.last,)
        if moment is None:
            return False
        with self._or_fail():
            display.blend(*moment)
        return self.display is not None

    def patch(self, part: Image, corner: tuple[int, int], *, picture: Prepared = None) -> None:
        """Change a part of `picture`, else of what is on the panel, there too."""
        display = self.display
        if display is None or (picture is None and self._on_panel is None):
            return
        on_panel = None if self._on_panel is None else self._on_panel[0]
        seen = picture is None or picture is on_panel
        with self._or_fail():
            display.patch(on_panel if seen else picture, part, corner, shown=seen and self.level == 100)
            if seen and self.level < 100 and display.animated:
                self._draw_dimmed(display, on_panel)

    def dim(self, level: int) -> None:
        """Draw at this level from now on, and what is on the panel at once."""
        self.level = level
        display = self.display
        if display is None or not display.animated:
            return
        with self._or_fail():
            if self._on_panel is not None or level == 0:
                self._draw_dimmed(display, None if self._on_panel is None else self._on_panel[0])

    def _draw_dimmed(self, display: Display, picture: Prepared | None) -> None:
        from frame.transitions.dim import black, show_dimmed

        if self._dark is None:
            self._dark = (black(display),)
        show_dimmed(display, self._dark[0], picture, level=self.level)

    def events(self) -> Sequence[str | Touch]:
        """Keys pressed, as verbs, and touches."""
        if self.display is None:
            return []
        with self._or_fail():
            return self.display.events()
        return []

    def close(self) -> None:
        """Give the display back; it is opened again when somebody asks."""
        display, self.display, self._on_panel, self._dark, self._covered = self.display, None, None, None, None
        self._above = ()
        self._retry_at = self._clock.monotonic()
        if display is not None:
            try:
                display.close()
            except Exception:
                log.debug("closing the display failed", exc_info=True)

    @contextmanager
    def _or_fail(self) -> Iterator[None]:
        """Whatever a driver raises costs the display, which is None after that, and not the wall."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - drivers raise anything; the wall waits for the next try
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """The display is gone for now."""
        if str(error) != str(self.error):
            log.warning("display: %s Trying again every %.0f s.", error, RETRY_SECONDS)
        self.close()
        self.error = error
        self._retry_at = self._clock.monotonic() + RETRY_SECONDS
