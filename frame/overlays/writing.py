"""Lines of any script to ink: each stretch in a font that has its letters, right to left where it is read so.

Shaping (Arabic's joined letters, Devanagari's clusters) is Pillow's, by raqm. The order of stretches follows the
direction of the line's first letter. Pure but for the fonts; called by labels, the welcome picture and the clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, features

from frame.overlays.fonts import EMOJI_PIXELS, Fonts, has, is_emoji, load
from frame.render.request import BETWEEN

LEADING = 1.36
"""From one line's foot to the next, in sizes."""
_JOINERS = "\u200d\ufe0f\u20e3"
_MAKES_EMOJI = ("\ufe0f", "\u20e3")
"""A letter before one of these is meant as a picture."""
_SHAPES = features.check("raqm")


@dataclass(frozen=True)
class Line:
    """One line of words."""

    text: str
    size: int
    """Of its letters, in pixels."""
    strength: float = 1.0
    """1 is as clear as can be; what matters less is a little fainter."""
    style: str = "sans"


@dataclass(frozen=True)
class Ink:
    """What is written, to be laid over a picture."""

    mask: Image.Image
    """L: where the letters are."""
    colours: Image.Image | None = None
    """RGBA of the same size: emoji, which have colours of their own."""
    row: int = 0
    """How high the largest row is."""

    @property
    def size(self) -> tuple[int, int]:
        return self.mask.size


@dataclass(frozen=True)
class _Stretch:
    text: str
    path: Path | None
    backwards: bool
    emoji: bool = False


def ink(lines: Sequence[Line], width: int, fonts: Fonts, *, right: bool = False, middle: bool = False) -> Ink:
    """Write lines below each other, no wider than `width`: what is longer is cut short with an ellipsis."""
    made = [(line, _shortened(line, width, fonts)) for line in lines]
    widths = [_length(stretches, line.size) for line, stretches in made]
    across = max(1, min(width, max((round(one + 0.5) for one in widths), default=1)))
    down = round(sum(line.size * LEADING for line in lines))
    mask = Image.new("L", (across, max(1, down)))
    colours: Image.Image | None = None
    foot = 0.0
    for (line, stretches), length in zip(made, widths, strict=True):
        foot += line.size * LEADING
        left = across - length if right else (across - length) / 2 if middle else 0.0
        for stretch in stretches:
            at = (left, foot - line.size * (LEADING - 1) * 0.95)
            if stretch.emoji and stretch.path is not None:
                colours = colours or Image.new("RGBA", mask.size)
                _paste_emoji(colours, stretch, at, line.size)
            else:
                level = round(255 * line.strength)
                _draw(mask, stretch, at, line.size, level)
            left += _advance(stretch, line.size)
    return Ink(mask, colours, round(max((line.size for line in lines), default=0) * LEADING))


def length(line: Line, fonts: Fonts) -> float:
    """How many pixels the line takes, uncut."""
    return _length(_stretches(line.text, fonts.readable(line.style, line.size), fonts), line.size)


def backwards(letter: str) -> bool | None:
    """Whether it is read right to left; None for what takes the direction of its surroundings."""
    kind = unicodedata.bidirectional(letter)
    return True if kind in ("R", "AL") else False if kind in ("L", "EN") else None


def _stretches(text: str, style: str, fonts: Fonts) -> list[_Stretch]:
    """In the order in which they stand, from the left."""
    clean = "".join(letter for letter in text if letter.isprintable() or _joins(letter))
    facts = clean.split(BETWEEN)
    if len({_way_of(fact) for fact in facts} - {None}) > 1:
        # A place in Haifa and a day in English: each is read its own way, one after the other.
        parts = [fact if at == 0 else BETWEEN + fact for at, fact in enumerate(facts)]
        return [stretch for part in parts for stretch in _placed(part, style, fonts)]
    return _placed(clean, style, fonts)


def _way_of(text: str) -> bool | None:
    return next((way for way in map(backwards, text) if way is not None), None)


def _placed(clean: str, style: str, fonts: Fonts) -> list[_Stretch]:
    separator = BETWEEN if clean.startswith(BETWEEN) else ""
    rest = clean[len(separator) :]
    whole = bool(_way_of(rest))
    before = [_Stretch(separator, fonts.face(style), False)] if separator else []
    return before + _ordered(list(_loosened(_logical(rest, style, fonts, whole), whole)), backwards_line=whole)


def _logical(clean: str, style: str, fonts: Fonts, whole: bool) -> list[_Stretch]:
    """In the order in which they are read."""
    logical: list[_Stretch] = []
    way, path = whole, fonts.face(style)
    for letter, following in zip_longest(clean, clean[1:], fillvalue=""):
        last = logical[-1] if logical else None
        after_emoji = last is not None and last.emoji
        meant = following in _MAKES_EMOJI and not letter.isspace()
        emoji = is_emoji(letter) or meant or (_joins(letter) and after_emoji)
        if _joins(letter) and not after_emoji:
            continue
        if emoji and fonts.emoji is None:
            continue  # decoration: a box in its place would be the first thing that one sees
        own = backwards(letter)
        # A space or a comma belongs to the stretch before it.
        neutral = own is None and not emoji
        way = whole if emoji else bool(own) if own is not None else last.backwards if last is not None else whole
        if emoji:
            path = fonts.emoji
        elif not (neutral and path is not None and not after_emoji and has(path, letter)):
            path = fonts.for_letter(letter, style) or fonts.face(style)
        if last is not None and (last.path, last.backwards, last.emoji) == (path, way, emoji):
            logical[-1] = _Stretch(last.text + letter, path, way, emoji)
        else:
            logical.append(_Stretch(letter, path, way, emoji))
    return logical


def _joins(letter: str) -> bool:
    """Whether it only says how the letters around it are drawn."""
    return letter in _JOINERS or 0xE0020 <= ord(letter) <= 0xE007F


def _loosened(logical: list[_Stretch], whole: bool) -> Iterator[_Stretch]:
    """What stands between two directions belongs to the line's own: the space after a foreign name comes after it."""
    for stretch, following in zip_longest(logical, logical[1:]):
        foreign = stretch.backwards != whole and (following is None or following.backwards == whole)
        kept = len(stretch.text)
        while foreign and kept and backwards(stretch.text[kept - 1]) is None and not stretch.emoji:
            kept -= 1
        if kept:
            yield _Stretch(stretch.text[:kept], stretch.path, stretch.backwards, stretch.emoji)
        if kept < len(stretch.text):
            yield _Stretch(stretch.text[kept:], stretch.path, whole)


def _ordered(logical: list[_Stretch], *, backwards_line: bool) -> list[_Stretch]:
    """Runs of the other direction are turned round within the line."""
    placed: list[_Stretch] = []
    run: list[_Stretch] = []
    for stretch in logical:
        if stretch.backwards != backwards_line:
            run.append(stretch)
            continue
        placed += reversed(run)
        run = []
        placed.append(stretch)
    placed += reversed(run)
    return placed[::-1] if backwards_line else placed


def _font(stretch: _Stretch, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return load(stretch.path, size) if stretch.path is not None else ImageFont.load_default(size)


def _options(stretch: _Stretch) -> dict[str, str]:
    return {"direction": "rtl" if stretch.backwards else "ltr"} if _SHAPES and stretch.path is not None else {}


def _advance(stretch: _Stretch, size: int) -> float:
    if stretch.emoji and stretch.path is not None:
        return load(stretch.path, EMOJI_PIXELS).getlength(stretch.text) * size * 1.05 / EMOJI_PIXELS
    return _font(stretch, size).getlength(stretch.text, **_options(stretch))  # type: ignore[arg-type]


def _length(stretches: list[_Stretch], size: int) -> float:
    return sum(_advance(stretch, size) for stretch in stretches)


def _shortened(line: Line, width: int, fonts: Fonts) -> list[_Stretch]:
    style = fonts.readable(line.style, line.size)
    stretches = _stretches(line.text, style, fonts)
    if _length(stretches, line.size) <= width:
        return stretches
    low, high = 0, len(line.text)
    while low < high:
        half = (low + high + 1) // 2
        if _length(_stretches(line.text[:half].rstrip() + "…", style, fonts), line.size) <= width:
            low = half
        else:
            high = half - 1
    return _stretches(_whole_words(line.text, low).rstrip(" ,·") + "…", style, fonts)


def _whole_words(text: str, most: int) -> str:
    """At most so many letters of it; half a word at the end is left out, but never most of the line."""
    kept = text[:most]
    if most >= len(text) or text[most].isspace():
        return kept
    space = kept.rfind(" ")
    return kept[:space] if space > most / 2 else kept


def _draw(mask: Image.Image, stretch: _Stretch, at: tuple[float, float], size: int, level: int) -> None:
    draw = ImageDraw.Draw(mask)
    draw.text(at, stretch.text, fill=level, font=_font(stretch, size), anchor="ls", **_options(stretch))  # type: ignore[arg-type]


def _paste_emoji(colours: Image.Image, stretch: _Stretch, at: tuple[float, float], size: int) -> None:
    assert stretch.path is not None
    font = load(stretch.path, EMOJI_PIXELS)
    wide = max(1, round(font.getlength(stretch.text)))
    large = Image.new("RGBA", (wide, EMOJI_PIXELS * 5 // 4))
    ImageDraw.Draw(large).text((0, EMOJI_PIXELS), stretch.text, font=font, anchor="ls", embedded_color=True)
    scale = size * 1.05 / EMOJI_PIXELS
    small = large.resize((max(1, round(wide * scale)), max(1, round(large.height * scale))), Image.Resampling.LANCZOS)
    colours.alpha_composite(small, (max(0, round(at[0])), max(0, round(at[1] - EMOJI_PIXELS * scale))))
