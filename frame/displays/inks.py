"""The colours that e-ink panels really show. Dithered against the pure ones that a driver names, a photo comes out dark
and dull: such a panel's white is a light grey, its green nearly black.

Values are sRGB from 0 to 255, as others measured them; none was measured by us, and no two panels are equal. Used by
eink.
"""

from __future__ import annotations

Colour = tuple[int, int, int]

SPECTRA_6: dict[str, Colour] = {
    "BLACK": (2, 2, 2), "WHITE": (179, 182, 171), "YELLOW": (201, 184, 0), "RED": (117, 10, 0), "BLUE": (0, 47, 107),
    "GREEN": (33, 69, 40),
}  # fmt: skip
"""Photographs of a Waveshare 7.3 inch of six colours, published by the project esp32-photoframe. A second measurement,
of OpenDisplay, differs by up to 37 (in blue and black)."""
ACEP: dict[str, Colour] = {
    "BLACK": (57, 48, 57), "WHITE": (255, 255, 255), "GREEN": (58, 91, 70), "BLUE": (61, 59, 94),
    "RED": (156, 72, 75), "YELLOW": (208, 190, 71), "ORANGE": (177, 106, 73),
}  # fmt: skip
"""What Pimoroni's library has for its own panels of seven colours, relative to their white. Waveshare's of the same
technology were measured by nobody whom we know of."""


def seen_in(names: tuple[str, ...]) -> dict[str, Colour]:
    """For a panel that has just these colours; empty where nobody measured such a one."""
    return next((inks for inks in (SPECTRA_6, ACEP) if set(inks) == set(names)), {})
