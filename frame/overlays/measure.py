"""How large words are and how far from the edge they stand, for a wall of any size. Pure; needs no picture."""

from __future__ import annotations

from frame.render.layout import Size

LETTERS, SMALLEST = 0.032, 18.0
"""Height of the first line as a share of the wall's shorter side, and never below so many pixels."""
MARGIN = 0.036
DRIFT = 0.006
TIME, DATE = 2.3, 0.82
"""Sizes beside that of a photo's first line."""


def letter_size(canvas: Size, scale: float) -> int:
    """Pixels of the first line's letters."""
    return max(6, round(max(min(canvas) * LETTERS, min(SMALLEST, min(canvas) / 14)) * scale))


def margin(canvas: Size) -> int:
    return round(min(canvas) * MARGIN)


def drifted(canvas: Size, drift: tuple[float, float]) -> tuple[int, int]:
    """How far words stand from their place, in pixels; each of `drift` is -1 to 1."""
    reach = max(2.0, min(canvas) * DRIFT)
    return round(drift[0] * reach), round(drift[1] * reach)
