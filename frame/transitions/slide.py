"""The new picture pushes the old one off the wall, gently at both ends."""

from __future__ import annotations

from collections.abc import Callable

from frame.displays.contract import Display, Prepared
from frame.transitions.timed import never, timed
from sync.clock import Clock

_WAYS = {0: (-1, 0), 90: (0, 1), 180: (1, 0), 270: (0, -1)}


def way_of(rotation: int) -> tuple[int, int]:
    """Where pictures move on a panel that is turned so, to go left for who looks at it."""
    return _WAYS[rotation]


def eased(share: float) -> float:
    """0 to 1, slow at both ends."""
    return share * share * (3 - 2 * share)


def slide(
    display: Display,
    old: Prepared,
    new: Prepared,
    *,
    seconds: float,
    rotation: int,
    clock: Clock,
    should_stop: Callable[[], bool] = never,
) -> bool:
    """Push for `seconds`, then show the new. False when `should_stop` cut it short. Raises DisplayLost."""

    def draw(share: float) -> None:
        display.slide(old, new, eased(share), way_of(rotation))

    return timed(draw, display, new, seconds=seconds, clock=clock, should_stop=should_stop)
