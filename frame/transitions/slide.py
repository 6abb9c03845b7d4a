"""The new picture pushes the old one off the wall, gently at both ends; timed by the clock as the crossfade is."""

from __future__ import annotations

from collections.abc import Callable

from frame.displays.contract import Display, Prepared
from frame.transitions.crossfade import FRAME_SECONDS, never
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
    due = clock.monotonic()
    start = due - FRAME_SECONDS
    stopped = False
    while not (stopped := should_stop()):
        now = clock.monotonic()
        if now - start >= seconds:
            break
        display.slide(old, new, eased((now - start) / seconds), way_of(rotation))
        due = max(due + FRAME_SECONDS, now)
        clock.sleep(max(0.0, due - clock.monotonic()))
    display.show(new)
    return not stopped
