"""A wall as a process of its own, showing into picture files: started, asked what it shows, told to go on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frame.control import ask
from sync.home import Home
from tests.faults import small_mirror
from tests.patience import PATIENCE_SECONDS, until


@dataclass
class Wall:
    home: Home
    pictures: Path
    process: subprocess.Popen[bytes]

    def now(self) -> dict[str, Any]:
        """What it says that it shows."""
        return ask(self.home, "now", timeout_seconds=PATIENCE_SECONDS)

    def photo(self) -> str:
        """The key of the photo on the wall, once there is one."""
        return str(until(self._key, "no photo came on the wall"))

    def next(self) -> str:
        """Go on by one; the key of the photo that came."""
        before = self.photo()
        ask(self.home, "next", timeout_seconds=PATIENCE_SECONDS)
        return str(until(lambda: (key := self._key()) != before and key, f"nothing followed {before}"))

    def all_of(self, photos: int) -> set[str]:
        """The keys of that many photos one after the other."""
        return {self.photo(), *(self.next() for _ in range(photos - 1))}

    def _key(self) -> str | None:
        assert self.process.poll() is None, "the frame ended"
        told = self.now()
        return told.get("key") if told["showing"] == "photo" else None


@contextmanager
def hanging(home: Home, *, before: tuple[str, ...] = (), extra: dict[str, str] | None = None) -> Iterator[Wall]:
    """A frame that runs until the end of the block; `before` are words in front of its command line."""
    pictures = home.runtime.parent / "pictures"
    command = [
        *before, sys.executable, "-m", "frame", "--display", f"file:{pictures}", "--size", "320x240",
        "--transition", "cut", "--interval", "3600", "--selection", "sequential",
    ]  # fmt: skip
    surroundings = os.environ | small_mirror.environment(home) | (extra or {})
    process = subprocess.Popen(command, env=surroundings, cwd=small_mirror.ROOT)
    try:
        yield Wall(home, pictures, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
