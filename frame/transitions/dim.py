"""A dark or dimmed picture on a panel that stays lit: black, or the picture mixed with black."""

from __future__ import annotations

from PIL import Image

from frame.displays.contract import Display, Prepared


def black(display: Display) -> Prepared:
    """Nothing but black, ready for this display."""
    return display.prepare(Image.new("RGB", display.size))


def show_dimmed(display: Display, dark: Prepared, picture: Prepared, *, level: int) -> None:
    """The picture at `level` percent of its light. Raises DisplayLost."""
    if level >= 100:
        display.show(picture)
    elif level <= 0:
        display.show(dark)
    else:
        display.blend(dark, picture, level / 100)
