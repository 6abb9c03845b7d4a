"""`python -m tests.soak.part frame|sync|admin`: one of the three processes as it is, with a clock that runs fast and,
where SOAK_PANEL names one, a panel of Xvfb in place of the machine's. What a network is waited for stays real.

All of them (and sync's jobs, which are started through here too) count from one moment, so that they agree on the time.
SOAK_BREAK makes a build that is broken on purpose: `late`, `leak` or `litter`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sync.home import Home, find

PROGRAM = (sys.executable, "-m", "tests.soak.part", "sync")
LATE_SECONDS, LEAK_BYTES = 1.5, 20_000_000


@dataclass(frozen=True)
class FastClock:
    """Real time since `begun` (of the machine's monotonic clock), times `speed`."""

    speed: float
    begun: float
    wall: datetime

    def monotonic(self) -> float:
        return self.begun + (time.monotonic() - self.begun) * self.speed

    def now(self) -> datetime:
        return self.wall + timedelta(seconds=self.monotonic() - self.begun)

    def trusted(self) -> bool:
        return True

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self.speed)


def surroundings(speed: float) -> dict[str, str]:
    """What tells the processes of one run which time it is."""
    return {"SOAK_CLOCK": f"{speed} {time.monotonic()} {datetime.now(UTC).timestamp()}"}


def clock_of(environ: Mapping[str, str]) -> FastClock:
    speed, begun, wall = map(float, environ["SOAK_CLOCK"].split())
    return FastClock(speed, begun, datetime.fromtimestamp(wall, UTC))


def be_the_frame(home: Home, clock: FastClock, broken: str) -> int:
    from frame.assemble import wait_for
    from frame.daemon import run
    from frame.displays.framebuffer import FramebufferDisplay
    from tests.frame.displays.panel import Panel

    kept = []

    def wait(handles: list[int], seconds: float) -> None:
        wait_for(handles, seconds / clock.speed)

    def misbehave(_item: object) -> None:
        if "leak" in broken:
            kept.append(os.urandom(LEAK_BYTES))
        if "late" in broken:
            time.sleep(LATE_SECONDS)

    if "SOAK_PANEL" not in os.environ:
        return run(home, clock=clock, overrides={}, on_shown=misbehave, wait=wait)
    file, display = os.environ["SOAK_PANEL"].split()
    panel = Panel(display, Path(file))

    def open_panel(_spec: str, _size: str) -> tuple[FramebufferDisplay, list[str]]:
        return FramebufferDisplay(panel.file, ioctl=panel.ioctl, console=panel.file), []

    return run(home, clock=clock, overrides={}, open_display=open_panel, on_shown=misbehave, wait=wait)


def be_sync(home: Home, clock: FastClock, arguments: list[str], broken: str) -> int:
    from sync import daemon
    from sync.handlers import handlers
    from sync.jobs import child

    if arguments:
        if "litter" in broken:
            tempfile.NamedTemporaryFile(delete=False).close()
        return child.run(home, int(arguments[1]), handlers(), clock=clock)
    sleep = daemon.Daemon._sleep
    daemon.Daemon._sleep = lambda self, seconds: sleep(self, seconds / clock.speed)  # type: ignore[method-assign]
    return daemon.run(home, clock=clock, program=PROGRAM)


def be_the_page(home: Home, clock: FastClock) -> int:
    from admin.daemon import run

    return run(home, clock=clock)


def main(arguments: list[str]) -> int:
    home, clock, broken = find(), clock_of(os.environ), os.environ.get("SOAK_BREAK", "")
    which = arguments[0]
    parts = {"frame": partial(be_the_frame, home, clock, broken), "admin": partial(be_the_page, home, clock),
             "sync": partial(be_sync, home, clock, arguments[1:], broken)}  # fmt: skip
    return parts[which]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
