"""How much memory the wall may take on this machine, and whether that is enough for pictures that move on a panel.

A photo that is approached and a panorama that travels are several panels large: too much for a small board with a 4K
panel, where the kernel would end the child that decodes and photos would be passed over for nothing. Pure but for the
files it reads. Asked by making and upcoming, told to people by the player.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from math import inf
from pathlib import Path

from frame.render.layout import Size

_SHARE = 0.5
"""Of the machine's memory, where no limit is set: others live there too."""
_BASE, _PER_PIXEL, _RESERVE = 40_000_000, 43.5, 1.25
"""What moves took at most, the child included: 121 MB at 1080p, 391 at 2160p (`tests.benchmarks.wall_memory`)."""


@dataclass(frozen=True)
class Room:
    """So many bytes for the frame and its child."""

    limit_bytes: float = inf

    def moves(self, panel: Size) -> bool:
        """Whether pictures may move on a panel of that size."""
        return self.limit_bytes >= needed_bytes(panel)

    def problem(self, panel: Size) -> str:
        """Why none do, as a sentence; empty where they may."""
        if self.moves(panel):
            return ""
        return (
            f"Photos stand still: to move them on {panel[0]}x{panel[1]} pixels takes "
            f"{needed_bytes(panel) / 1e6:.0f} MB of memory, and the wall has {self.limit_bytes / 1e6:.0f} MB here."
        )


def needed_bytes(panel: Size) -> float:
    """For pictures that move, with a quarter to spare."""
    return _RESERVE * (_BASE + _PER_PIXEL * panel[0] * panel[1])


def room_here(
    *, groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup"),
    memory: Path = Path("/proc/meminfo"),
) -> Room:  # fmt: skip
    """The least that the service's group, those above it and the machine leave. Never raises: what cannot be read sets
    no limit."""
    limits = [inf]
    with suppress(OSError, ValueError, IndexError, StopIteration):
        line = next(each for each in memory.read_text(encoding="ascii").splitlines() if each.startswith("MemTotal:"))
        limits.append(_SHARE * 1024 * int(line.split()[1]))
    with suppress(OSError, ValueError, StopIteration):
        lines = own.read_text(encoding="utf-8").splitlines()
        group = groups / next(line for line in lines if line.startswith("0::"))[3:].lstrip("/")
        for folder in (group, *group.parents):
            with suppress(OSError, ValueError):
                limits.append(int((folder / "memory.max").read_text(encoding="ascii")))
            if folder == groups:
                break
    return Room(min(limits))
