"""All that hands do at this wall, whatever with. Called by the player; never raises."""

from __future__ import annotations

import sys

from frame.hands.evdev import Evdev
from frame.hands.pins import Pins
from frame.hands.touch import Touch
from sync.clock import Clock


class Hands:
    """One a frame. A display that has keys of its own (a window) is not listened past."""

    def __init__(self, clock: Clock, evdev: Evdev | None = None) -> None:
        self._evdev = evdev or Evdev(clock)
        # Typed into a terminal that we run in, each key would count twice: the framebuffer reads that.
        self._typed = evdev is None and sys.stdin is not None and sys.stdin.isatty()
        self._pins = Pins("")

    @property
    def problem(self) -> str:
        return self._pins.problem

    @property
    def listening(self) -> bool:
        """Whether `events` must be asked though the display has no keys."""
        return bool(self._pins.wanted)

    def use(self, pins: str) -> None:
        """New settings."""
        if pins != self._pins.wanted:
            self._pins.close()
            self._pins = Pins(pins)

    def events(self, display: str) -> list[str | Touch]:
        """Since the last call; `display` is the open display's name."""
        found: list[str | Touch] = [*self._pins.events()]
        if "kmsdrm" in display.casefold() or (display.startswith("framebuffer") and not self._typed):
            found += self._evdev.events()
        return found

    def close(self) -> None:
        self._pins.close()
        self._evdev.close()
