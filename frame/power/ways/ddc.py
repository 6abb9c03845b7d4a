"""A monitor's own controls over its cable (DDC/CI, by ddcutil): power 0xD6, brightness 0x10. Slow; not all have it."""

from __future__ import annotations

import re

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused

_POWER, _BRIGHTNESS = "d6", "10"
_ON, _OFF = "01", "04"


class Ddc:
    name = "ddc"
    dims = True

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        if not list(around.dev.glob("i2c-*")):
            raise PanelRefused("There is no /dev/i2c-*: the module i2c-dev is not loaded.")
        if self.read() is None:
            raise PanelRefused("The monitor does not tell its power over DDC.")

    def set(self, level: int) -> None:
        self._around.run("ddcutil", "setvcp", _POWER, _ON if level else _OFF, "--noverify")
        if level:
            self._around.run("ddcutil", "setvcp", _BRIGHTNESS, str(level), "--noverify")

    def read(self) -> bool | None:
        told = re.search(r"VCP D6 SNC x([0-9a-f]{2})", self._around.run("ddcutil", "getvcp", _POWER, "--terse"))
        return None if told is None else told[1] == _ON
