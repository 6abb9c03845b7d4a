"""Draws a change frame by frame for so many seconds.

How far it is is what the clock says, never a count of frames: a slow board shows fewer steps in the same time. It ends
on exactly the new picture, also when interrupted.
"""

from __future__ import annotations

from collections.abc import Callable

from frame.displays.contract import Display, Prepared
from sync.clock import Clock

FRAME_SECONDS = 1 / 60
"""No panel shows more; a display that waits for its vertical blank is never waited for twice."""


def never() -> bool:
    """Nothing interrupts."""
    return False


def timed(
    draw: Callable[[float], None],
    display: Display,
    new: Prepared,
    *,
    seconds: float,
    clock: Clock,
    should_stop: Callable[[], bool],
) -> bool:
    """Call `draw` with the share that is over, then show the new. False when `should_stop` cut it short. Raises
    DisplayLost."""
    due = clock.monotonic()
    # What is on the panel is the first frame, so the second is due at once: whoever asked for the next picture sees it
    # begin now.
    start = due - FRAME_SECONDS
    stopped = False
    while not (stopped := should_stop()):
        now = clock.monotonic()
        if now - start >= seconds:
            break
        draw((now - start) / seconds)
        due = max(due + FRAME_SECONDS, now)
        clock.sleep(max(0.0, due - clock.monotonic()))
    display.show(new)
    return not stopped
