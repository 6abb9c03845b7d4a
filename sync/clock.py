"""Time, passed in everywhere: a monotonic clock for every interval, a wall clock for calendars alone.

A Pi without a battery clock starts at a wrong date: that of its last shutdown, which looks right. `trusted()` says
whether the wall clock may be believed; while it may not, nothing is removed by age. Called by every process.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No honest clock is earlier than the program itself."""

STEP_SECONDS = 60.0
"""A wall clock that moves this much against the monotonic one was stepped, not slow."""

_SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
_HARDWARE = Path("/sys/class/rtc")
_HARDWARE_SECONDS = 3600.0
"""So far a hardware clock may have drifted. One without battery is off by decades."""
_LOOK_SECONDS = 60.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What a room needs to know of time; tests pass a clock that they set by hand."""

    def monotonic(self) -> float:
        """Seconds that only grow, without meaning across boots."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC; possibly wrong."""

    def trusted(self) -> bool:
        """Whether `now()` may be believed."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass
class SystemClock:
    """The machine's clock; `last_good` is the latest time that was ever believed, kept across boots by the caller."""

    last_good: datetime = BUILT
    synchronized: Path = _SYNCHRONIZED
    hardware: Path = _HARDWARE
    _looked: tuple[float, bool] | None = field(default=None, init=False, compare=False)

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def trusted(self) -> bool:
        """Once it is synchronised. Else if it is no earlier than what was believed before and, where systemd keeps the
        time (it sets the clock to the last shutdown when it knows no better), if a hardware clock says the same."""
        if self.synchronized.exists():
            return True
        if self.now() < max(BUILT, self.last_good):
            return False
        return not self.synchronized.parent.is_dir() or self._hardware_agrees()

    def _hardware_agrees(self) -> bool:
        now = self.monotonic()
        if self._looked is None or now - self._looked[0] >= _LOOK_SECONDS:
            self._looked = now, any(map(self._agrees, self.hardware.glob("*/since_epoch")))
        return self._looked[1]

    def _agrees(self, kept: Path) -> bool:
        try:
            return abs(int(kept.read_text()) - self.now().timestamp()) < _HARDWARE_SECONDS
        except (OSError, ValueError):
            return False

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass
class StepDetector:
    """Tells when the wall clock jumped between two ticks (daylight saving moves no UTC and is no step)."""

    clock: Clock
    _last: tuple[float, datetime] | None = field(default=None, init=False)

    def stepped_seconds(self) -> float:
        """How far the wall clock jumped since the last call, in seconds; 0.0 when it only ran."""
        mono, wall = self.clock.monotonic(), self.clock.now()
        last, self._last = self._last, (mono, wall)
        if last is None:
            return 0.0
        jump = (wall - last[1]).total_seconds() - (mono - last[0])
        return jump if abs(jump) > STEP_SECONDS else 0.0


def boot_id() -> str:
    """A text of its own for every boot of this machine; empty where it cannot be told."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def named_zone(name: str) -> tzinfo | None:
    """The zone of that name (`Europe/Vienna`), or None where there is none."""
    if not name:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # A frame without a zone of its own starts without it.

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_of(name: str) -> tzinfo:
    """The named zone, else the one that $TZ names, else the machine's."""
    return named_zone(name) or named_zone(os.environ.get("TZ", "").lstrip(":")) or named_zone("localtime") or UTC
