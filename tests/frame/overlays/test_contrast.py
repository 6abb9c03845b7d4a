"""Shades below words: seen by nobody, readable on print, and of no concern to the picture beside."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageDraw

from frame.overlays.contrast import Verdict, contrast, extremes, lay, luminance, reach_of
from frame.overlays.fonts import Fonts
from frame.overlays.writing import Ink, Line, ink

WALL = (1280, 720)
GREY = (150, 150, 150)
SHADED = Verdict(shade=0.5)


@pytest.fixture(scope="module")
def words() -> Ink:
    return ink([Line("Anna and Ben, two weeks old", 30, style="dejavusans")], 800, Fonts())


def laid(picture: Image.Image, words: Ink, corner: tuple[int, int], **more: object) -> Image.Image:
    made = picture.copy()
    lay(made, words, corner, **more)  # type: ignore[arg-type]
    return made


def column(picture: Image.Image, x: int) -> list[int]:
    return list(picture.convert("L").crop((x, 0, x + 1, picture.height)).tobytes())


def test_a_shade_ends_without_a_line(words: Ink) -> None:
    shaded = column(laid(Image.new("RGB", WALL, GREY), words, (300, 400), verdict=SHADED), 290)
    assert min(shaded) < 125, "there is a shade"
    assert max(abs(one - other) for one, other in pairwise(shaded)) <= 2


def test_between_words_and_a_near_edge_it_grows_no_lighter(words: Ink) -> None:
    shaded = column(laid(Image.new("RGB", WALL, GREY), words, (26, WALL[1] - 26 - words.size[1]), verdict=SHADED), 8)
    below = shaded[WALL[1] - 26 - words.size[1] // 2 :]
    assert max(below) - min(below) <= 4


def test_it_darkens_no_picture_beside(words: Ink) -> None:
    plain = Image.new("RGB", WALL, GREY)
    shaded = laid(plain, words, (660, 640), verdict=SHADED, within=(640, 0, *WALL))
    assert ImageChops.difference(shaded, plain).crop((0, 0, 640, 720)).getbbox() is None


def printed() -> Image.Image:
    page = Image.new("RGB", WALL, "white")
    pencil = ImageDraw.Draw(page)
    for row in range(0, WALL[1], 14):
        for left in range(0, WALL[0], 9):
            pencil.rectangle((left, row, left + 4, row + 7), fill="black")
    return page


def test_what_is_as_busy_as_print_is_blurred_below_words(words: Ink) -> None:
    corner = (40, 600)
    box = (corner[0], corner[1], corner[0] + words.size[0], corner[1] + words.size[1])
    empty = Ink(Image.new("L", words.size), row=words.row)
    low, high = extremes(laid(printed(), empty, corner).crop(box))
    assert contrast(luminance(low), luminance(high)) < 2
    assert contrast(*map(luminance, extremes(printed().crop(box)))) > 15, "it was busy"


def test_a_picture_that_moves_below_words_is_not_blurred(words: Ink) -> None:
    low, high = extremes(laid(printed(), words, (40, 600), still=False).crop((40, 600, 300, 630)))
    assert high - low > 80


def test_what_is_not_so_busy_stays_as_it_is(words: Ink) -> None:
    dark = Image.linear_gradient("L").resize(WALL).point([level // 4 for level in range(256)])
    picture = Image.merge("RGB", (dark, dark, dark))
    reach = reach_of(words.size[1], words.row)
    made = laid(picture, words, (300, 400))
    around = (0, 0, 300 - reach // 4, WALL[1])
    assert ImageChops.difference(made, picture).crop(around).getbbox() is None
