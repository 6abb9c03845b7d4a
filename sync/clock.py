"""Time, passed in everywhere: a monotonic clock for every interval, a wall clock for calendars alone.

A Pi without a battery clock starts at a wrong date: that of its last shutdown, which looks right. `trusted()` says
whether the wall clock may be believed; while it may not, nothing is removed by age. Called by every process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No honest clock is earlier than the program itself."""

STEP_SECONDS = 60.0
"""A wall clock that moves this much against the monotonic one was stepped, not slow."""

OWN_SIGN = Path("/run/mantelpiece-clock/synchronized")
"""Of mantelpiece-clock.service: chrony and others leave none, and the services' sandbox lets nobody ask the kernel."""
_SIGNS = (Path("/run/systemd/timesync/synchronized"), OWN_SIGN)
_KEEPER = Path("/run/systemd/system")
_HARDWARE = Path("/sys/class/rtc")
_HARDWARE_SECONDS = 3600.0
"""So far a hardware clock may have drifted. One without battery is off by decades."""
_LOOK_SECONDS = 60.0
_ASK_SECONDS = 5.0
_MOST_ERROR_US = 16_000_000
"""From this error on the kernel calls its own clock unsynchronised, as it does until somebody has set it."""
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
    signs: tuple[Path, ...] = _SIGNS
    """One of them is there from the first answer of a time server until the machine's next start."""
    hardware: Path = _HARDWARE
    keeper: Path = _KEEPER
    """There where systemd runs the machine; where it does not (a container), somebody else keeps the time."""
    error_us: Callable[[], int] = field(default=lambda: _kernels_error_us(), compare=False)
    """How far off the kernel takes its clock to be, told by whatever sets it."""
    _looked: tuple[float, bool] | None = field(default=None, init=False, compare=False)

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def trusted(self) -> bool:
        """Once it is synchronised. Else if it is no earlier than what was believed before and, where systemd runs the
        machine (which begins with the time of the last shutdown, or chrony's or fake-hwclock's idea of it), if a
        hardware clock says the same."""
        if self.certain():
            return True
        if self.now() < max(BUILT, self.last_good):
            return False
        return not self.keeper.is_dir() or self._hardware_agrees()

    def certain(self) -> bool:
        """Whether a time server set it, whichever program asked."""
        return any(map(Path.exists, self.signs)) or self.error_us() < _MOST_ERROR_US

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


def leave_sign(clock: SystemClock, sign: Path = OWN_SIGN) -> None:
    """Wait until the time is certain, and leave word of it for those who may not ask the kernel."""
    while not clock.certain():
        clock.sleep(_ASK_SECONDS)
    sign.touch()


def _kernels_error_us() -> int:
    """Read, not set; the most where it may not be asked. It is the fourth number of the C library's struct timex, whose
    first, 0, has nothing changed."""
    import ctypes  # Most processes never ask: a sign is there.

    numbers = (ctypes.c_long * 64)()
    ask = getattr(ctypes.CDLL(None), "adjtimex", None)
    return int(numbers[3]) if ask is not None and ask(numbers) != -1 else _MOST_ERROR_US


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


if __name__ == "__main__":
    leave_sign(SystemClock())
