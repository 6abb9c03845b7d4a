"""Letters of any script, readable on anything: what is written is measured, not assumed."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from frame.overlays.contrast import WANTED, contrast, lay, luminance
from frame.overlays.fonts import Fonts, script_of
from frame.overlays.wrapping import wrapped
from frame.overlays.writing import Line, _shortened, _stretches, ink, length

FONTS = Fonts()


class Emojiless(Fonts):
    emoji = None


class Emojiful(Fonts):
    """Which font it is does not matter to how letters are put together."""

    emoji = FONTS.face("sans")


BARE, WITH_EMOJI = Emojiless(), Emojiful()


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
    assert not {row.rpartition(" ")[2] for row in cut("one two three four five", 130)} & {"thr…", "fou…"}
    assert wrapped(Line("Donaudampfschifffahrt", 20), 20, FONTS, 2)[0].text == "Donaudampfschifffahrt"


def cut(text: str, width: int) -> list[str]:
    """What is left of it on one row."""
    return ["".join(stretch.text for stretch in _shortened(Line(text, 20), width, FONTS))]


def rows_of(text: str, width: int, most: int = 3) -> list[str]:
    return [row.text for row in wrapped(Line(text, 20), width, FONTS, most)]


def test_no_last_word_stands_alone() -> None:
    rows = rows_of("Our kite, seconds before it went into the tree behind the house", 560)
    assert len(rows) == 2
    assert len(rows[1]) > 0.7 * len(rows[0])


def test_facts_are_parted_before_words_and_leave_no_dot_behind() -> None:
    assert rows_of("Vienna, Austria · 21 November 2023 · three years ago today", 400) == [
        "Vienna, Austria · 21 November 2023", "three years ago today",
    ]  # fmt: skip
    assert rows_of("Vienna, Austria · 21 November 2023", 400) == ["Vienna, Austria · 21 November 2023"]


@pytest.mark.parametrize(
    "text",
    [
        "東京から来たおばあちゃんと一緒に山を歩いた秋の日、空がとても高くて、みんなでおにぎりを食べました。",
        "ครอบครัวของเราไปเที่ยวทะเลด้วยกันในวันหยุดฤดูร้อน",
    ],
)
def test_what_has_no_spaces_is_broken_all_the_same(text: str) -> None:
    rows = rows_of(text, 420, 8)
    assert len(rows) > 1
    assert "".join(rows) == text
    assert not any(row[0] in "、。ー" or unicodedata.category(row[0]).startswith("M") for row in rows)


words = st.text(st.sampled_from("abcdefg äß,.·東京。、 สวัสดีשלום🐶❤️ "), min_size=1, max_size=80)


@given(words, st.integers(60, 600), st.integers(1, 4))
@example("aaa京a \ufe0faaa京", 60, 3)
@example("aaaa 、aaaa❤", 60, 3)
def test_rows_hold_all_the_words_and_fit(text: str, width: int, most: int) -> None:
    rows = rows_of(text, width, most)
    assert len(rows) <= most
    assert kept("".join(rows)) == kept(text)
    for row in rows[:-1]:
        alone = len(row.split()) == 1
        assert alone or length(Line(row, 20), FONTS) <= width


def test_a_mark_that_stands_after_a_space_makes_no_picture_of_it() -> None:
    assert length(Line("a \ufe0faaa", 20), FONTS) == length(Line("a aaa", 20), FONTS)


def kept(text: str) -> str:
    return "".join(text.split()).replace("·", "")


@pytest.mark.parametrize(
    "text", ["🇪🇸", "1️⃣", "✈️", "⛰️", "❤️", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"], ids=ascii
)
def test_an_emoji_is_one_picture(text: str) -> None:
    (stretch,) = _stretches(text, "sans", WITH_EMOJI)
    assert stretch.emoji
    assert stretch.text == text


def test_where_no_font_has_emoji_they_are_left_out() -> None:
    assert [stretch.text for stretch in _stretches("🐶 Rex ✈️", "sans", BARE)] == [" Rex "]


def test_a_place_and_a_day_of_two_directions_keep_their_order() -> None:
    placed = texts("חיפה, ישראל · 21 November 2023")
    assert "".join(placed).endswith("·21 November 2023")
    # Where one font has the comma too, both are one stretch, and turned within it.
    country, town = ([word in each for each in placed].index(True) for word in ("ישראל", "חיפה"))
    assert country <= town


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


def test_letters_that_would_be_hairlines_are_written_in_sans(tmp_path: Path) -> None:
    for name in ("DejaVuSans-ExtraLight.ttf", "DejaVuSans.ttf"):
        (tmp_path / name).touch()
    fonts = Fonts([tmp_path])
    assert fonts.readable("light", 28) == "sans"
    assert fonts.readable("light", 80) == "light"
    (tmp_path / "Inter-Light.ttf").touch()
    assert Fonts([tmp_path]).readable("light", 28) == "light"


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


def test_a_shade_has_no_edge_and_leaves_alone_what_is_dark_enough() -> None:
    picture = Image.new("RGB", (900, 500), (20, 30, 60))
    picture.paste((150, 170, 190), (0, 0, 450, 500))
    before = picture.copy()
    lay(picture, ink([Line("Under the wall", 24)], 380, FONTS), (360, 300))
    assert ImageChops.difference(picture, before).crop((560, 0, 900, 500)).getbbox() is None
    row = picture.convert("L").crop((0, 290, 340, 291)).tobytes()
    assert row[0] - row[-1] > 20, "there is a shade to look at"
    assert max(abs(one - other) for one, other in pairwise(row)) <= 2


def test_words_on_a_bright_sky_are_dark_and_need_no_shade() -> None:
    picture = Image.new("RGB", (600, 300), (180, 200, 225))
    lay(picture, ink([Line("Vienna", 24)], 380, FONTS), (100, 100))
    assert picture.getpixel((60, 110)) == (180, 200, 225)
    assert (picture.convert("L").getextrema() or (255,))[0] < 60


def test_dark_words_on_an_even_board_have_no_halo() -> None:
    picture = Image.new("RGB", (600, 300), (214, 196, 160))
    lay(picture, ink([Line("Vienna", 24)], 380, FONTS), (100, 100))
    assert (picture.convert("RGB").getextrema()[0][1], picture.getextrema()[2][1]) == (214, 160)


def test_a_dark_picture_gets_no_shade() -> None:
    picture = Image.new("RGB", (400, 200), (20, 20, 30))
    lay(picture, ink([Line("Vienna", 30)], 380, FONTS), (20, 100))
    assert picture.getpixel((10, 20)) == (20, 20, 30)
    assert picture.getpixel((350, 150)) == (20, 20, 30)
