"""Pictures as files: `000001.png`, `000002.png`, … and `current.png`, which is replaced whole each time.

For trying out, for tests and for whatever shows a picture file. The numbered files are bounded (the oldest go), so
that a wall left running does not fill the disk. A file is complete or not there; none is fsynced: the next picture
is on its way. Opened by probe.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from frame.displays.contract import Above
from frame.displays.keys import TerminalKeys
from frame.displays.pixels import corners
from sync.errors import DisplayLost

DEFAULT_SIZE = (1920, 1080)
_NUMBERED = re.compile(r"(\d{6,})\.png")


class FileDisplay:
    """Writes into `folder`, made if need be; `last` is the file that was written last. `keep` bounds the numbered."""

    animated = False

    def __init__(
        self, folder: Path, *, size: tuple[int, int] = DEFAULT_SIZE, keep: int = 500, stand_in: bool = False
    ) -> None:
        self.stand_in = stand_in
        self.size = size
        self.name = f"files {folder} {size[0]}x{size[1]}"
        self.last: Path | None = None
        self._folder, self._keep = folder, keep
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part in folder.glob(".*.part"):
                part.unlink(missing_ok=True)
            names = [path.name for path in folder.iterdir()]
            self._numbers = sorted(int(found[1]) for name in names if (found := _NUMBERED.fullmatch(name)))
        except OSError as error:
            raise DisplayLost(
                f"{folder} cannot hold pictures: {error.strerror}.", folder=str(folder), errno=error.errno
            ) from error
        self._number = self._numbers[-1] if self._numbers else 0
        self._keys = TerminalKeys()

    def prepare(self, picture: Image.Image) -> Image.Image:
        return picture.copy()

    def show(self, picture: Image.Image) -> None:
        try:
            self._show(picture)
        except OSError as error:
            raise DisplayLost(f"{self._folder}: {error.strerror or error}.", folder=str(self._folder)) from error

    def _show(self, picture: Image.Image) -> None:
        current, part = self._folder / "current.png", self._folder / ".current.png.part"
        picture.save(part, "PNG", compress_level=1)
        if self._keep == 0:
            part.replace(current)
            self.last = current
            return
        self._number += 1
        numbered = self._path(self._number)
        part.replace(numbered)
        try:
            os.link(numbered, part)
        except OSError:
            shutil.copyfile(numbered, part)
        part.replace(current)
        self.last = numbered
        self._numbers.append(self._number)
        while len(self._numbers) > self._keep:
            self._path(self._numbers.pop(0)).unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.png"

    def blend(self, old: Image.Image, new: Image.Image, fraction: float) -> None:
        self.show(Image.blend(old, new, min(1.0, max(0.0, fraction))))

    def slide(self, old: Image.Image, new: Image.Image, fraction: float, way: tuple[int, int]) -> None:
        both = Image.new("RGB", self.size)
        for picture, corner in zip((old, new), corners(self.size, fraction, way), strict=True):
            both.paste(picture, corner)
        self.show(both)

    def patch(self, picture: Image.Image, part: Image.Image, corner: tuple[int, int], *, shown: bool) -> None:
        picture.paste(part, corner)
        if not shown:
            return
        current, new = self._folder / "current.png", self._folder / ".current.png.part"
        try:
            picture.save(new, "PNG", compress_level=1)
            new.replace(current)
        except OSError as error:
            raise DisplayLost(f"{self._folder}: {error.strerror or error}.", folder=str(self._folder)) from error

    def put_above(self, pieces: Sequence[Above]) -> None:
        """Nothing is seen here as it happens."""

    def events(self) -> list[str]:
        return self._keys.verbs()

    def close(self) -> None:
        self._keys.close()
