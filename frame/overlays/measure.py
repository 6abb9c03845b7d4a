"""How large words are and how far from the edge they stand, for a wall of any size. Pure; needs no picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frame.render.layout import Size

if TYPE_CHECKING:
    from sync.settings_wall import Words

LETTERS, SMALLEST = 0.030, 17.0
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


def clock_rows(canvas: Size, words: Words) -> int:
    """How high it is, for words that share its corner."""
    if not (words.clock or words.date):
        return 0
    size = letter_size(canvas, words.size / 100)
    return round(size * (TIME * words.clock + DATE * words.date) * 1.36 + margin(canvas) * 0.5)


def clock_place(canvas: Size, words: Words) -> tuple[int, int, int, int] | None:
    """About what it covers of the wall: left, top, right, bottom; None without one."""
    rows, edge = clock_rows(canvas, words), margin(canvas)
    if not rows:
        return None
    width = min(canvas[0], round(letter_size(canvas, words.size / 100) * (9 if words.date else 5)) + 2 * edge)
    left = 0 if words.clock_position.endswith("left") else canvas[0] - width
    if words.clock_position.endswith("middle"):
        left = (canvas[0] - width) // 2
    top = 0 if words.clock_position.startswith("top") else canvas[1] - rows - edge
    return (left, top, left + width, top + rows + edge)
