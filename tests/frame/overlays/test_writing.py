"""Letters of any script, readable on anything: what is written is measured, not assumed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageStat

from frame.overlays.contrast import WANTED, contrast, lay, luminance
from frame.overlays.fonts import Fonts, script_of
from frame.overlays.writing import Line, _stretches, ink, wrapped

FONTS = Fonts()


def texts(line: str) -> list[str]:
    return [stretch.text.strip() for stretch in _stretches(line, "sans", FONTS)]


def test_right_to_left_is_ordered_by_the_first_letter() -> None:
    assert "".join(texts("Anna סבתא Ben")).startswith("Anna")
    assert texts("סבתא Vienna")[0] == "Vienna"
    assert texts("סבתא Vienna")[-1] == "סבתא"


def test_the_space_after_a_foreign_name_comes_after_it() -> None:
    assert "".join(stretch.text for stretch in _stretches("a סבתא 2023", "sans", FONTS)) == "a סבתא 2023"
    assert [stretch.text for stretch in _stretches("סבתא, Vienna!", "sans", FONTS)][-1].startswith("סבתא")


def test_a_line_is_cut_short_with_an_ellipsis_and_broken_between_words() -> None:
    long = Line("one two three four five six seven eight nine", 20)
    assert ink([long], 150, FONTS).size[0] <= 150
    rows = wrapped(long, 150, FONTS, 2)
    assert len(rows) == 2
    assert " ".join(row.text for row in rows) == long.text
    assert all(" " in row.text for row in rows)
    assert wrapped(Line("Donaudampfschifffahrt", 20), 20, FONTS, 2)[0].text == "Donaudampfschifffahrt"


def test_strangers_text_cannot_break_the_writing() -> None:
    for text in ("\u202ehidden\u202c", "a\x00b\n\t", "👨‍👩‍👧", "\ufe0f", "", "🏳️‍🌈 ok", "\U0010ffff", "e\u0301" * 50):
        made = ink([Line(text, 18)], 300, FONTS)
        assert made.size[0] <= 300


def test_fonts_are_found_by_style_and_the_missing_are_named(tmp_path: Path) -> None:
    assert FONTS.face("sans") is not None
    assert FONTS.face("no such font") == FONTS.face("sans")
    bare = Fonts([tmp_path])
    assert bare.face("sans") is None
    assert bare.missing(["Anna", "東京", "☀"]) == {
        "LATIN": "fonts-noto-core", "CJK": "fonts-noto-cjk", "EMOJI": "fonts-noto-color-emoji",
    }  # fmt: skip
    assert ink([Line("Anna 12:30", 20)], 300, bare).mask.getbbox() is not None


def test_scripts_are_told_apart() -> None:
    assert [script_of(letter) for letter in "aש京🌻7"] == ["LATIN", "HEBREW", "CJK", "EMOJI", "COMMON"]


def checkered(light: int, dark: int) -> Image.Image:
    picture = Image.new("RGB", (400, 200), (light,) * 3)
    for left in range(0, 400, 40):
        picture.paste((dark,) * 3, (left, 0, left + 20, 200))
    return picture


@pytest.mark.parametrize(
    ("light", "dark"), [(0, 0), (60, 20), (128, 128), (160, 100), (200, 90), (230, 40), (245, 235), (255, 255)]
)
def test_words_can_be_read_on_anything(light: int, dark: int) -> None:
    picture = checkered(light, dark)
    made = ink([Line("HHHHHH", 40)], 380, FONTS)
    lay(picture, made, (20, 60))
    part = picture.crop((20, 60, 20 + made.size[0], 60 + made.size[1])).convert("L")
    letters = made.mask.point(lambda level: 255 if level > 250 else 0)
    around = made.mask.point(lambda level: 255 if level == 0 else 0)
    written = ImageStat.Stat(part, letters).mean[0]
    spread = sorted(level for level, keep in zip(part.tobytes(), around.tobytes(), strict=True) if keep)
    worst = spread[int(len(spread) * (0.1 if written < 128 else 0.9))]
    assert contrast(luminance(written), luminance(worst)) >= WANTED - 0.2


def test_a_dark_picture_gets_no_shade() -> None:
    picture = Image.new("RGB", (400, 200), (20, 20, 30))
    lay(picture, ink([Line("Vienna", 30)], 380, FONTS), (20, 100))
    assert picture.getpixel((10, 20)) == (20, 20, 30)
    assert picture.getpixel((350, 150)) == (20, 20, 30)
