"""Breaks a line of words into rows as a typesetter would: between words, between the facts of a line, and where a
script has no spaces between its letters; rows of about one length, so that no last word stands alone.

Pure but for the fonts; called by labels and by the welcome picture.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from frame.overlays.fonts import Fonts, script_of
from frame.overlays.writing import Line, length
from frame.render.request import BETWEEN

_ROOM = 0.995
"""Words are measured one by one, and may stand a hair wider together."""
_STEPS = 8
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR")
_NEVER_FIRST = "、。，．・：；！？）］｝」』】〉》〕’”…ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?;:)]}ๆฯ"
_NEVER_LAST = "（［｛「『【〈《〔‘“([{เแโใไ"


@dataclass(frozen=True)
class _Piece:
    """What is never broken, and what stands between it and the piece before it in one row."""

    before: str
    text: str
    wide: float
    gap: float


def wrapped(line: Line, width: int, fonts: Fonts, most: int) -> list[Line]:
    """The line on at most so many rows; the last one takes what is left, for `ink` to cut short."""
    room = width * _ROOM
    pieces = _pieces(line, _facts(line.text), fonts)
    if any(piece.wide > room for piece in pieces) or len(rows := _rows(pieces, room)) > most:
        facts, pieces = pieces, _pieces(line, _words(line.text), fonts)
        rows = _rows(pieces, room)
        if len(rows) > most > 1 and (end := _ending(facts, room)):
            # What is cut short is the long name of a place, and not the day that stands behind it.
            rest = replace(line, text=_joined(facts[:-end]))
            return [*wrapped(rest, width, fonts, most - 1), replace(line, text=_joined(facts[-end:]))]
    if 1 < len(rows) <= most:
        rows = _balanced(pieces, room, len(rows))
    kept = [*rows[: most - 1], [piece for row in rows[most - 1 :] for piece in row]]
    return [replace(line, text=text) for row in kept if (text := _joined(row))]


def _facts(text: str) -> list[tuple[str, str]]:
    """What stands between two of them is left out at the end of a row."""
    return [(BETWEEN if at else "", fact) for at, fact in enumerate(text.split(BETWEEN))]


def _words(text: str) -> list[tuple[str, str]]:
    """Each word, or each letter of a script without spaces, with what stands before it."""
    found: list[tuple[str, str]] = []
    for word in text.split():
        before = " " if found else ""
        start = 0
        for at, (one, other) in enumerate(pairwise(word), start=1):
            if _may_break(one, other):
                found.append((before, word[start:at]))
                before, start = "", at
        found.append((before, word[start:]))
    return found


def _may_break(one: str, other: str) -> bool:
    if other in _NEVER_FIRST or one in _NEVER_LAST or unicodedata.category(other).startswith("M"):
        return False
    return any(script_of(letter) in _UNSPACED or letter in "、。，！？」』）" for letter in (one, other))


def _pieces(line: Line, parts: Sequence[tuple[str, str]], fonts: Fonts) -> list[_Piece]:
    def wide(text: str) -> float:
        return length(replace(line, text=text), fonts) if text else 0.0

    gaps = {before: wide(f"x{before}x") - wide("xx") for before in {before for before, _ in parts}}
    return [_Piece(before, text, wide(text), gaps[before]) for before, text in parts]


def _rows(pieces: Sequence[_Piece], room: float) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = [[]]
    taken = 0.0
    for piece in pieces:
        longer = taken + piece.gap + piece.wide
        if rows[-1] and longer > room:
            rows.append([])
            longer = piece.wide
        rows[-1].append(piece)
        taken = longer
    return rows


def _ending(facts: Sequence[_Piece], room: float) -> int:
    """How many facts at the end of a line have a row for themselves; never the first one."""
    wide, count = 0.0, 0
    for fact in reversed(facts[1:]):
        wide += fact.wide + (fact.gap if count else 0)
        if wide > room:
            break
        count += 1
    return count


def _balanced(pieces: Sequence[_Piece], room: float, count: int) -> list[list[_Piece]]:
    """In the narrowest room that needs no more rows."""
    low, high = min(room, max(piece.wide for piece in pieces)), room
    for _ in range(_STEPS):
        half = (low + high) / 2
        if len(_rows(pieces, half)) > count:
            low = half
        else:
            high = half
    return _rows(pieces, high)


def _joined(row: Sequence[_Piece]) -> str:
    joined = "".join((piece.before if at else "") + piece.text for at, piece in enumerate(row))
    return joined.removeprefix("· ").removesuffix(" ·")
