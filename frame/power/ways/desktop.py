"""A desktop's own tools: wlopm and wlr-randr under Wayland (labwc, sway), xset under X11.

wlopm comes first: wlr-randr takes the output out of the layout, and some desktops bring it back by themselves.
"""

from __future__ import annotations

import re

from frame.power.ways.contract import Surroundings
from sync.errors import PanelRefused


class Wlopm:
    name = "wlopm"
    dims = False

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        around.run("wlopm")

    def set(self, level: int) -> None:
        self._around.run("wlopm", "--on" if level else "--off", "*")

    def read(self) -> bool | None:
        states = [line.split()[-1] for line in self._around.run("wlopm").splitlines() if line.strip()]
        return any(state == "on" for state in states) if states else self._around.connectors_lit()


class WlrRandr:
    name = "wlr-randr"
    dims = False

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._outputs = list(self._enabled())
        if not self._outputs:
            raise PanelRefused("wlr-randr names no output.")

    def set(self, level: int) -> None:
        for output in self._outputs:
            self._around.run("wlr-randr", "--output", output, "--on" if level else "--off")

    def read(self) -> bool | None:
        return any(self._enabled().values())

    def _enabled(self) -> dict[str, bool]:
        """Every output, and whether it is on: a line that is not indented names one."""
        found: dict[str, bool] = {}
        name = ""
        for line in self._around.run("wlr-randr").splitlines():
            if line[:1].strip():
                name = line.split()[0]
                found[name] = False
            elif name and line.strip() == "Enabled: yes":
                found[name] = True
        return found


class Xset:
    name = "xset"
    dims = False

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        if not re.search(r"^\s*DPMS is ", around.run("xset", "q"), re.MULTILINE):
            raise PanelRefused("This X server cannot switch its monitor.")

    def set(self, level: int) -> None:
        # Times of 0: else X11 darkens a lit wall by itself because nobody types.
        self._around.run("xset", "s", "off", "dpms", "0", "0", "0", "dpms", "force", "on" if level else "off")

    def read(self) -> bool | None:
        told = re.search(r"Monitor is (?:in )?(\w+)", self._around.run("xset", "q"))
        return None if told is None else told[1] == "On"
