"""Gives pictures and words each their room: where a word or the clock would cover a picture on a board, the picture
gives way. Pure but for the fonts; called by paint before anything is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from frame.overlays.boxes import Place, corners, gap_on, meet, shrunk
from frame.overlays.fonts import Fonts
from frame.overlays.labels import Label, labels
from frame.render.layout import NOTHING, Clear, Plan, Size, Subject, heads_on
from frame.render.request import Wording

_TRIES = 5
_LEAST = 0.3
"""Of what a picture covers where nothing is written."""
_SMALLER = (1.0, 0.8, 0.64)


def settled(
    lay_out: Callable[[Clear], Plan], words: Wording, fonts: Fonts, subjects: Sequence[Subject]
) -> tuple[Plan, list[Label]]:
    """Pictures and words once each has its room. Words that are wanted large give way before a picture becomes a
    stamp."""
    least = _LEAST * _area(lay_out(NOTHING))
    for share in _SMALLER:
        said = replace(words, scale=words.scale * share)
        where, made = _settled(lay_out, said, fonts, subjects)
        if _area(where) >= least or said.scale <= 1:
            break
    return where, made


def _area(where: Plan) -> int:
    return sum(pane.place[2] * pane.place[3] for pane in where.panes)


def _settled(
    lay_out: Callable[[Clear], Plan], words: Wording, fonts: Fonts, subjects: Sequence[Subject]
) -> tuple[Plan, list[Label]]:
    """What makes room below may come in the way of a clock above."""
    clear = NOTHING
    where = lay_out(clear)
    made = labels(where, words, fonts, heads_on(where, subjects))
    for _ in range(_TRIES):
        needed = rows_needed(made, where, words)
        wider = Clear(*map(max, clear, needed))
        if wider == clear:
            break
        clear = wider
        where = lay_out(clear)
        made = labels(where, words, fonts, heads_on(where, subjects))
    return where, made


def rows_needed(made: Sequence[Label], plan: Plan, words: Wording) -> Clear:
    """Rows above, below and between that a board must leave free so that no word and no clock covers a picture."""
    if plan.backdrop != "mat":
        return NOTHING
    panes = [corners(pane.place) for pane in plan.panes]
    above = below = between = 0
    top = words.position.startswith("top")
    for label in made:
        if not any(meet(label.box, pane) for pane in panes):
            continue
        last = label.pane == (0 if top else len(panes) - 1)
        if not last and plan.canvas[0] < plan.canvas[1]:
            between = max(between, label.rows)
        elif top:
            above = max(above, label.rows)
        else:
            below = max(below, label.rows)
    clock = words.clock
    beside = 0
    if clock is not None and any(meet(clock, pane) for pane in panes):
        whole = (panes[0][0], panes[0][1], panes[-1][2], panes[-1][3])
        above, below, beside = _for_clock(Clear(above, below), shrunk(clock, -gap_on(plan.canvas)), whole, plan.canvas)
    return Clear(above, below, between, beside)


def _for_clock(clear: Clear, clock: Place, whole: Place, canvas: Size) -> tuple[int, int, int]:
    """Rows above and below and columns at both sides, in the way that leaves the pictures larger."""
    top = clock[1] < canvas[1] / 2
    above = max(clear.above, clock[3]) if top else clear.above
    below = clear.below if top else max(clear.below, canvas[1] - clock[1])
    columns = min(clock[2], canvas[0] - clock[0])
    narrower = (canvas[0] - 2 * columns) / (whole[2] - whole[0])
    lower = (canvas[1] - above - below) / (whole[3] - whole[1])
    return (clear.above, clear.below, columns) if narrower > lower else (above, below, 0)
