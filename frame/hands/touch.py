"""What a finger on the panel means: as whoever stands before it sees it, however the panel hangs. Pure.

Left third: back. Right third: next. Between: what this is. A swipe to the left: next, to the right: back, down: dark,
up: pause or go on.
Held for a second: favourite.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.settings.wall import Rotation

HELD_SECONDS = 0.8
_SWIPE = 0.15


@dataclass(frozen=True)
class Touch:
    """One finger, from where it came down to where it went up: shares of the panel's own width and height."""

    start: tuple[float, float]
    end: tuple[float, float]
    seconds: float


def verb_of(touch: Touch, rotation: Rotation) -> str:
    """next, back, pause, favourite, info or screen."""
    x, y = _seen(touch.start, rotation)
    to_x, to_y = _seen(touch.end, rotation)
    across, down = to_x - x, to_y - y
    if max(abs(across), abs(down)) >= _SWIPE:
        if abs(across) >= abs(down):
            return "next" if across < 0 else "back"
        return "screen" if down > 0 else "pause"
    if touch.seconds >= HELD_SECONDS:
        return "favourite"
    return "back" if x < 1 / 3 else "next" if x > 2 / 3 else "info"


def _seen(point: tuple[float, float], rotation: Rotation) -> tuple[float, float]:
    """The point as it is seen, when the panel hangs turned clockwise."""
    x, y = point
    match rotation:
        case Rotation.RIGHT:
            return 1 - y, x
        case Rotation.HALF:
            return 1 - x, 1 - y
        case Rotation.LEFT:
            return y, 1 - x
    return x, y
