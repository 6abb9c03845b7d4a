"""The kernel's backlights (DSI touch displays): /sys/class/backlight, which a udev rule opens to the group video."""

from __future__ import annotations

from pathlib import Path

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused

_LIT, _DARK = "0", "4"


class Backlight:
    name = "backlight"
    dims = True

    def __init__(self, around: Surroundings) -> None:
        self._folders = sorted((around.sys / "class" / "backlight").glob("*"))
        if not self._folders:
            raise PanelRefused("There is no backlight in /sys/class/backlight.")
        self._most = {folder: int(_read(folder / "max_brightness")) for folder in self._folders}

    def set(self, level: int) -> None:
        for folder, most in self._most.items():
            if level:
                # 1 at least: some panels take 0 for off and never come back by bl_power.
                _write(folder / "brightness", str(max(1, round(most * level / 100))))
            _write(folder / "bl_power", _LIT if level else _DARK)

    def read(self) -> bool | None:
        return any(_read(folder / "bl_power") == _LIT for folder in self._folders)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise PanelRefused(f"{path} cannot be read: {error.strerror}.") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="ascii")
    except OSError as error:
        raise PanelRefused(f"{path} cannot be written: {error.strerror}.") from error
