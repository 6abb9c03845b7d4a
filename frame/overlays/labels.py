"""Puts the words of a wall where they are wanted: in a corner of the picture, or on the board below it.

Called by paint, between hanging the pictures and turning them for the panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image

from frame.overlays.contrast import lay
from frame.overlays.fonts import Fonts
from frame.overlays.measure import drifted, letter_size, margin
from frame.overlays.wrapping import wrapped
from frame.overlays.writing import Ink, Line, ink
from frame.render.layout import Plan, Size
from frame.render.request import Wording

_REST = 0.74
"""The other lines beside the first."""
_WIDEST = 0.62
_MOST_ROWS = 2
_NARROW = 0.5
"""A column with less than this of the wall's shorter side breaks a caption oftener."""
_BESIDE = 0.24
"""A board that is so much of the wall's width on each side has room for words."""

Place = tuple[int, int, int, int]


@dataclass(frozen=True)
class Label:
    """Written lines and where they go."""

    ink: Ink
    corner: tuple[int, int]

    @property
    def box(self) -> Place:
        left, top = self.corner
        return (left, top, left + self.ink.size[0], top + self.ink.size[1])


def labels(plan: Plan, words: Wording, fonts: Fonts) -> list[Label]:
    """The words of each picture, or of all of them, at their places."""
    if plan.backdrop == "mat" and len(plan.panes) > 1 and plan.canvas[0] < plan.canvas[1]:
        # Between two openings of a board there is no room: all words stand below both.
        words = replace(words, blocks=(tuple(dict.fromkeys(line for block in words.blocks for line in block)),))
    regions = [_region(plan, number) for number in range(len(plan.panes))]
    if len(words.blocks) != len(plan.panes):
        regions = [(0, 0, *plan.canvas)]
    elif len(plan.panes) == 1 and plan.backdrop == "mat":
        regions = [_on_board(plan, words)]
    made = [
        _label(block, region, plan.canvas, words, fonts)
        for block, region in zip(words.blocks, regions, strict=False)
        if block
    ]
    if plan.backdrop == "mat":
        # Below two pictures that hang side by side the first lines stand level.
        level = min((label.corner[1] for label in made), default=0)
        made = [replace(label, corner=(label.corner[0], level)) for label in made]
    return made


def rows_needed(made: Sequence[Label], plan: Plan, words: Wording) -> tuple[int, int]:
    """Rows above and below that a board must leave free so that no word and no clock covers a picture."""
    above = below = 0
    if plan.backdrop != "mat":
        return (0, 0)
    if any(_meet(label.box, pane.place) for label in made for pane in plan.panes):
        rows = max(label.ink.size[1] for label in made) + round(margin(plan.canvas) * 1.2)
        above, below = (rows, 0) if words.position.startswith("top") else (0, rows)
    if words.clock is not None and any(_meet(words.clock, pane.place) for pane in plan.panes):
        if words.clock[1] == 0:
            above = max(above, words.clock[3])
        else:
            below = max(below, plan.canvas[1] - words.clock[1])
    return above, below


def write(canvas: Image.Image, made: Sequence[Label]) -> None:
    for label in made:
        lay(canvas, label.ink, label.corner)


def _label(block: Sequence[str], region: Place, canvas: Size, words: Wording, fonts: Fonts) -> Label:
    size = letter_size(canvas, words.scale)
    edge = margin(canvas)
    width = max(1, min(region[2] - 2 * edge, round(max(region[2] * _WIDEST, min(canvas) * 0.9))))
    most = _MOST_ROWS if width >= min(canvas) * _NARROW else 2 * _MOST_ROWS
    lines = [Line(block[0], size, style=words.style)]
    lines += [Line(text, round(size * _REST), 0.86, words.style) for text in block[1:]]
    rows = [row for line in lines for row in wrapped(line, width, fonts, most)]
    right, middle = words.position.endswith("right"), words.position.endswith("middle")
    written = ink(rows, width, fonts, right=right, middle=middle)
    left = region[0] + edge
    if right:
        left = region[0] + region[2] - edge - written.size[0]
    elif middle:
        left = region[0] + (region[2] - written.size[0]) // 2
    top = region[1] + edge + words.clear
    if words.position.startswith("bottom"):
        top = region[1] + region[3] - edge - words.clear - written.size[1]
    across, down = drifted(canvas, words.drift)
    return Label(written, (max(0, left + across), max(0, top + down)))


def _region(plan: Plan, number: int) -> Place:
    """The part of the wall that belongs to one of several pictures."""
    if len(plan.panes) == 1:
        return (0, 0, *plan.canvas)
    left, top, width, height = plan.panes[number].place
    if plan.backdrop != "mat":
        return (left, top, width, height)
    edge = margin(plan.canvas)
    return (left - edge, 0, width + 2 * edge, plan.canvas[1])


def _on_board(plan: Plan, words: Wording) -> Place:
    """Beside a narrow picture, else below (or above) it, in line with its edge."""
    left, _, width, _ = plan.panes[0].place
    across, down = plan.canvas
    if words.position.endswith("left") and left >= across * _BESIDE:
        return (0, 0, left, down)
    if words.position.endswith("right") and left >= across * _BESIDE:
        return (left + width, 0, across - left - width, down)
    edge = margin(plan.canvas)
    return (max(0, left - edge), 0, min(across, width + 2 * edge), down)


def _meet(one: Place, pane: Place) -> bool:
    left, top, width, height = pane
    return one[0] < left + width and left < one[2] and one[1] < top + height and top < one[3]
