from __future__ import annotations

import pytest

from frame.overlays.welcome import LINES, TROUBLE, draw_welcome


@pytest.mark.parametrize("size", [(1920, 1080), (480, 800), (3840, 2160), (320, 240), (1, 1), (4000, 50)], ids=str)
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_it_fills_the_panel_however_it_hangs(size: tuple[int, int], rotation: int) -> None:
    picture = draw_welcome(size, rotation=rotation)
    assert (picture.size, picture.mode) == (size, "RGB")


@pytest.mark.parametrize("lines", [LINES, TROUBLE, ["x" * 200] * 8, ["Grüß Gott", "日本", "\u202eעברית"], ["", " "]])
@pytest.mark.parametrize("size", [(1920, 1080), (480, 800)], ids=str)
def test_no_word_is_cut_off(lines: list[str], size: tuple[int, int]) -> None:
    picture = draw_welcome(size, lines=lines)
    width, height = size
    plain = draw_welcome(size, lines=[" "])
    for edge in ((0, 0, width // 40, height), (width - width // 40, 0, width, height), (0, 0, width, height // 40)):
        assert picture.crop(edge).tobytes() == plain.crop(edge).tobytes()


def test_a_turned_panel_gets_the_upright_picture_turned_back() -> None:
    upright = draw_welcome((240, 320))
    assert draw_welcome((320, 240), rotation=90).rotate(-90, expand=True).tobytes() == upright.tobytes()
    assert draw_welcome((320, 240), rotation=270).rotate(90, expand=True).tobytes() == upright.tobytes()
