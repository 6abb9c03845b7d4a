"""A television over HDMI-CEC, by cec-ctl (v4l-utils): some ignore a signal that stops and obey only this."""

from __future__ import annotations

import re

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused

_TELEVISION = "0"


class Cec:
    name = "cec"
    dims = False

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        devices = sorted(around.dev.glob("cec*"))
        if not devices:
            raise PanelRefused("There is no /dev/cec*.")
        # A Pi has one for each of its sockets; only that of the television answers.
        for device in devices:
            self._device = str(device)
            around.run("cec-ctl", "-d", self._device, "--playback", "-S")
            if self.read() is not None:
                return
        raise PanelRefused("No television answers over CEC.")

    def set(self, level: int) -> None:
        if level:
            self._tell("--image-view-on")
            self._tell("--active-source", "phys-addr=" + self._address())
        else:
            self._tell("--standby")

    def read(self) -> bool | None:
        """On its way up counts as on: it is asked again."""
        told = re.search(r"pwr-state: ([\w-]+)", self._tell("--give-device-power-status"))
        return None if told is None else told[1] in ("on", "to-on")

    def _tell(self, *words: str) -> str:
        return self._around.run("cec-ctl", "-d", self._device, "-t", _TELEVISION, *words)

    def _address(self) -> str:
        told = re.search(r"Physical Address\s*:\s*([0-9a-f.]+)", self._around.run("cec-ctl", "-d", self._device))
        return told[1] if told else "0.0.0.0"  # noqa: S104 - CEC's own notation, no address of a network
