"""The old picture fades into the new one."""

from __future__ import annotations

from collections.abc import Callable

from frame.displays.contract import Display, Prepared
from frame.transitions.timed import never, timed
from sync.clock import Clock


def crossfade(
    display: Display,
    old: Prepared,
    new: Prepared,
    *,
    seconds: float,
    clock: Clock,
    should_stop: Callable[[], bool] = never,
) -> bool:
    """Fade for `seconds`, then show the new. False when `should_stop` cut it short. Raises DisplayLost."""

    def draw(share: float) -> None:
        display.blend(old, new, share)

    return timed(draw, display, new, seconds=seconds, clock=clock, should_stop=should_stop)
