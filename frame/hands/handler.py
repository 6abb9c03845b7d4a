"""What a key, a touch or a motion means at this moment: in the dark whatever is pressed is a wish for light first.

Called by the player with each tick and while a picture fades in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from frame.hands.touch import Touch, verb_of
from frame.power.decide import Press
from sync.settings.wall import Rotation

if TYPE_CHECKING:
    from frame.hands.hands import Hands
    from frame.nods import Nods
    from frame.power.screen import Screen
    from frame.stage import Stage


class InputHandler:
    """`press` takes the player's verbs; `mark` makes the photo on the wall a favourite, or no longer one."""

    def __init__(self, stage: Stage, screen: Screen | None, press: Callable[[str], object], nods: Nods) -> None:
        self._stage, self._screen, self._press, self._nods = stage, screen, press, nods
        self.hands: Hands | None = None
        self.mark: Callable[[], None] | None = None

    def look(self, rotation: Rotation, *, paused: Callable[[], bool]) -> None:
        """Do what was done at the wall since the last look."""
        display = self._stage.display
        done = [*self._stage.events(), *(self.hands.events(display.name if display else "") if self.hands else [])]
        for each in done:
            verb = verb_of(each, rotation) if isinstance(each, Touch) else each
            self._handle(verb, touched=each != "motion", paused=paused())

    def _handle(self, verb: str, *, touched: bool, paused: bool) -> None:
        if self._screen is not None and (touched or verb == "motion"):
            self._screen.motion()
        if verb == "motion" and self._screen is not None:
            return
        if self._stage.level == 0 and self._screen is not None and verb != "quit":
            self._screen.press(Press.ON)
            self._nods.nod("light")
        elif verb == "screen" and self._screen is not None:
            self._screen.press(Press.OFF)
            self._nods.nod("dark")
        elif verb == "favourite" and self.mark is not None:
            self.mark()
        elif verb in ("next", "back", "pause", "info", "quit"):
            # One key does both: it has no label that could say which.
            self._press("resume" if verb == "pause" and paused else verb)
