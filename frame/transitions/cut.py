"""At once. The transition of displays that are not animated."""

from __future__ import annotations

from frame.displays.contract import Display, Prepared


def cut(display: Display, new: Prepared) -> None:
    """Show the new picture."""
    display.show(new)
