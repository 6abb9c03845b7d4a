"""Which ways this machine has to switch its panel: as told, or all that answer, the surest first; and why no others.

What is on the display decides: a desktop's tools for a window, the card for the bare screen, blanking for the
framebuffer; a backlight, DDC and CEC for any panel.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from frame.power.ways.backlight import Backlight
from frame.power.ways.blank import Blank
from frame.power.ways.cec import Cec
from frame.power.ways.contract import Surroundings, Way
from frame.power.ways.ddc import Ddc
from frame.power.ways.desktop import Wlopm, WlrRandr, Xset
from frame.power.ways.drm import Drm
from sync.errors import PanelRefused

_TOOLS = {"wlopm": "wlopm", "wlr-randr": "wlr-randr", "xset": "xset", "ddc": "ddcutil", "cec": "cec-ctl"}


def find_ways(method: str, display: str, around: Surroundings) -> tuple[list[Way], list[str]]:
    """`display` is the open display's own name. Gives the ways and the sentences of those that are none."""
    ways: list[Way] = []
    reasons: list[str] = []
    for name in order(method, display, around):
        try:
            ways.append(_open(name, display, around))
        except (PanelRefused, ValueError) as error:
            reasons.append(f"{name}: {error}")
    return ways, reasons


def order(method: str, display: str, around: Surroundings) -> list[str]:
    """What is tried."""
    if method == "none":
        return []
    if method != "auto":
        return [method]
    if "wayland" in display or ("x11" in display and around.environ.get("WAYLAND_DISPLAY")):
        own = ["wlopm", "wlr-randr"]
    elif "x11" in display:
        own = ["xset"]
    elif "kmsdrm" in display.casefold():
        own = ["drm"]
    elif display.startswith("framebuffer"):
        own = ["framebuffer"]
    else:
        return []  # picture files and the like have no panel
    # A backlight first: it is the panel's own, and the only one of a display on the ribbon cable that can dim.
    return ["backlight", *own, "ddc", "cec"]


def _open(name: str, display: str, around: Surroundings) -> Way:
    tool = _TOOLS.get(name)
    if tool is not None and not around.has(tool):
        raise PanelRefused(f"{tool} is not installed.")
    if name == "framebuffer":
        words = display.split()
        return Blank(around, Path(words[1]) if words[:1] == ["framebuffer"] else around.dev / "fb0")
    makers: dict[str, Callable[[Surroundings], Way]] = {
        "wlopm": Wlopm, "wlr-randr": WlrRandr, "xset": Xset, "drm": Drm, "backlight": Backlight, "ddc": Ddc, "cec": Cec,
    }  # fmt: skip
    return makers[name](around)
