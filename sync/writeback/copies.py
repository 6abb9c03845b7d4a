"""Copies of originals as they were before the first write into them, where a root asks for them.

Within a budget: where a copy has no room, its original is not written. A copy is never replaced and never removed;
another picture that came to lie under the same name has a copy of its own beside it (`name~2.jpg`).
"""

from __future__ import annotations

import os
import shutil
from itertools import count
from pathlib import Path
from threading import Lock

from sync.errors import DiskFull
from sync.files import free_bytes, fsync_folder, make_folder, part_head
from sync.home import Home
from sync.settings.writeback import Root
from sync.writeback.verify import picture_of

GB = 1_000_000_000


def folder_of(home: Home, root: Root) -> Path:
    """Where the copies of a root lie."""
    base = Path(root.backup_folder) if root.backup_folder else home.root / "originals"
    return base / root.name.replace("/", "_")


class Copies:
    """The copies of one root."""

    def __init__(self, home: Home, root: Root) -> None:
        self._folder, self._root = folder_of(home, root), root
        self._used: int | None = None
        self._lock = Lock()

    @property
    def wanted(self) -> bool:
        return self._root.backup_gb > 0

    def keep(self, original: Path, file_type: str) -> bool:
        """Have a copy of it; gives whether one was made. Raises DiskFull, with nothing half left."""
        with self._lock:
            place = self._place(original, file_type)
            return place is not None and self._keep(original, place)

    def _place(self, original: Path, file_type: str) -> Path | None:
        """Where its copy would lie; None where there is one. The picture tells: we have written into the original."""
        first = self._folder / original.relative_to(self._root.folder)
        place, picture = first, ""
        for number in count(2):
            if not place.exists():
                return place
            picture = picture or picture_of(original, file_type)
            # Where no picture can be told, none is proved to stay the same, and nothing is written.
            if not picture or picture_of(place, file_type) == picture:
                return None
            place = first.with_name(f"{first.stem}~{number}{first.suffix}")
        return None

    def _keep(self, original: Path, place: Path) -> bool:
        size = original.stat().st_size
        if self._used is None:
            self._used = sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())
        make_folder(place.parent, 0o700)
        if self._used + size > self._root.backup_gb * GB or size > free_bytes(place.parent):
            raise DiskFull(
                f"There is no room for a copy of {original.name}, and so nothing was written into it.",
                advice=f"Raise backup_gb of the root {self._root.name!r}, or move copies away from {self._folder}.",
            )
        part = place.with_name(f"{part_head(place.name)}part")
        try:
            shutil.copy2(original, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
        fsync_folder(place.parent)
        self._used += size
        return True
