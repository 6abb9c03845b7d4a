"""How much of a wall the clock may take at any minute of any day, so that words and pictures keep out of its way.

Pure but for the fonts. Called by style, once for each wall and language, and by the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import partial

from msgspec.structs import replace

from frame.overlays.boxes import shared
from frame.overlays.captions import clock_text
from frame.overlays.fonts import Fonts
from frame.overlays.locale import Locale
from frame.overlays.measure import DATE, TIME, drifted, letter_size, margin
from frame.overlays.writing import LEADING, Line, length
from frame.render.layout import Size
from sync.settings.wall import Corner, Words

_HAIR = 1.02
"""Digits are not equally wide in every font."""
_DAYS = [date(2026, 1, 20) + timedelta(days=step) for step in range(0, 365, 8)]
"""Every weekday and every month, on days of two digits for the most part."""

_COVERED = 0.05
"""Of a head: with less of it below it a clock stays where it is."""

Place = tuple[int, int, int, int]


def clock_corner(canvas: Size, words: Words, size: Size, heads: Sequence[Place]) -> Corner:
    """Where the clock stands on a picture with these heads: at its own place, or where that covers one, at the nearest
    that covers none, not the words' if there is another; its own where all do."""

    def covers(corner: Corner) -> bool:
        place = clock_place(canvas, replace(words, clock_position=corner), size)
        return place is not None and any(shared(place, head) > _COVERED * _area(head) for head in heads)

    own = words.clock_position
    if not covers(own):
        return own
    others = sorted((corner for corner in Corner if corner is not own), key=partial(_apart, own))
    free = [corner for corner in others if not covers(corner)]
    return next((corner for corner in free if corner is not words.position), free[0] if free else own)


def _apart(own: Corner, other: Corner) -> tuple[bool, bool, bool]:
    """Nobody puts a clock into the middle who wants it in a corner; the eye looks for it in the same row."""
    row, _, side = own.partition("-")
    return (other.endswith("middle") and side != "middle", not other.startswith(row), not other.endswith(side))


def _area(box: Place) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def clock_lines_on(canvas: Size, words: Words, lines: Sequence[str]) -> list[Line]:
    """What the clock says, as it is written on that wall."""
    size, style = letter_size(canvas, words.size / 100), words.font or "sans"
    timely = [text[:1].isdigit() and ":" in text for text in lines]
    sizes = [round(size * (TIME if large else DATE)) for large in timely]
    return [Line(text, rows, 1.0, style) for text, rows in zip(lines, sizes, strict=True)]


def clock_size(canvas: Size, words: Words, locale: Locale, fonts: Fonts) -> Size:
    """The largest that it gets; nothing where none is wanted."""
    times = [clock_text(time(hour, 58), words, locale) for hour in (0, 8, 10, 20)] if words.clock else []
    days = [locale.weekday(day) for day in _DAYS] if words.date else []
    wide, rows = 0.0, 0.0
    for texts in filter(None, (times, days)):
        lines = clock_lines_on(canvas, words, texts)
        wide = max(wide, *(length(line, fonts) for line in lines))
        rows += lines[0].size * LEADING
    return min(canvas[0], round(wide * _HAIR)), min(canvas[1], round(rows))


def clock_place(canvas: Size, words: Words, size: Size) -> Place | None:
    """What it may cover of the wall, wherever it wanders: left, top, right, bottom; None without one."""
    if not any(size):
        return None
    edge = margin(canvas)
    across, down = drifted(canvas, (1.0, 1.0))
    position = words.clock_position
    left = edge if position.endswith("left") else canvas[0] - size[0] - edge
    if position.endswith("middle"):
        left = (canvas[0] - size[0]) // 2
    top = edge if position.startswith("top") else canvas[1] - size[1] - edge
    return (left - across, top - down, left + size[0] + across, top + size[1] + down)
