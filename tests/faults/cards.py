"""A card whose power is cut under a program: an ext4 image, held still at a counted call, copied, and mounted again.

What the kernel has brought to the card by then is not left to its clock. It commits its journal every five minutes, so
that little is there but what the program settled; or it is made to commit just then, so that every name is there and
the bytes are not, unless somebody synced them: the worst that a kernel may do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults import sweep

SIZE_BYTES = 96_000_000


@dataclass(frozen=True)
class Card:
    """As it lies before the program begins. While anything is mounted it is at `point`."""

    folder: Path

    @property
    def point(self) -> Path:
        return self.folder / "card"

    @property
    def _before(self) -> Path:
        return self.folder / "before.img"

    @contextmanager
    def new(self) -> Iterator[Path]:
        """An empty one, for the block to fill."""
        with self._before.open("wb") as file:
            file.truncate(SIZE_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-F", self._before], check=True)
        with self._mounted(self._before) as point:
            yield point

    def calls(self, command: list[str], environment: dict[str, str], below: Path) -> int:
        """How many mutating calls the whole program makes below that folder of it."""
        with self._mounted(self._copy(self._before, "whole.img")):
            return sweep.count(command, environment, below)

    @contextmanager
    def after_a_cut(
        self, command: list[str], environment: dict[str, str], below: Path, *, at: int, names_settled: bool
    ) -> Iterator[Path]:
        """What a start after it finds, mounted: the power went before the program's call number `at` below a folder."""
        running = self._copy(self._before, "running.img")
        with self._mounted(running) as point, sweep.held_still(command, environment, below, at=at):
            if names_settled:
                _settle_names(point)
            cut = self._copy(running, "cut.img")
        with self._mounted(cut) as point:
            yield point

    def _copy(self, image: Path, name: str) -> Path:
        """In a file of its own: the one before it may still hang in a mount that ends late."""
        copy = self.folder / name
        copy.unlink(missing_ok=True)
        shutil.copyfile(image, copy)
        return copy

    @contextmanager
    def _mounted(self, image: Path) -> Iterator[Path]:
        self.point.mkdir(exist_ok=True)
        subprocess.run(["mount", "-o", "loop,noauto_da_alloc,commit=300", image, self.point], check=True)
        try:
            yield self.point
        finally:
            subprocess.run(["umount", "-l", self.point], check=True)


def _settle_names(point: Path) -> None:
    """Commit the journal: every name and row of a folder so far, and no byte of a file that nobody has synced."""
    handle = os.open(point / "nothing", os.O_WRONLY | os.O_CREAT)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
