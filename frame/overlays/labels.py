"""Puts the words of a wall where they are wanted: in a corner of the picture, or on the board below it.

Words stay inside the margin, out of the clock's way and off faces; where the wanted corner has none of that to offer
the next best is taken. Called by settling; `write` by paint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from PIL import Image

from frame.overlays.boxes import Place, across, corners, gap_on, inside, meet, placed, shared, shrunk
from frame.overlays.contrast import lay
from frame.overlays.fonts import Fonts
from frame.overlays.measure import drifted, letter_size, margin
from frame.overlays.wrapping import wrapped
from frame.overlays.writing import Ink, Line, ink
from frame.render.layout import Plan
from frame.render.request import Wording

_REST = 0.8
"""The other lines beside the first."""
_WIDEST, _LONGEST = 0.62, 1.25
"""Of the wall's width, and of its shorter side: nobody reads a line across a whole room."""
_MOST_ROWS, _MOST_NARROW = 2, 7
_NARROW = 0.5
"""A column with less than this of the wall's shorter side breaks a caption oftener, the narrower it is."""
_TALLEST = 0.32
"""Of the wall's height, below a picture: more rows make the picture smaller, and a narrower column takes more rows."""
_BESIDE = 0.24
"""A board that is so much of the wall's width on each side has room for words."""
_BAR_LETTERS = 9
"""Black or blur beside a picture that is so many letters wide has room for words."""


@dataclass(frozen=True)
class Label:
    """Written lines and where they go."""

    ink: Ink
    corner: tuple[int, int]
    pane: int = 0
    """Below (or above) which picture it stands."""
    rows: int = 0
    """What it needs between that picture and the next one, or the edge of the wall."""
    within: Place | None = None
    """The picture of several that it lies on: a shade for it darkens no other one."""

    @property
    def box(self) -> Place:
        left, top = self.corner
        return (left, top, left + self.ink.size[0], top + self.ink.size[1])


class _Writer:
    """The words of one wall."""

    def __init__(self, plan: Plan, words: Wording, fonts: Fonts, faces: Sequence[Place]) -> None:
        self._words, self._fonts, self._faces = words, fonts, faces
        self._canvas = plan.canvas
        self._edge = margin(plan.canvas)
        self._gap = gap_on(plan.canvas)
        self._panes = [corners(pane.place) for pane in plan.panes]

    def over(self, block: Sequence[str], region: Place) -> Label:
        """Over a picture: at the wanted place, or the next best where that covers a face."""
        tries = [self._at(block, region, position) for position in _others(self._words.position)[:1]]
        if self._covers(tries[0]):
            tries += [self._at(block, region, position) for position in _others(self._words.position)[1:]]
        return min(tries, key=self._covers)

    def on_picture(self, block: Sequence[str], number: int) -> Label:
        """Over one of several, whose words they are; a shade for them darkens no other one."""
        place = self._panes[number]
        return replace(self.over(block, place), within=place)

    def on_wall(self, block: Sequence[str]) -> Label:
        """Over all of it, in line with the clock; but what would lie half on a picture and half beside it is seen
        before both, and goes wholly onto the picture."""
        label = self.over(block, self._bar())
        if not any(meet(label.box, pane) and not inside(label.box, pane) for pane in self._panes):
            return label
        stands_last = self._words.position.endswith("right") or (self._stacked and "bottom" in self._words.position)
        number = -1 if stands_last else 0
        moved, place = self.on_picture(block, number), self._panes[number]
        wide = place[2] - place[0] >= min(self._canvas) * _NARROW
        return moved if wide and inside(moved.box, place) else label

    def _bar(self) -> Place:
        """The whole wall, or what a picture that does not fill it leaves at the wanted side, where words fit into
        that."""
        left, right = self._panes[0][0], self._panes[-1][2]
        width, height = self._canvas
        least = _BAR_LETTERS * letter_size(self._canvas, self._words.scale) + 2 * self._edge
        if self._words.position.endswith("left") and left >= least:
            return (0, 0, left, height)
        if self._words.position.endswith("right") and width - right >= least:
            return (right, 0, width, height)
        return (0, 0, width, height)

    def _at(self, block: Sequence[str], region: Place, position: str) -> Label:
        room = shrunk(region, self._edge)
        written = self._ink(block, self._widest(room[2] - room[0]), position)
        box = placed(written.size, room, position)
        clock = self._words.clock
        if clock is not None and meet(box, self._around(clock)):
            room = self._beside_clock(room, position, clock)
            written = self._ink(block, self._widest(room[2] - room[0]), position)
            box = placed(written.size, room, position)
        return Label(written, self._drifted(box))

    def _beside_clock(self, room: Place, position: str, clock: Place) -> Place:
        """What is left beside it where that is wide enough, else above or below it."""
        left, top, right, bottom = room
        around = self._around(clock)
        if position.endswith("left") and around[0] - left >= min(self._canvas) * _NARROW:
            return (left, top, around[0], bottom)
        if position.endswith("right") and right - around[2] >= min(self._canvas) * _NARROW:
            return (around[2], top, right, bottom)
        if position.startswith("top"):
            return (left, min(bottom, around[3]), right, bottom)
        return (left, top, right, max(top, around[1]))

    def below(self, block: Sequence[str], numbers: range, region: Place) -> Label:
        """On a board below (or above) pictures, in line with their edge; beside them where only there is room."""
        position = self._words.position
        top = position.startswith("top")
        first, last = self._panes[numbers[0]], self._panes[numbers[-1]]
        written = self._ink(block, self._widest(region[2] - region[0]), position, round(self._canvas[1] * _TALLEST))
        box = placed(written.size, region, position)
        height = written.size[1]
        number = numbers[0] if top else numbers[-1]
        limit, rows = self._limit(number, box, top=top)
        at = first[1] - self._gap - height if top else last[3] + self._gap
        fits = at >= limit if top else at + height <= limit
        if not fits and len(self._panes) == 1 and (beside := self._beside(block)) is not None:
            return beside
        at = max(limit, at) if top else min(limit - height, at)
        rows += height + self._gap
        # In line with the picture's edge, and wandering only up and down: a little beside it would look like a slip.
        return Label(written, (box[0], self._drifted((box[0], at, box[2], at + height))[1]), number, rows)

    def _limit(self, number: int, box: Place, *, top: bool) -> tuple[int, int]:
        """The row that words may reach up (or down) to, and how many are lost to whatever is there."""
        clock = self._words.clock
        beyond = number - 1 if top else number + 1
        if self._stacked and 0 <= beyond < len(self._panes):
            # Nearer to its own picture than to the next, or nobody knows whose words they are.
            other, apart = self._panes[beyond], 2 * self._gap
            return (other[3] + apart, apart) if top else (other[1] - apart, apart)
        limit = self._edge if top else self._canvas[1] - self._edge
        if clock is not None:
            around = self._around(clock)
            if around[0] < box[2] and box[0] < around[2] and (clock[1] < self._canvas[1] / 2) == top:
                limit = around[3] if top else around[1]
        return limit, limit if top else self._canvas[1] - limit

    def _beside(self, block: Sequence[str]) -> Label | None:
        """On the board at the side, ending where the picture ends."""
        left, top, right, bottom = self._panes[0]
        position = self._words.position
        if position.endswith("middle") or left < self._canvas[0] * _BESIDE:
            return None
        at_left = position.endswith("left")
        room = (self._edge, top, left - self._edge, bottom)
        if not at_left:
            room = (right + self._edge, top, self._canvas[0] - self._edge, bottom)
        clock = self._words.clock
        if clock is not None and across(room, self._around(clock)):
            around = self._around(clock)
            if clock[1] < self._canvas[1] / 2:
                top = max(top, around[3])
            else:
                bottom = min(bottom, around[1])
            room = (room[0], top, room[2], bottom)
        written = self._ink(block, room[2] - room[0], position)
        return Label(written, self._drifted(placed(written.size, room, position)))

    @property
    def _stacked(self) -> bool:
        return len(self._panes) > 1 and self._panes[0][0] < self._panes[1][2] and self._panes[1][0] < self._panes[0][2]

    def _ink(self, block: Sequence[str], width: int, position: str, tallest: int | None = None) -> Ink:
        """Where it would be too tall a caption is cut short, and then the last lines are left out."""
        width = max(1, width)
        size = letter_size(self._canvas, self._words.scale)
        style = self._words.style
        lines = [Line(block[0], size, style=style)]
        lines += [Line(text, round(size * _REST), 0.86, style) for text in block[1:]]
        short = min(self._canvas)
        most = _MOST_ROWS if width >= short * _NARROW else min(_MOST_NARROW, ceil(_MOST_ROWS * short * 0.9 / width))
        right, middle = position.endswith("right"), position.endswith("middle")
        while True:
            rows = [row for line in lines for row in wrapped(line, width, self._fonts, most)]
            written = ink(rows, width, self._fonts, right=right, middle=middle)
            if tallest is None or written.size[1] <= tallest or most == len(lines) == 1:
                return written
            if most > 1:
                most -= 1
            else:
                lines.pop()

    def _widest(self, room: int) -> int:
        short = min(self._canvas)
        return min(room, max(round(min(room * _WIDEST, short * _LONGEST)), round(short * 0.9)))

    def _around(self, clock: Place) -> Place:
        return shrunk(clock, -self._gap)

    def _drifted(self, box: Place) -> tuple[int, int]:
        across, down = drifted(self._canvas, self._words.drift)
        return max(0, box[0] + across), max(0, box[1] + down)

    def _covers(self, label: Label) -> int:
        """How many pixels of faces."""
        return sum(shared(label.box, face) for face in self._faces)


def labels(plan: Plan, words: Wording, fonts: Fonts, faces: Sequence[Place] = ()) -> list[Label]:
    """The words of each picture, or of all of them, at their places; `faces` are where heads are on the wall."""
    writer = _Writer(plan, words, fonts, faces)
    count = len(plan.panes)
    own = len(words.blocks) == count
    blocks = list(words.blocks)[: count if own else 1]
    made = []
    for number, block in enumerate(blocks):
        if not block:
            continue
        numbers = range(number, number + 1) if own else range(count)
        if plan.backdrop == "mat":
            made.append(writer.below(block, numbers, _in_line(plan, numbers, words.position)))
        else:
            made.append(writer.on_picture(block, number) if own and count > 1 else writer.on_wall(block))
    return _level(made, plan, words)


def _in_line(plan: Plan, numbers: range, position: str) -> Place:
    """Across: from the pictures' edge; where nothing hangs beside them it may reach as far as the other margin."""
    edge = margin(plan.canvas)
    places = [corners(plan.panes[number].place) for number in numbers]
    left, right = min(place[0] for place in places), max(place[2] for place in places)
    if len(numbers) == len(plan.panes) or plan.canvas[0] < plan.canvas[1]:
        wide = plan.canvas[0] - edge
        aside = min(left - edge, wide - right)
        left, right = {
            "left": (left, wide), "right": (edge, right), "middle": (left - aside, right + aside),
        }[position.rpartition("-")[2]]  # fmt: skip
    return (left, 0, right, plan.canvas[1])


def _level(made: list[Label], plan: Plan, words: Wording) -> list[Label]:
    """Below two pictures that hang side by side the first lines stand level, unless one gave way to a face or a
    clock."""
    if len(made) < 2 or not words.position.startswith("bottom") or plan.canvas[0] < plan.canvas[1]:
        return made
    if plan.backdrop != "mat" and made[0].box[3] != made[1].box[3]:
        return made
    highest = min(label.corner[1] for label in made)
    return [replace(label, corner=(label.corner[0], highest)) for label in made]


def write(canvas: Image.Image, made: Sequence[Label]) -> None:
    for label in made:
        lay(canvas, label.ink, label.corner, within=label.within)


def _others(position: str) -> list[str]:
    """All places, the wanted one first, then those that differ least from it."""
    row, _, side = position.partition("-")
    sides = {"left": ["right", "middle"], "right": ["left", "middle"], "middle": ["left", "right"]}[side]
    other = "top" if row == "bottom" else "bottom"
    return [position, *(f"{row}-{each}" for each in sides), *(f"{other}-{each}" for each in (side, *sides))]
