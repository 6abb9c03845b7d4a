"""The framebuffer's own blanking. On a Pi's KMS driver it stops the signal, and most panels then sleep."""

from __future__ import annotations

import os
from pathlib import Path

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused

FBIOBLANK = 0x4611
UNBLANK, POWERDOWN = 0, 4


class Blank:
    name = "framebuffer"
    dims = False

    def __init__(self, around: Surroundings, device: Path) -> None:
        self._around, self._device = around, device
        if not device.exists():
            raise PanelRefused(f"There is no {device}.")

    def set(self, level: int) -> None:
        try:
            handle = os.open(self._device, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise PanelRefused(f"{self._device} cannot be opened: {error.strerror}.") from error
        try:
            self._around.ioctl(handle, FBIOBLANK, UNBLANK if level else POWERDOWN)
        except OSError as error:
            raise PanelRefused(f"{self._device} cannot be blanked: {error.strerror}.") from error
        finally:
            os.close(handle)

    def read(self) -> bool | None:
        return self._around.connectors_lit()
