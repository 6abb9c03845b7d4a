"""Ink on a picture so that it can be read: light or dark by what lies under it, with a shade only where it must be.

Contrast is WCAG's, measured against the brightest (or darkest) tenth of what the words cover. Pure; called by labels
and by the clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageFilter

from frame.overlays.boxes import Place
from frame.overlays.writing import Ink
from frame.render.tone import DAYLIGHT, Tone, toned_colour

LIGHT, DARK, BLACK = (255, 253, 248), (34, 33, 31), (0, 0, 0)
WANTED, WANTED_LARGE = 4.5, 3.0
"""WCAG's least contrast of text, and of large text such as a clock's."""
CLEARLY_LIGHT = 7.5
"""Contrast of dark words that asks for them: on a board or a white wall. On photos light ones are the quieter."""
_SPREAD, _SPREAD_ROWS = 0.8, 2.0
"""How far a shade reaches beyond the words, in heights of them and of one row: it must fade so slowly that nobody sees
where it ends."""
_SOFT, _GROW = 0.34, 0.36
"""Of that reach: the radius of the blur, and how far the darkest part goes beyond the words before it is blurred."""
_STRONGER = [min(255, max(0, round((level - 10) * 1.26))) for level in range(256)]
"""The blur takes as much of the shade at the words' edge; and where it all but ends it ends, or one sees a line."""
_AT_EDGE = 0.9
"""Words that are nearer to an edge of the picture than that share of a shade's reach have the shade go on to it: with
light between them and the edge it looks like a smudge."""
_BUSY, _VERY_BUSY = 26.0, 34.0
"""Levels by which what lies under words differs from its surroundings, on average: from the one on it is softened,
and from the other on it is all blur; foliage has 10 to 25, and print 35 to 50."""
_FLAT = 20
"""Levels between the darkest and the brightest tenth of a board, with its grain and any tone."""
DARK_ENOUGH, _LOUD = 5.0, 0.22
"""Where light words would need more shade than that, dark ones of so much contrast are the quieter: on a bright sky."""


def luminance(level: float) -> float:
    """WCAG's relative luminance of a grey level, 0 to 255."""
    share = level / 255
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)


def contrast(one: float, other: float) -> float:
    """Between two luminances, 1 to 21."""
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True)
class Verdict:
    """How words are readable: dark ones, or light ones on so much shade."""

    dark: bool = False
    shade: float = 0.0
    flat: bool = False
    """Nothing below them is much brighter or darker than the rest, as on a board: they need no halo."""


def judge(low: int, high: int, wanted: float = WANTED) -> Verdict:
    """By the levels that a tenth of what lies under the words is darker, and brighter, than."""
    light = contrast(luminance(DARK[0]), luminance(low))
    shade = 0.0 if contrast(luminance(255), luminance(high)) >= wanted else _needed(high, wanted)
    if light >= CLEARLY_LIGHT or (shade > _LOUD and light >= DARK_ENOUGH):
        return Verdict(dark=True, flat=high - low <= _FLAT)
    return Verdict(shade=shade)


def lay(
    picture: Image.Image, ink: Ink, corner: tuple[int, int], *, wanted: float = WANTED, verdict: Verdict | None = None,
    tone: Tone = DAYLIGHT, within: Place | None = None, still: bool = True,
) -> Verdict:  # fmt: skip
    """Write `ink` on an RGB picture, its upper left at `corner`; gives how, unless the verdict is there already. `tone`
    is the picture's, where that has one already; no shade goes beyond `within`. A picture that moves below it is not
    `still`: a blur would stay where it is."""
    if still:
        _soften(picture, ink, corner, within or (0, 0, *picture.size))
    verdict = verdict or judge(*extremes(picture.crop(_box(ink, corner))), wanted)
    put(picture, ink, corner, verdict, wanted=wanted, tone=tone, within=within)
    return verdict


def put(
    picture: Image.Image, ink: Ink, corner: tuple[int, int], verdict: Verdict, *, wanted: float = WANTED,
    tone: Tone = DAYLIGHT, within: Place | None = None,
) -> None:  # fmt: skip
    """Write `ink` in the way that was found."""
    if verdict.shade:
        _shade(picture, ink, corner, within or (0, 0, *picture.size), _needs(round(verdict.shade * 100), wanted))
    if not (verdict.dark and verdict.flat):
        _shadow(picture, ink, corner, toned_colour(LIGHT, tone) if verdict.dark else BLACK)
    _write(picture, ink, corner, toned_colour(DARK if verdict.dark else LIGHT, tone))


def _box(ink: Ink, corner: tuple[int, int]) -> Place:
    return (corner[0], corner[1], corner[0] + ink.size[0], corner[1] + ink.size[1])


def extremes(part: Image.Image) -> tuple[int, int]:
    """The levels that a tenth of the part is darker, and brighter, than."""
    counts = part.convert("L").histogram()
    tenth = sum(counts) / 10
    return _level(counts, tenth, range(256)), _level(counts, tenth, range(255, -1, -1))


def _level(counts: list[int], wanted: float, levels: range) -> int:
    seen = 0.0
    for level in levels:
        seen += counts[level]
        if seen >= wanted:
            return level
    return levels[-1]


def _needed(high: int, wanted: float) -> float:
    """How much black must lie over that level for light words to be read."""
    for step in range(20):
        if contrast(luminance(255), luminance(high * (1 - step / 20))) >= wanted:
            return step / 20
    return 0.95


def reach_of(height: int, row: int) -> int:
    """How far a shade under words of that height goes beyond them, of which one row is so high."""
    return max(16, round(height * _SPREAD + row * _SPREAD_ROWS))


@lru_cache(maxsize=16)
def _needs(most: int, wanted: float) -> list[int]:
    """For each level how much black must lie over it, 0 to 255, and never more than so many percent."""
    return [round(255 * min(most / 100, _needed(level, wanted), 0.95)) for level in range(256)]


def _shade(picture: Image.Image, ink: Ink, corner: tuple[int, int], within: Place, needs: list[int]) -> None:
    """Darken what is too bright under the words, fading out around them; what is dark enough stays as it is."""
    around, soft = _around(ink, corner, within)
    part = picture.crop(around)
    # The brightest of a neighbourhood counts, or bright letters would stand on bright leaves between dark ones.
    near = max(3, (ink.row or ink.size[1]) // 8 | 1)
    need = _brightest(part.convert("L").resize(soft.size, Image.Resampling.BOX).point(needs), near // 2)
    soft = ImageChops.multiply(soft, need.filter(ImageFilter.GaussianBlur(near * 0.8)))
    soft = soft.resize(part.size, Image.Resampling.BICUBIC)
    picture.paste(Image.composite(Image.new("RGB", part.size), part, soft), around[:2])


def _around(ink: Ink, corner: tuple[int, int], within: Place) -> tuple[Place, Image.Image]:
    """What is changed of the picture below words, and how much of it: L, a quarter as large."""
    box, reach = _box(ink, corner), reach_of(ink.size[1], ink.row)
    around = (
        max(within[0], box[0] - reach),
        max(within[1], box[1] - reach),
        min(within[2], box[2] + reach),
        min(within[3], box[3] + reach),
    )
    small = Image.new("L", (max(1, (around[2] - around[0]) // 4), max(1, (around[3] - around[1]) // 4)))
    grow = reach * _GROW
    # Out of the picture where an edge of it is near; the blur takes what is beyond for as dark as the edge itself.
    places = [
        around[side] if abs(around[side] - box[side]) < reach * _AT_EDGE else box[side] + (grow if side > 1 else -grow)
        for side in range(4)
    ]
    left, top, right, bottom = (round((place - around[side % 2]) / 4) for side, place in enumerate(places))
    small.paste(255, (max(0, left), max(0, top), min(small.width, right), min(small.height, bottom)))
    return around, small.filter(ImageFilter.GaussianBlur(reach / 4 * _SOFT)).point(_STRONGER)


def _soften(picture: Image.Image, ink: Ink, corner: tuple[int, int], within: Place) -> None:
    """Blur what is as busy as print under the words: no shade makes letters readable among letters."""
    row = ink.row or ink.size[1]
    # Looked at as finely as the words are written: small print disturbs small words.
    step = max(1, row // 12)
    under = picture.crop(_box(ink, corner)).convert("L").reduce(step)
    rough = ImageChops.difference(under, under.filter(ImageFilter.GaussianBlur(row / step / 3)))
    share = (_mean(rough) - _BUSY) / (_VERY_BUSY - _BUSY)
    if share <= 0:
        return
    around, soft = _around(ink, corner, within)
    part = picture.crop(around)
    blurred = part.resize(soft.size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(row / 8))
    soft = soft.point([round(level * min(1.0, share)) for level in range(256)]).resize(part.size)
    picture.paste(Image.composite(blurred.resize(part.size, Image.Resampling.BICUBIC), part, soft), around[:2])


def _mean(levels: Image.Image) -> float:
    counts = levels.histogram()
    return sum(level * count for level, count in enumerate(counts)) / max(1, sum(counts))


def _brightest(levels: Image.Image, reach: int) -> Image.Image:
    """The brightest within so many pixels each way: what ImageFilter.MaxFilter gives, in a tenth of its time."""
    width, height = levels.size
    for across, down in ((1, 0), (0, 1)):
        line = levels
        for step in (step for each in range(1, reach + 1) for step in (each, -each)):
            left, top = step * across, step * down
            levels = ImageChops.lighter(levels, line.crop((left, top, left + width, top + height)))
    return levels


def _shadow(picture: Image.Image, ink: Ink, corner: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """A breath of dark around light letters (of light around dark ones), for the fine structure that no measure of a
    region sees."""
    light = colour != BLACK
    reach = max(2, (ink.row or ink.size[1]) // 13)
    mask = Image.new("L", (ink.size[0] + 4 * reach, ink.size[1] + 4 * reach))
    mask.paste(ink.mask, (2 * reach, 2 * reach + (0 if light else max(1, reach // 3))))
    most = 110 if light else 140
    soft = mask.filter(ImageFilter.GaussianBlur(reach)).point([min(most, level * 2) for level in range(256)])
    left, top = corner[0] - 2 * reach, corner[1] - 2 * reach
    picture.paste(colour, (left, top), soft)


def _write(picture: Image.Image, ink: Ink, corner: tuple[int, int], colour: tuple[int, int, int]) -> None:
    picture.paste(colour, corner, ink.mask)
    if ink.colours is not None:
        covered = ImageChops.multiply(ink.colours.getchannel("A"), Image.new("L", ink.size, 255))
        picture.paste(ink.colours.convert("RGB"), corner, covered)
